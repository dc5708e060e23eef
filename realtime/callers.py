"""Who opens a socket: the three ways to say so, and whether they still hold."""

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
from rosetta.http.permissions import FULL
from workspaces.models import Workspace

SIGNED_OUT, ROOM_ENDED = 4401, 4403
REASONS = {SIGNED_OUT: "Unauthenticated.", ROOM_ENDED: "The room has ended."}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a socket was opened with: ``kind`` is token, session or guest, ``id`` that row's id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Who:
    credential: Credential
    user_id: int | None = None
    guest_id: str | None = None

    @property
    def key(self) -> str:
        return f"user:{self.user_id}" if self.user_id is not None else f"guest:{self.guest_id}"


class Refused(Exception):
    """The credentials open no socket; ``code`` is what it closes with."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def is_foreign(origin: str | None) -> bool:
    """Whether a browser opens the socket from a site that may not."""
    return origin is not None and origin not in settings.ALLOWED_ORIGINS


def identify(headers: Mapping[str, str], subprotocols: Sequence[str]) -> Who:
    """Who calls, by ``headers`` (names in lower case) and ``subprotocols``. Raises Refused."""
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
    # Only with an Origin, which no foreign page can forge: a cookie is sent whichever page opens the socket.
    if "origin" in headers and not is_foreign(headers["origin"]):
        return _by_cookie(headers.get("cookie", ""))
    raise Refused(SIGNED_OUT)


def _by_token(raw: str) -> Who:
    found = user_of_token(raw)
    if found is None or FULL not in found[1].abilities:
        raise Refused(SIGNED_OUT)
    user, token = found
    return Who(Credential("token", str(token.pk)), user_id=user.pk)


def _by_guest_token(raw: str) -> Who:
    guest = guest_of_token(raw)
    if guest is None:
        raise Refused(SIGNED_OUT)
    credential = Credential("guest", guest.pk)
    if (code := ended([credential]).get(credential)) is not None:
        raise Refused(code)
    return Who(credential, guest_id=guest.pk)


def _by_cookie(cookie: str) -> Who:
    key = parse_cookie(cookie).get(settings.SESSION_COOKIE_NAME)
    if not key:
        raise Refused(SIGNED_OUT)
    request = HttpRequest()
    request.session = sessions.SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        raise Refused(SIGNED_OUT)
    row = Session.objects.filter(session_key=key).values_list("id", flat=True).first()
    if row is None:
        raise Refused(SIGNED_OUT)
    return Who(Credential("session", row), user_id=user.pk)


def ended(credentials: Iterable[Credential]) -> dict[Credential, int]:
    """Those that open nothing any more, with the code that their sockets close with; at most four queries."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for one in credentials:
        by_kind[one.kind].add(one.id)
    now = timezone.now()
    live: dict[str, set[str]] = {}
    found: dict[Credential, int] = {}
    if ids := by_kind["token"]:
        tokens = AccessToken.objects.filter(pk__in=ids, user__is_active=True)
        tokens = tokens.filter(Q(expires_at=None) | Q(expires_at__gt=now))
        live["token"] = {str(pk) for pk in tokens.values_list("pk", flat=True)}
    if ids := by_kind["session"]:
        alive = Session.objects.live().filter(id__in=ids, user__is_active=True)
        live["session"] = set(alive.values_list("id", flat=True))
    for kind, those in live.items():
        found |= {Credential(kind, one): SIGNED_OUT for one in by_kind[kind] - those}
    if ids := by_kind["guest"]:
        found |= _ended_guests(ids)
    return found


def _ended_guests(guest_ids: set[str]) -> dict[Credential, int]:
    now = timezone.now()
    guests = {guest.pk: guest for guest in Guest.objects.filter(pk__in=guest_ids)}
    rooms = Workspace.objects.in_bulk({guest.workspace_id for guest in guests.values()})
    found: dict[Credential, int] = {}
    for pk in guest_ids:
        guest = guests.get(pk)
        room = rooms.get(guest.workspace_id) if guest is not None else None
        if guest is None or guest.removed_at is not None:
            found[Credential("guest", pk)] = SIGNED_OUT
        elif room is None or room.has_ended(now):
            found[Credential("guest", pk)] = ROOM_ENDED
        elif not guest.is_admitted(now):
            found[Credential("guest", pk)] = SIGNED_OUT
    return found
