"""Authenticate sockets: token, guest token or session cookie, and whether each is still valid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth import get_user
from django.db.models import Q
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from accounts.identity import sessions
from accounts.identity.authentication import GUEST_HEADER, guest_of_token, user_of_token
from accounts.models import AccessToken, Guest, Session, User
from realtime.protocol import ROOM_ENDED, SIGNED_OUT
from rosetta.http.permissions import FULL
from workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Credential:
    """What a socket was opened with.

    ``kind`` is token, session or guest, ``id`` that row's id.
    """

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who opened a socket, and with what."""

    credential: Credential
    user_id: int | None = None
    guest_id: str | None = None

    @property
    def key(self) -> str:
        return f"user:{self.user_id}" if self.user_id is not None else f"guest:{self.guest_id}"


class NotAuthenticated(Exception):
    """The credentials open no socket; ``code`` is what it closes with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def is_foreign_origin(origin: str | None) -> bool:
    """Return whether a browser opens the socket from a site that is not allowed."""
    return origin is not None and origin not in settings.ALLOWED_ORIGINS


def authenticate(headers: Mapping[str, str], subprotocols: Sequence[str]) -> Identity:
    """Identify the caller by ``headers`` (names in lower case) and ``subprotocols``.

    Raises NotAuthenticated.
    """
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(bearer.strip())
    if GUEST_HEADER.lower() in headers:
        return _by_guest_token(headers[GUEST_HEADER.lower()])
    for offered in subprotocols:
        kind, _, secret = offered.partition(".")
        if kind == "bearer":
            return _by_token(unquote(secret))
        if kind == "guest":
            return _by_guest_token(unquote(secret))
    # Only with an Origin, which no foreign page can forge: browsers send cookies whichever page opens the socket.
    if "origin" in headers and not is_foreign_origin(headers["origin"]):
        return _by_cookie(headers.get("cookie", ""))
    raise NotAuthenticated(SIGNED_OUT)


def _by_token(raw: str) -> Identity:
    match = user_of_token(raw)
    if match is None or FULL not in match[1].abilities:
        raise NotAuthenticated(SIGNED_OUT)
    user, token = match
    return Identity(Credential("token", str(token.pk)), user_id=user.pk)


def _by_guest_token(raw: str) -> Identity:
    guest = guest_of_token(raw)
    if guest is None:
        raise NotAuthenticated(SIGNED_OUT)
    credential = Credential("guest", guest.pk)
    if (code := read_validity([credential])[credential].code) is not None:
        raise NotAuthenticated(code)
    return Identity(credential, guest_id=guest.pk)


def _by_cookie(cookie: str) -> Identity:
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise NotAuthenticated(SIGNED_OUT)
    request = HttpRequest()
    request.session = sessions.SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise NotAuthenticated(SIGNED_OUT)
    session_id = Session.objects.of_key(key).values_list("id", flat=True).first()
    if session_id is None:
        raise NotAuthenticated(SIGNED_OUT)
    return Identity(Credential("session", session_id), user_id=user.pk)


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a credential is valid: then ``until`` says how long, None for ever; else ``code`` closes its sockets."""

    code: int | None = None
    until: datetime | None = None


ENDED = Validity(SIGNED_OUT)


def read_validity(credentials: Iterable[Credential]) -> dict[Credential, Validity]:
    """Return whether each of ``credentials`` is still valid; at most four queries."""
    ids: dict[str, list[str]] = defaultdict(list)
    for credential in credentials:
        ids[credential.kind].append(credential.id)
    found = {"token": _tokens, "session": _sessions, "guest": _guests}
    return {Credential(kind, pk): validity for kind, own in ids.items() for pk, validity in found[kind](own).items()}


def _tokens(token_ids: list[str]) -> dict[str, Validity]:
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    tokens = AccessToken.objects.filter(unexpired, pk__in=token_ids, user__is_active=True)
    valid = {str(pk): Validity(until=until) for pk, until in tokens.values_list("pk", "expires_at")}
    return dict.fromkeys(token_ids, ENDED) | valid


def _sessions(session_ids: list[str]) -> dict[str, Validity]:
    live = Session.objects.live().filter(id__in=session_ids, user__is_active=True)
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    valid = {
        pk: Validity(until=min(expires_at, used_at + idle))
        for pk, expires_at, used_at in live.values_list("id", "expire_date", "last_used_at")
    }
    return dict.fromkeys(session_ids, ENDED) | valid


def _guests(guest_ids: list[str]) -> dict[str, Validity]:
    now = timezone.now()
    guests = {guest.pk: guest for guest in Guest.objects.filter(pk__in=guest_ids)}
    rooms = Workspace.objects.in_bulk({guest.workspace_id for guest in guests.values()})
    validity: dict[str, Validity] = {}
    for pk in guest_ids:
        guest = guests.get(pk)
        room = rooms.get(guest.workspace_id) if guest is not None else None
        if guest is None or guest.removed_at is not None:
            validity[pk] = ENDED
        elif room is None or room.has_ended(now):
            validity[pk] = Validity(ROOM_ENDED)
        elif not guest.is_admitted(now):
            validity[pk] = ENDED
        else:
            validity[pk] = Validity(until=min(guest.expires_at, room.expires_at or guest.expires_at))
    return validity
