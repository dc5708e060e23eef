"""The scheduler of periodic jobs.

Any number of beats may run, and the one that holds the lease sends the jobs.

When jobs ran last is read from their records, so that beats share no file.
"""

import os
import socket
import time
import uuid
from typing import Any

import structlog
from celery import beat
from django.db import DatabaseError, connection

from rosetta.queue import leases

log = structlog.get_logger(__name__)

NAME = "beat"
# A beat that ended without giving its lease back is replaced after the lease and a look.
LEASE_SECONDS = 6.0
RENEW_SECONDS = 2.0
LOOK_SECONDS = 1.0


class Scheduler(beat.Scheduler):  # type: ignore[misc]
    """Send due jobs while this process holds the lease.

    Otherwise look for it once a second.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._leads = False
        self._stood_by = False
        # By the monotonic clock, which goes on while the process is stopped.
        self._renew_at = 0.0
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send one due job, if this process leads.

        Returns the seconds until the next call.
        """
        if time.monotonic() >= self._renew_at:
            self._renew()
        return float(super().tick(*args, **kwargs)) if self._leads else LOOK_SECONDS

    def close(self) -> None:
        """Give the lease back, so that another beat need not wait for its end."""
        super().close()
        if self._leads:
            try:
                leases.release(NAME, self._holder)
            except DatabaseError as error:
                log.warning("lease_not_released", error=type(error).__name__)

    def _renew(self) -> None:
        led, self._leads = self._leads, self._holds_lease()
        self._renew_at = time.monotonic() + RENEW_SECONDS if self._leads else 0.0
        if self._leads and not led:
            # The first one of all is no news.
            (log.warning if self._stood_by else log.info)("beat_leads", beat=self._holder)
        elif not self._leads and not self._stood_by:
            log.warning("beat_stands_by", beat=self._holder)
        self._stood_by = not self._leads

    def _holds_lease(self) -> bool:
        try:
            is_held = leases.hold(NAME, self._holder, seconds=LEASE_SECONDS)
            if is_held and not self._leads:
                self._read_last_runs()
        except DatabaseError as error:
            log.warning("lease_unavailable", error=type(error).__name__)
            connection.close()
            return False
        return is_held

    def _read_last_runs(self) -> None:
        from rosetta.models import JobRun

        for run in JobRun.objects.filter(pk__in=list(self.schedule)):
            ran_at = max(filter(None, (run.succeeded_at, run.failed_at, run.known_since)), default=None)
            if ran_at is not None:
                self.schedule[run.name].last_run_at = ran_at
        self._heap = None  # because it is ordered by when jobs are due
