"""What a scope may spend and where its texts may go, and the book of what was spent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Sum

from accounts.mail.outbox import owe_mail
from accounts.models import OutgoingMail, User
from rosetta.ids import to_uuid
from translation import engines, notices
from translation.engines.engine_chain import Item
from translation.glossary import scope_cache
from translation.glossary.scope_cache import Scope
from translation.models import TranslationPolicy, Usage, this_month

log = structlog.get_logger(__name__)

NOTICE_LIVES = timedelta(days=3)


def choose_engines(items: Iterable[Item], scopes: Mapping[str, Scope]) -> None:
    """Give each item the engines that its scope may use; ``reason`` where none is left. At most one query.

    Batches that run at the same time do not see each other's spending: a budget may be passed by what is in flight.
    """
    items = [item for item in items if item.stored is None]
    budgets = {scope_id: limit for scope_id, scope in scope_cache.items() if (limit := _limit(scope)) is not None}
    left = _left(budgets) if budgets else {}
    spent: set[str] = set()
    for item in items:
        chain = engines.chain(item.source, item.target)
        allowed = tuple(name for name in chain if not scopes[item.scope_id].local_only or engines.engine(name).local)
        if item.scope_id in left and any(engines.engine(name).metered for name in allowed):
            length = len(item.unit.words)
            if length > left[item.scope_id]:
                spent.add(item.scope_id)
                allowed = tuple(name for name in allowed if not engines.engine(name).metered)
                if not any(engines.engine(name).offers(item.source, item.target) for name in allowed):
                    item.reason = "budget"
            else:
                left[item.scope_id] -= length
        item.engines = allowed
    for scope_id in spent:
        tell_staff_once(scope_id, budgets[scope_id])


def characters_left(scope_id: str) -> int | None:
    """What is left of a scope's budget of this month; None where it has no limit. At most one query for a scope at hand."""
    limit = _limit(scope_cache.load({scope_id})[scope_id])
    return None if limit is None else max(0, _left({scope_id: limit})[scope_id])


def _limit(scope: Scope) -> int | None:
    if scope.monthly_characters is not None:
        return scope.monthly_characters
    return settings.TRANSLATION_MONTHLY_CHARACTERS or None


def _left(budgets: Mapping[str, int]) -> dict[str, int]:
    rows = Usage.objects.filter(scope_id__in=list(budgets), month=this_month(), metered=True)
    used = dict(rows.order_by().values_list("scope_id").annotate(used=Sum("characters")))
    return {scope_id: limit - used.get(scope_id, 0) for scope_id, limit in budgets.items()}


@transaction.atomic
def tell_staff_once(scope_id: str, limit: int) -> None:
    """Owe staff a mail that a scope's budget is spent: the first of all workers to notice does, once a month."""
    month = this_month()
    TranslationPolicy.objects.get_or_create(scope_id=scope_id)
    untold = TranslationPolicy.objects.filter(Q(told_month=None) | ~Q(told_month=month), scope_id=scope_id)
    if not untold.update(told_month=month):
        return
    log.warning("translation_budget_spent", scope_id=scope_id, limit=limit, month=f"{month:%Y-%m}")
    for email in User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True):
        owe_mail(
            kind=OutgoingMail.Kind.NOTICE,
            topic=f"{notices.SPENT}/{scope_id}",
            email=email,
            language="en",
            lives=NOTICE_LIVES,
        )


def record(items: Iterable[Item]) -> None:
    """Write down what the items cost, in one query, and forget it."""
    sums: dict[tuple[str, date, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for item in items:
        for spent in item.spent:
            row = sums[item.scope_id, this_month(), spent.engine, item.source, item.target]
            row[0] += spent.characters
            row[1] += spent.calls
            row[2] += spent.errors
            row[3] += spent.cost_micros
            row[4] = int(spent.metered)
        item.spent = []
    if not sums:
        return
    # Sorted, so that two workers lock the rows they share in one order.
    values: list[Any] = []
    for (scope_id, *rest), row in sorted(sums.items()):
        values += [_native(scope_id), *rest, *row[:-1], bool(row[-1])]
    table = Usage._meta.db_table
    added = ", ".join(
        f"{name} = {table}.{name} + excluded.{name}" for name in ("characters", "calls", "errors", "cost_micros")
    )
    with connection.cursor() as cursor:
        # Django's upsert cannot add to what is there.
        cursor.execute(
            f"INSERT INTO {table} (scope_id, month, engine, source, target, characters, calls, errors, cost_micros, metered) "  # noqa: S608
            f"VALUES {', '.join(['(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)'] * len(sums))} "
            f"ON CONFLICT (scope_id, month, engine, source, target) DO UPDATE SET {added}",
            values,
        )


def _native(scope_id: str) -> object:
    """An id as the database driver takes it."""
    value = to_uuid(scope_id)
    return value if connection.features.has_native_uuid_field else value.hex
