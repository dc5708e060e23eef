"""The session engine: Django's database sessions with their owner's id, so that they can be listed and ended."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

from accounts.models import Session
from rosetta.ids import new_ulid


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  (for the type checker)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.id = data.setdefault("_id", new_ulid())
        row.device_name = data.get("_device_name", "")
        row.address = data.get("_address")
        return row
