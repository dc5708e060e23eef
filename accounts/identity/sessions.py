"""The session engine: Django's database sessions under hashed keys, with their owner's id to list and end them by.

``SessionStore.session_key`` is the secret of the cookie; ``Session.session_key`` is its hash.
"""

from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.identity import credentials
from accounts.identity.secrets import digest
from accounts.models import TOUCH_EVERY, Session, stored_forms
from rosetta import access_changes
from rosetta.ids import new_ulid

ID, CREATED, DEVICE, ADDRESS = "_id", "_created_at", "_device_name", "_address"


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, but that only the request which ends a session takes its cookie away.

    A request that another tab began under the session before must not delete the cookie of the session after it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value and not request.session.modified:
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Return the live session of this key and store its use.

        None, with the key removed, when there is none.
        """
        key = self.session_key
        row = Session.objects.live().filter(session_key__in=stored_forms(key)).first() if key else None
        if row is None or key is None:
            self._session_key = None
            return None
        if row.session_key == key:  # stored by a process of the previous version
            Session.objects.hash_key(key)
            row.session_key = digest(key)
        now = timezone.now()
        if now - row.last_used_at >= TOUCH_EVERY:
            # Conditional, so that parallel requests write it once a minute, not once each.
            Session.objects.filter(pk=row.pk, last_used_at__lte=row.last_used_at).update(last_used_at=now)
        return row

    def exists(self, session_key: str) -> bool:
        return Session.objects.of_key(session_key).exists()

    def delete(self, session_key: str | None = None) -> None:
        Session.objects.of_key(session_key or self.session_key).delete()

    # Django's own look up the clear key; these call the methods above.
    aload, aexists, acreate, asave, adelete = (
        SessionBase.aload, SessionBase.aexists, SessionBase.acreate, SessionBase.asave, SessionBase.adelete,
    )  # fmt: skip

    async def aflush(self) -> None:
        await sync_to_async(self.flush)()

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    @transaction.atomic
    def flush(self) -> None:
        """End the session and everything that depends on it.

        Admin's logout and the next login call this.
        """
        row = Session.objects.of_key(self.session_key).first()
        super().flush()
        if row is not None and row.user_id is not None:
            credentials.ended([row.user_id], [credentials.of_session(row.id)])
            access_changes.record(access_changes.Kind.SESSION, [row.id])

    @transaction.atomic
    def cycle_key(self) -> None:
        """Give the session a new key.

        Deletes the old row first, because both have the same public id.
        """
        data = self._session  # type: ignore[attr-defined]
        if self.session_key:
            self.delete(self.session_key)
        self.create()
        self._session_cache = data

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  (for the type checker)
        row.session_key = digest(row.session_key)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.id = data.setdefault(ID, new_ulid())
        row.created_at = datetime.fromisoformat(data.setdefault(CREATED, timezone.now().isoformat()))
        row.device_name = data.get(DEVICE, "")
        row.address = data.get(ADDRESS)
        return row
