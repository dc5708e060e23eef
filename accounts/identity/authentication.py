"""Authenticate requests by bearer token, session cookie, or guest token where a view admits guests."""

from django.db.models import Q
from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.identity.secrets import digest, matches
from accounts.models import TOUCH_EVERY, AccessToken, Guest, User
from rosetta.db.queries import CompiledQuery

# Compiled once, because every request of an app runs it.
_TOKEN = CompiledQuery(lambda token_id: AccessToken.objects.select_related("user").filter(pk=token_id), token_id=int)
GUEST_HEADER = "X-Rosetta-Guest-Token"


def parse_token(raw: str) -> tuple[int, str] | None:
    """Return the id and the secret of ``{id}|{secret}``.

    None when it is malformed or no database holds such an id.
    """
    number, _, secret = raw.partition("|")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and secret):
        return None
    return int(number), secret


def user_of_token(raw: str) -> tuple[User, AccessToken] | None:
    """Return the account and token of ``{id}|{secret}``.

    None when it is wrong or expired, or the account closed.
    """
    parts = parse_token(raw)
    if parts is None:
        return None
    token_id, secret = parts
    token = _TOKEN.first(token_id=token_id)
    now = timezone.now()
    if token is None or not matches(secret, token.secret_hash) or token.is_expired(now) or not token.user.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at >= TOUCH_EVERY:
        # Conditional, so that parallel requests write it once a minute, not once each.
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
        AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token.user, token


def guest_of_token(raw: str) -> Guest | None:
    """Return the guest of the token ``grst_…``.

    None when it is unknown or was removed from its room.
    """
    guest = Guest.objects.filter(token_hash=digest(raw)).first() if raw.startswith("grst_") else None
    if guest is None or guest.removed_at is not None:
        return None
    now = timezone.now()
    if now - guest.last_seen_at >= TOUCH_EVERY:
        Guest.objects.filter(pk=guest.pk, last_seen_at__lte=now - TOUCH_EVERY).update(last_seen_at=now)
    return guest


class TokenAuthentication(authentication.BaseAuthentication):
    """Authenticate by ``Authorization: Bearer {id}|{secret}``."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        user_and_token = user_of_token(raw.strip())
        if user_and_token is None:
            raise exceptions.AuthenticationFailed
        return user_and_token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """Authenticate by Django's session cookie.

    Unsafe methods need the CSRF token in the header.

    DRF's own check also reads the form, and so would parse the body of a request that may not be authenticated.
    """

    def enforce_csrf(self, request: Request) -> None:
        super().enforce_csrf(getattr(request, "_request", request))

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class GuestAuthentication(authentication.BaseAuthentication):
    """Authenticate a guest by ``X-Rosetta-Guest-Token``, in the views that guests may call."""

    def authenticate(self, request: Request) -> tuple[Guest, None] | None:
        raw = request.headers.get(GUEST_HEADER)
        if raw is None:
            return None
        guest = guest_of_token(raw)
        if guest is None:
            raise exceptions.AuthenticationFailed
        return guest, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
