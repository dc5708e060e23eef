"""Leases: which of several processes does what only one may do.

Times are the database's, so that clocks may differ.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now


def hold(name: str, holder: str, *, seconds: float) -> bool:
    """Take the lease ``name`` if it is free, or renew it.

    Return whether ``holder`` has it for so many seconds.

    Locks the lease.
    """
    from rosetta.models import Lease

    with transaction.atomic():
        # Begins with a write, so that SQLite locks too.
        Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
        lease = Lease.objects.select_for_update().annotate(now=Now()).get(pk=name)
        if lease.holder not in ("", holder) and lease.until is not None and lease.until > lease.now:
            return False
        Lease.objects.filter(pk=name).update(holder=holder, until=lease.now + timedelta(seconds=seconds))
        return True


def release(name: str, holder: str) -> None:
    """Give the lease ``name`` back, if ``holder`` has it. Idempotent."""
    from rosetta.models import Lease

    Lease.objects.filter(pk=name, holder=holder).update(holder="", until=None)
