"""Pushes that are owed: leased, sent, tried again with patience, and their dead devices forgotten.

Rows hold what is owed, so a lost nudge or a dead worker delays a push; a lease that runs out may repeat one, which
collapses into the first on the device.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from devices import transports
from devices.models import Announcement, Delivery, Device, Receipt
from devices.transports.base import Notification, Outcome, Push, Result

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
# After the first try, and so on; then the push is given up.
PATIENCE = (5, 30, 120, 600)
# When a provider knows what became of a push, and how long it remembers.
RECEIPT_AFTER = timedelta(minutes=15)
RECEIPTS_LAST = timedelta(hours=24)

# Turns leased deliveries into what their devices shall show. None: not yet, come back in a second. A delivery that it
# leaves out is not wanted any more.
Render = Callable[[Sequence[Delivery]], dict[int, Notification | None]]


def announce(*, subject_id: str, seconds: float) -> None:
    """Owe the readers of ``subject_id`` to be looked up in ``seconds``; the caller is in the transaction of the post."""
    Announcement.objects.create(subject_id=subject_id, due_at=timezone.now() + timedelta(seconds=seconds))


@transaction.atomic
def due_announcements(*, batch: int) -> list[str]:
    """Lease the ids whose readers are to be looked up now; ``settle`` ends it."""
    now = timezone.now()
    rows = Announcement.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [str(row.pk) for row in rows.select_for_update(skip_locked=True)[:batch]]
    Announcement.objects.filter(pk__in=ids).update(due_at=now + LEASE)
    return ids


@transaction.atomic
def settle(*, subject_id: str, user_ids: Iterable[int]) -> int:
    """The readers are known: owe a push to each of their devices that can be reached; returns how many."""
    devices = Device.objects.filter(user__in=list(user_ids), provider__in=transports.enabled())
    rows = [Delivery(device_id=pk, subject_id=subject_id) for pk in devices.values_list("pk", flat=True)]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    Announcement.objects.filter(pk=subject_id).delete()
    return len(rows)


def deliver(*, render: Render, batch: int) -> tuple[int, int]:
    """Send up to ``batch`` pushes that are due; returns how many were leased and how many have to wait a moment."""
    leased = _lease(batch)
    if not leased:
        return 0, 0
    words = render(leased)
    waiting = [one for one in leased if one.pk in words and words[one.pk] is None]
    _postpone(waiting)
    Delivery.objects.filter(pk__in=[one.pk for one in leased if one.pk not in words]).delete()
    _send([(one, told) for one in leased if (told := words.get(one.pk)) is not None])
    return len(leased), len(waiting)


@transaction.atomic
def _lease(batch: int) -> list[Delivery]:
    now = timezone.now()
    due = Delivery.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [row.pk for row in due.select_for_update(skip_locked=True)[:batch]]
    Delivery.objects.filter(pk__in=ids).update(due_at=now + LEASE)
    return list(Delivery.objects.select_related("device__user").filter(pk__in=ids))


def _postpone(deliveries: list[Delivery]) -> None:
    """Nothing was tried: the words are not ready."""
    again = timezone.now() + timedelta(seconds=1)
    Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(due_at=again)


def _send(owed: Sequence[tuple[Delivery, Notification]]) -> None:
    """Providers side by side, so that one that is slow or away delays no other."""
    by_provider: dict[str, list[tuple[Delivery, Push]]] = defaultdict(list)
    for delivery, told in owed:
        by_provider[delivery.device.provider].append((delivery, Push(delivery.device.push_token, told)))
    for off in by_provider.keys() - transports.enabled():  # since it was owed
        Delivery.objects.filter(pk__in=[delivery.pk for delivery, _ in by_provider.pop(off)]).delete()
    if not by_provider:
        return
    with ThreadPoolExecutor(len(by_provider)) as pool:
        batches = {
            provider: pool.submit(transports.send, provider, [push for _, push in pairs])
            for provider, pairs in by_provider.items()
        }
    for provider, batch in batches.items():
        _note(provider, [delivery for delivery, _ in by_provider[provider]], batch.result())


def _note(provider: str, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    """What became of each push is what its delivery, or its device, comes to."""
    done: list[int] = []
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if outcome.result is Result.LATER and delivery.attempts < len(PATIENCE):
            _try_later(delivery, outcome)
            continue
        if outcome.result is Result.UNREGISTERED:
            # By token: one that was registered anew meanwhile stays.
            Device.objects.filter(pk=delivery.device_id, push_token=delivery.device.push_token).delete()
        done.append(delivery.pk)
    Delivery.objects.filter(pk__in=done).delete()
    _expect_receipts(deliveries, outcomes)
    log.info("pushes_sent", provider=provider, count=sum(one.result is Result.SENT for one in outcomes))


def _expect_receipts(deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    due_at = timezone.now() + RECEIPT_AFTER
    tickets = {
        outcome.ticket: one.device_id for one, outcome in zip(deliveries, outcomes, strict=True) if outcome.ticket
    }
    there = set(Device.objects.filter(pk__in=tickets.values()).values_list("pk", flat=True))
    rows = [Receipt(ticket=ticket[:64], device_id=pk, due_at=due_at) for ticket, pk in tickets.items() if pk in there]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True)


def read_receipts(*, batch: int) -> int:
    """Ask for up to ``batch`` receipts that are due and forget devices that are gone; returns how many were due."""
    leased = _lease_receipts(batch)
    by_provider: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in leased:
        by_provider[receipt.device.provider].append(receipt)
    forgotten = timezone.now() - RECEIPTS_LAST
    for provider, receipts in by_provider.items():
        told = transports.receipts(provider, [receipt.ticket for receipt in receipts])
        dead = [one.device for one in receipts if one.ticket in told and told[one.ticket].result is Result.UNREGISTERED]
        # One that was registered anew since stays.
        sent = {one.device_id: one.created_at for one in receipts}
        Device.objects.filter(pk__in=[one.pk for one in dead if one.last_used_at <= sent[one.pk]]).delete()
        done = [one.pk for one in receipts if one.ticket in told or one.created_at <= forgotten]
        Receipt.objects.filter(pk__in=done).delete()
    return len(leased)


@transaction.atomic
def _lease_receipts(batch: int) -> list[Receipt]:
    now = timezone.now()
    due = Receipt.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [row.pk for row in due.select_for_update(skip_locked=True)[:batch]]
    Receipt.objects.filter(pk__in=ids).update(due_at=now + RECEIPT_AFTER)
    return list(Receipt.objects.select_related("device").filter(pk__in=ids))


def _try_later(delivery: Delivery, outcome: Outcome) -> None:
    wait = max(PATIENCE[delivery.attempts], outcome.wait)
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + timedelta(seconds=wait)
    )
