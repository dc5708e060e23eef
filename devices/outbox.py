"""Send pending pushes with leases, retries and a backoff.

Delete devices that no longer exist.

Rows hold the pending pushes, so that a lost nudge or a dead worker only delays them. An expired lease may repeat a push,
which replaces the first one on the device.
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
from rosetta.db.inserts import WriteBatch

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)
# Seconds before the second try, the third, and so on; then the push is given up.
BACKOFF = (5, 30, 120, 600)
# When a provider has the receipt of a push, and how long it keeps it.
RECEIPT_AFTER = timedelta(minutes=15)
RECEIPTS_LAST = timedelta(hours=24)

# Returns the notification of each leased delivery by its id: None when it is not ready yet; left out when it is no longer
# wanted.
Render = Callable[[Sequence[Delivery]], dict[int, Notification | None]]


def announce(batch: WriteBatch, *, subject_id: str, seconds: float) -> None:
    """Queue a push about ``subject_id`` (a message), whose recipients are looked up in ``seconds``.

    ``batch`` is of the transaction that stores the message.
    """
    batch.insert(Announcement(subject_id=subject_id, due_at=timezone.now() + timedelta(seconds=seconds)))


@transaction.atomic
def due_announcements(*, batch: int) -> list[str]:
    """Lease up to ``batch`` subjects whose recipients are to be looked up now, and return their ids.

    ``settle`` ends the lease.
    """
    now = timezone.now()
    rows = Announcement.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [str(row.pk) for row in rows.select_for_update(skip_locked=True)[:batch]]
    Announcement.objects.filter(pk__in=ids).update(due_at=now + LEASE)
    return ids


@transaction.atomic
def settle(*, subject_id: str, user_ids: Iterable[int]) -> int:
    """Queue a push to each reachable device of the recipients ``user_ids``.

    Returns the number queued.
    """
    devices = Device.objects.filter(user__in=list(user_ids), provider__in=transports.enabled())
    rows = [Delivery(device_id=pk, subject_id=subject_id) for pk in devices.values_list("pk", flat=True)]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    Announcement.objects.filter(pk=subject_id).delete()
    return len(rows)


def deliver(*, render: Render, batch: int) -> tuple[int, int]:
    """Send up to ``batch`` due pushes.

    Returns how many were leased and how many were postponed.
    """
    leased = _lease(batch)
    if not leased:
        return 0, 0
    notifications = render(leased)
    unready = [delivery for delivery in leased if notifications.get(delivery.pk, True) is None]
    _postpone(unready)
    unwanted_ids = [delivery.pk for delivery in leased if delivery.pk not in notifications]
    Delivery.objects.filter(pk__in=unwanted_ids).delete()
    _send([(delivery, ready) for delivery in leased if (ready := notifications.get(delivery.pk)) is not None])
    return len(leased), len(unready)


@transaction.atomic
def _lease(batch: int) -> list[Delivery]:
    now = timezone.now()
    due = Delivery.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [row.pk for row in due.select_for_update(skip_locked=True)[:batch]]
    Delivery.objects.filter(pk__in=ids).update(due_at=now + LEASE)
    return list(Delivery.objects.select_related("device__user").filter(pk__in=ids))


def _postpone(deliveries: list[Delivery]) -> None:
    """Make ``deliveries``, whose notifications are not ready, due again in a second.

    It does not count as an attempt.
    """
    due_at = timezone.now() + timedelta(seconds=1)
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(due_at=due_at)


def _send(ready: Sequence[tuple[Delivery, Notification]]) -> None:
    """Send to all providers in parallel, so that a slow or unavailable one delays no other."""
    by_provider: dict[str, list[tuple[Delivery, Push]]] = defaultdict(list)
    for delivery, notification in ready:
        device = delivery.device
        push = Push(device.push_token, notification, device.p256dh, device.auth)
        by_provider[device.provider].append((delivery, push))
    for disabled in by_provider.keys() - transports.enabled():  # turned off since the push was queued
        Delivery.objects.filter(pk__in=[delivery.pk for delivery, _ in by_provider.pop(disabled)]).delete()
    if not by_provider:
        return
    with ThreadPoolExecutor(len(by_provider)) as pool:
        batches = {
            provider: pool.submit(transports.send, provider, [push for _, push in pairs])
            for provider, pairs in by_provider.items()
        }
    for provider, batch in batches.items():
        _store_outcomes(provider, [delivery for delivery, _ in by_provider[provider]], batch.result())


def _store_outcomes(provider: str, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    """Delete or postpone each delivery by its outcome, and delete devices that are no longer registered."""
    done: list[int] = []
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if outcome.result is Result.LATER and delivery.attempts < len(BACKOFF):
            _try_later(delivery, outcome)
            continue
        if outcome.result is Result.UNREGISTERED:
            # By token too, because a device that was registered anew meanwhile stays.
            Device.objects.filter(pk=delivery.device_id, push_token=delivery.device.push_token).delete()
        done.append(delivery.pk)
    Delivery.objects.filter(pk__in=done).delete()
    _expect_receipts(deliveries, outcomes)
    log.info("pushes_sent", provider=provider, count=sum(outcome.result is Result.SENT for outcome in outcomes))


def _expect_receipts(deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    due_at = timezone.now() + RECEIPT_AFTER
    tickets = {
        outcome.ticket: delivery.device_id
        for delivery, outcome in zip(deliveries, outcomes, strict=True)
        if outcome.ticket
    }
    existing = set(Device.objects.filter(pk__in=tickets.values()).values_list("pk", flat=True))
    rows = [
        Receipt(ticket=ticket[:64], device_id=device_id, due_at=due_at)
        for ticket, device_id in tickets.items()
        if device_id in existing
    ]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True)


def read_receipts(*, batch: int) -> int:
    """Ask for up to ``batch`` due receipts and delete dead devices.

    Returns how many were due.
    """
    leased = _lease_receipts(batch)
    by_provider: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in leased:
        by_provider[receipt.device.provider].append(receipt)
    expired_before = timezone.now() - RECEIPTS_LAST
    for provider, receipts in by_provider.items():
        outcomes = transports.receipts(provider, [receipt.ticket for receipt in receipts])
        dead_ids = [
            receipt.device_id
            for receipt in receipts
            if receipt.ticket in outcomes
            and outcomes[receipt.ticket].result is Result.UNREGISTERED
            and receipt.device.last_used_at <= receipt.created_at  # a device that was registered anew since stays
        ]
        Device.objects.filter(pk__in=dead_ids).delete()
        done_ids = [
            receipt.pk for receipt in receipts if receipt.ticket in outcomes or receipt.created_at <= expired_before
        ]
        Receipt.objects.filter(pk__in=done_ids).delete()
    return len(leased)


@transaction.atomic
def _lease_receipts(batch: int) -> list[Receipt]:
    now = timezone.now()
    due = Receipt.objects.filter(due_at__lte=now).order_by("due_at")
    ids = [row.pk for row in due.select_for_update(skip_locked=True)[:batch]]
    Receipt.objects.filter(pk__in=ids).update(due_at=now + RECEIPT_AFTER)
    return list(Receipt.objects.select_related("device").filter(pk__in=ids))


def _try_later(delivery: Delivery, outcome: Outcome) -> None:
    wait = max(BACKOFF[delivery.attempts], outcome.wait)
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + timedelta(seconds=wait)
    )
