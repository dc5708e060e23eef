"""The session engine: Django's database sessions with their owner's id, so that they can be listed and ended."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import transaction
from django.utils import timezone

from accounts.identity import credentials
from accounts.models import TOUCH_EVERY, Session
from rosetta.ids import new_ulid

ID, CREATED, DEVICE, ADDRESS = "_id", "_created_at", "_device_name", "_address"


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        """The live session of this key, whose use now is written down; None, and no key any more, where there is none."""
        row = Session.objects.live().filter(session_key=self.session_key).first()
        if row is None:
            self._session_key = None
            return None
        now = timezone.now()
        if now - row.last_used_at >= TOUCH_EVERY:
            # Conditional, so that parallel requests write it once a minute, not once each.
            Session.objects.filter(pk=row.pk, last_used_at__lte=row.last_used_at).update(last_used_at=now)
        return row

    @transaction.atomic
    def flush(self) -> None:
        """Sign out: what hangs on the session ends with it, which admin's own sign-out and the next sign-in here come to."""
        row = Session.objects.filter(session_key=self.session_key).first() if self.session_key else None
        super().flush()
        if row is not None and row.user_id is not None:
            credentials.ended([row.user_id], [credentials.of_session(row.id)])

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
