"""Moments on the wire. Sources of the two forms: the contract's user objects, and everything else."""

from datetime import UTC, datetime

import orjson

_TO_THE_SECOND = orjson.OPT_OMIT_MICROSECONDS


def moment(value: datetime | None) -> str | None:
    """``2026-05-11T05:00:00+00:00``: to the second, in UTC."""
    if value is None:
        return None
    # Less than half of what isoformat takes, and a page of messages has fifty of them.
    return orjson.dumps(value.astimezone(UTC), option=_TO_THE_SECOND)[1:-1].decode()


def account_moment(value: datetime | None) -> str | None:
    """``2024-01-01T00:00:00.000000Z``: to the microsecond, in UTC, as user and social account objects have it."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
