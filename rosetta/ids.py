"""ULIDs: 26 lower-case characters in Python and on the wire, 16 bytes in the database."""

import os
import threading
import time
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from ulid import ULID

# What a malformed id in a path becomes: no row has it, so it gets the very answer of an unknown id.
NO_ID = "0" * 26
NO_INT_ID = 0

_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_ulid() -> str:
    """A fresh ULID, larger than every one this process made before."""
    global _last
    value = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | int.from_bytes(os.urandom(10), "big")
    with _lock:
        # Within a millisecond (or after the clock stepped back) the next value goes on from the last one.
        _last = value = max(value, _last + 1)
    return str(ULID(value.to_bytes(16, "big"))).lower()


def parse_ulid(raw: object) -> str | None:
    """The canonical form of a ULID in either case, or None when it is not one."""
    if not isinstance(raw, str) or len(raw) != 26 or not raw.isascii():
        return None
    try:
        return str(ULID.from_str(raw.upper())).lower()
    except ValueError:
        return None


def first_ulid_at(moment: datetime) -> str:
    """The smallest ULID of ``moment``: rows by id are rows by age, and need no other index."""
    return str(ULID((int(moment.timestamp() * 1000) << _RANDOM_BITS).to_bytes(16, "big"))).lower()


def to_uuid(ulid: str) -> uuid.UUID:
    """The 16 bytes of a canonical ULID. Raises ValueError for anything else."""
    return uuid.UUID(bytes=bytes(ULID.from_str(ulid.upper())))


def from_uuid(value: uuid.UUID) -> str:
    return str(ULID(value.bytes)).lower()


def database_id(ulid: str) -> uuid.UUID | str:
    """A ULID as a parameter of raw SQL on the default connection."""
    value = to_uuid(ulid)
    return value if connection.features.has_native_uuid_field else value.hex


if TYPE_CHECKING:
    _Base = models.UUIDField[Any, str]
else:
    _Base = models.UUIDField


class ULIDField(_Base):
    """A ULID in the database's native uuid type; values are canonical strings."""

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
        # Admin and fixtures may hand over the database's own spelling.
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
    """A row known by a ULID."""

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
