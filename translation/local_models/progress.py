"""What the terminal says while models are fetched.

A line every few seconds, and one where there is no network.
"""

import sys
import time

import structlog
from django.conf import settings

from translation.local_models.fetching import State
from translation.models import LocalModel

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3.0
_MB = 1e6


def count_ready() -> tuple[int, int]:
    """Return how many models are installed, and how many are wanted or installed."""
    rows = LocalModel.objects.exclude(state=State.REMOVED)
    return rows.filter(state=State.READY).count(), rows.count()


def sentence(row: LocalModel) -> str:
    """Return what is to be said of ``row`` now."""
    ready, wanted = count_ready()
    of_all = f"{ready} of {wanted} models ready"
    if row.state == State.READY:
        return f"Translation: {row} is ready; {of_all}"
    if row.reason == "unreachable":
        return (
            f"Translation: no network to {settings.LOCAL_MODELS_URL}; {of_all}. It is tried again by itself. "
            "See docs/translation.md for machines without internet."
        )
    if row.state == State.FAILED:
        return f"Translation: {row} was not fetched: {row.error}; {of_all}"
    percent = f" ({100 * row.bytes_done // row.bytes_total} %)" if row.bytes_total else ""
    total = f" of {row.bytes_total / _MB:.0f}" if row.bytes_total else ""
    return f"Translation: {row} {row.bytes_done / _MB:.0f}{total} MB{percent}; {of_all}"


class ProgressLine:
    """Tell of each change, of progress every few seconds, and of the same failure once."""

    # Shared by all runs in this process: without a network, each run would say so again.
    _failure = ""

    def __init__(self) -> None:
        self._told_at = 0.0

    def __call__(self, row: LocalModel) -> None:
        if row.state == State.FETCHING:
            if time.monotonic() - self._told_at < EVERY_SECONDS:
                return
            self._told_at = time.monotonic()
        failure = f"{row.reason} {'' if row.reason == 'unreachable' else row}" if row.state == State.FAILED else ""
        if failure and failure == ProgressLine._failure:
            return
        ProgressLine._failure = failure
        say(sentence(row))


def say(line: str) -> None:
    """Write ``line`` to the terminal, or in service mode, where logs are JSON, to the log."""
    if settings.LOG_FORMAT == "json":
        log.info("local_models", state=line)
    elif sys.__stdout__ is not None:
        # Not through Celery, which takes what is printed for a warning.
        sys.__stdout__.write(f"{line}\n")
        sys.__stdout__.flush()
