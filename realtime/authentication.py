"""Authenticate sockets: token, guest token or session cookie, and whether each is still valid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    if (code := ended_credentials([credential]).get(credential)) is not None:
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


def ended_credentials(credentials: Iterable[Credential]) -> dict[Credential, int]:
    """Return those that are no longer valid, with the code that their sockets close with; at most four queries."""
    ids: dict[str, set[str]] = defaultdict(set)
    for credential in credentials:
        ids[credential.kind].add(credential.id)
    valid = {"token": _valid_tokens(ids["token"]), "session": _valid_sessions(ids["session"])}
    ended: dict[Credential, int] = {}
    for kind, valid_ids in valid.items():
        ended |= {Credential(kind, ended_id): SIGNED_OUT for ended_id in ids[kind] - valid_ids}
    if ids["guest"]:
        ended |= _ended_guests(ids["guest"])
    return ended


def _valid_tokens(token_ids: set[str]) -> set[str]:
    if not token_ids:
        return set()
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    tokens = AccessToken.objects.filter(unexpired, pk__in=token_ids, user__is_active=True)
    return {str(pk) for pk in tokens.values_list("pk", flat=True)}


def _valid_sessions(session_ids: set[str]) -> set[str]:
    if not session_ids:
        return set()
    sessions = Session.objects.live().filter(id__in=session_ids, user__is_active=True)
    return set(sessions.values_list("id", flat=True))


def _ended_guests(guest_ids: set[str]) -> dict[Credential, int]:
    now = timezone.now()
    guests = {guest.pk: guest for guest in Guest.objects.filter(pk__in=guest_ids)}
    rooms = Workspace.objects.in_bulk({guest.workspace_id for guest in guests.values()})
    ended: dict[Credential, int] = {}
    for pk in guest_ids:
        guest = guests.get(pk)
        room = rooms.get(guest.workspace_id) if guest is not None else None
        if guest is None or guest.removed_at is not None:
            ended[Credential("guest", pk)] = SIGNED_OUT
        elif room is None or room.has_ended(now):
            ended[Credential("guest", pk)] = ROOM_ENDED
        elif not guest.is_admitted(now):
            ended[Credential("guest", pk)] = SIGNED_OUT
    return ended
