"""Choose the engines that a scope's budget and policy allow, and record usage."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Sum

from accounts.mail.outbox import queue_mail
from accounts.models import OutgoingMail, User
from rosetta.ids import to_uuid
from translation import engines, notices
from translation.engines.base import Engine
from translation.engines.requests import UnitRequest, UnitResult
from translation.glossary import scope_cache
from translation.glossary.scope_cache import Scope
from translation.models import TranslationPolicy, Usage, this_month

log = structlog.get_logger(__name__)

NOTICE_LIFETIME = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Decision:
    """Requests with their engines, and requests without budget.

    ``over_budget`` has requests that no engine may translate.
    """

    allowed: tuple[UnitRequest, ...]
    over_budget: tuple[UnitRequest, ...]


def choose_engines(requests: Iterable[UnitRequest], scopes: Mapping[str, Scope]) -> Decision:
    """Choose the engines that each request's scope allows.

    Notifies staff of a spent budget. At most one query while no budget is spent. Concurrent batches do not see each
    other's usage, so a budget may be exceeded by what they send at the same time.
    """
    limits = {scope_id: limit for scope_id, scope in scopes.items() if (limit := _limit(scope)) is not None}
    decision, spent = decide(requests, scopes, _left(limits) if limits else {})
    for scope_id in sorted(spent):
        notify_staff_once(scope_id, limits[scope_id])
    return decision


def decide(
    requests: Iterable[UnitRequest],
    scopes: Mapping[str, Scope],
    budget_left: Mapping[str, int],
    *,
    engine: Callable[[str], Engine] = engines.engine,
    chain: Callable[[str, str], tuple[str, ...]] = engines.chain,
) -> tuple[Decision, set[str]]:
    """Return the decision, and the ids of scopes whose budget is spent.

    ``budget_left`` has the characters left of each scope with a budget. A text may go to metered engines only if all of it
    fits into the budget.
    """
    left = dict(budget_left)
    allowed: list[UnitRequest] = []
    over_budget: list[UnitRequest] = []
    spent: set[str] = set()
    for request in requests:
        scope = scopes[request.scope_id]
        names = tuple(
            name for name in chain(request.source, request.target) if not scope.local_only or engine(name).local
        )
        is_over = False
        if request.scope_id in left and any(engine(name).metered for name in names):
            length = len(request.unit.words)
            if length > left[request.scope_id]:
                spent.add(request.scope_id)
                names = tuple(name for name in names if not engine(name).metered)
                is_over = not any(engine(name).offers(request.source, request.target) for name in names)
            else:
                left[request.scope_id] -= length
        (over_budget if is_over else allowed).append(replace(request, engines=names))
    return Decision(tuple(allowed), tuple(over_budget)), spent


def characters_left(scope_id: str) -> int | None:
    """Return the characters left of a scope's budget this month, None without a limit.

    One query for a cached scope.
    """
    limit = _limit(scope_cache.load({scope_id})[scope_id])
    return None if limit is None else max(0, _left({scope_id: limit})[scope_id])


@dataclass(frozen=True, slots=True)
class EngineUsage:
    """What one engine translated for a scope. ``is_metered``: it counts towards the budget."""

    engine: str
    characters: int
    is_metered: bool


def usage_by_engine(scope_id: str) -> list[EngineUsage]:
    """Return what each engine translated for a scope this month, the busiest first."""
    rows = Usage.objects.filter(scope_id=scope_id, month=this_month()).order_by().values_list("engine", "metered")
    sums = [EngineUsage(engine, sum_, metered) for engine, metered, sum_ in rows.annotate(sum=Sum("characters"))]
    return sorted(sums, key=lambda usage: (-usage.characters, usage.engine))


def monthly_limit(scope_id: str) -> int | None:
    """Return the characters that paid engines may translate for a scope in a month, None without a limit."""
    return _limit(scope_cache.load({scope_id})[scope_id])


def _limit(scope: Scope) -> int | None:
    if scope.monthly_characters is not None:
        return scope.monthly_characters
    return settings.TRANSLATION_MONTHLY_CHARACTERS or None


def _left(budgets: Mapping[str, int]) -> dict[str, int]:
    rows = Usage.objects.filter(scope_id__in=list(budgets), month=this_month(), metered=True)
    used = dict(rows.order_by().values_list("scope_id").annotate(used=Sum("characters")))
    return {scope_id: limit - used.get(scope_id, 0) for scope_id, limit in budgets.items()}


@transaction.atomic
def notify_staff_once(scope_id: str, limit: int) -> None:
    """Queue a mail to staff that a scope's budget is spent.

    Idempotent within a month, also across workers.
    """
    month = this_month()
    TranslationPolicy.objects.get_or_create(scope_id=scope_id)
    unnotified = TranslationPolicy.objects.filter(Q(told_month=None) | ~Q(told_month=month), scope_id=scope_id)
    if not unnotified.update(told_month=month):
        return
    log.warning("translation_budget_spent", scope_id=scope_id, limit=limit, month=f"{month:%Y-%m}")
    for email in User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True):
        queue_mail(
            kind=OutgoingMail.Kind.NOTICE,
            topic=f"{notices.SPENT}/{scope_id}",
            email=email,
            language="en",
            lives=NOTICE_LIFETIME,
        )


def record(results: Iterable[UnitResult]) -> None:
    """Add the costs of ``results`` to the usage, in one query."""
    sums: dict[tuple[str, date, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for result in results:
        request = result.request
        for cost in result.costs:
            row = sums[request.scope_id, this_month(), cost.engine, request.source, request.target]
            row[0] += cost.characters
            row[1] += cost.calls
            row[2] += cost.errors
            row[3] += cost.cost_micros
            row[4] = int(cost.is_metered)
    if not sums:
        return
    # Sorted, because workers that lock the same rows in different orders would deadlock.
    values: list[Any] = []
    for (scope_id, *rest), row in sorted(sums.items()):
        values += [_native(scope_id), *rest, *row[:-1], bool(row[-1])]
    table = Usage._meta.db_table
    added = ", ".join(
        f"{name} = {table}.{name} + excluded.{name}" for name in ("characters", "calls", "errors", "cost_micros")
    )
    with connection.cursor() as cursor:
        # In SQL, because Django's upsert cannot add to the existing values.
        cursor.execute(
            f"INSERT INTO {table} (scope_id, month, engine, source, target, characters, calls, errors, cost_micros, metered) "  # noqa: S608
            f"VALUES {', '.join(['(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)'] * len(sums))} "
            f"ON CONFLICT (scope_id, month, engine, source, target) DO UPDATE SET {added}",
            values,
        )


def _native(scope_id: str) -> object:
    """Return an id in the form that the database driver expects."""
    value = to_uuid(scope_id)
    return value if connection.features.has_native_uuid_field else value.hex
