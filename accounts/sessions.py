"""The session engine: Django's database sessions with their owner's id, so that they can be listed and ended."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import transaction
from django.utils import timezone

from accounts.models import Session
from rosetta.ids import new_ulid

ID, CREATED, DEVICE, ADDRESS = "_id", "_created_at", "_device_name", "_address"


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    # When the session was last used, once it is loaded.
    last_used_at: datetime | None = None

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        self.last_used_at = row.last_used_at if row is not None else None
        return row

    @transaction.atomic
    def cycle_key(self) -> None:
        """A new key for the same session. The old row goes first: both have the one id that the owner knows it by."""
        data = self._session  # type: ignore[attr-defined]
        if self.session_key:
            self.delete(self.session_key)
        self.create()
        self._session_cache = data

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  (for the type checker)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.id = data.setdefault(ID, new_ulid())
        row.created_at = datetime.fromisoformat(data.setdefault(CREATED, timezone.now().isoformat()))
        row.device_name = data.get(DEVICE, "")
        row.address = data.get(ADDRESS)
        return row
