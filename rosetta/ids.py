"""ULIDs: 26 lower-case characters in Python and on the wire, 16 bytes in the database."""

import os
import re
import threading
import time
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection, models

# Malformed ids in paths become these. No row has them, so the response is that of an unknown id.
NO_ID = "0" * 26
NO_INT_ID = 0

_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0

# Crockford's base 32. A page of messages spells a hundred ids, so both directions are table look-ups.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_TO_PYTHONS_BASE_32 = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_CANONICAL = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")


def new_ulid() -> str:
    """Return a new ULID, larger than every one that this process made before.

    Thread-safe.
    """
    global _last
    value = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | int.from_bytes(os.urandom(10), "big")
    with _lock:
        # Within a millisecond, or after the clock stepped back, count on from the last value.
        _last = value = max(value, _last + 1)
    return _spelled(value)


def _spelled(value: int) -> str:
    high, low = value >> 60, value & (1 << 60) - 1  # halves that fit a machine's word
    pairs = _PAIRS
    return (
        f"{pairs[high >> 60]}{pairs[high >> 50 & 1023]}{pairs[high >> 40 & 1023]}{pairs[high >> 30 & 1023]}"
        f"{pairs[high >> 20 & 1023]}{pairs[high >> 10 & 1023]}{pairs[high & 1023]}{pairs[low >> 50]}"
        f"{pairs[low >> 40 & 1023]}{pairs[low >> 30 & 1023]}{pairs[low >> 20 & 1023]}{pairs[low >> 10 & 1023]}"
        f"{pairs[low & 1023]}"
    )


def parse_ulid(raw: object) -> str | None:
    """Return the canonical form of a ULID in either case, or None for anything else."""
    if not isinstance(raw, str) or not raw.isascii():
        return None
    lowered = raw.lower()
    return lowered if _CANONICAL.fullmatch(lowered) else None


def first_ulid_at(moment: datetime) -> str:
    """Return the smallest ULID of ``moment``.

    Ordering by id is ordering by age, so age needs no index of its own.
    """
    return _spelled(int(moment.timestamp() * 1000) << _RANDOM_BITS)


def to_uuid(ulid: str) -> uuid.UUID:
    """Return the 16 bytes of a ULID. Raises ValueError for anything else."""
    ulid = ulid.lower()
    if not _CANONICAL.fullmatch(ulid):
        raise ValueError(f"{ulid!r} is not a ULID")
    return uuid.UUID(int=int(ulid.translate(_TO_PYTHONS_BASE_32), 32))


# Keyed by the number, because a UUID is hashed and compared in Python.
_spelled_before = lru_cache(maxsize=4096)(_spelled)


def from_uuid(value: uuid.UUID) -> str:
    return _spelled_before(value.int)


def from_uuids(values: Iterable[uuid.UUID | None]) -> list[str | None]:
    """Spell a whole column of UUIDs."""
    spelled = _spelled_before
    return [None if value is None else spelled(value.int) for value in values]


def database_id(ulid: str) -> uuid.UUID | str:
    """Return a ULID as a parameter for raw SQL on the default connection."""
    value = to_uuid(ulid)
    return value if connection.features.has_native_uuid_field else value.hex


if TYPE_CHECKING:
    _Base = models.UUIDField[Any, str]
else:
    _Base = models.UUIDField


class ULIDField(_Base):
    """Store a ULID in the database's uuid type.

    Values in Python are canonical strings.
    """

    description = "ULID"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        return from_uuid(value if isinstance(value, uuid.UUID) else uuid.UUID(value))

    def to_python(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, uuid.UUID):
            return from_uuid(value)
        parsed = parse_ulid(value)
        # Admin and fixtures may pass the database's spelling, with hyphens.
        return parsed if parsed is not None else from_uuid(super().to_python(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str) and len(value) == 26:
            value = to_uuid(value)
        return super().get_db_prep_value(value, connection, prepared)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return to_uuid(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        from django import forms

        return models.Field.formfield(self, **{"form_class": forms.CharField, "max_length": 36, **kwargs})


class ULIDModel(models.Model):
    """A row with a ULID as its primary key."""

    id = ULIDField(primary_key=True, default=new_ulid, editable=False)

    class Meta:
        abstract = True


class ULIDConverter:
    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return parse_ulid(value) or NO_ID

    def to_url(self, value: str) -> str:
        return value


class IntIdConverter:
    regex = "[^/]+"

    def to_python(self, value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
        return NO_INT_ID

    def to_url(self, value: int) -> str:
        return str(value)
