"""Providers of social sign-in, on allauth's adapters.

The address to redirect to, and the identity that comes back.

Used instead of dj-rest-auth's views, because those never send the PKCE verifier and never check the state (ADR 0021).
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.identity.email_addresses import MAX_LENGTH, canonical_email
from accounts.models import User
from rosetta.errors import Invalid, Unavailable
from rosetta.names import clean_name

log = structlog.get_logger(__name__)

_NAME = re.compile(r"[a-z0-9_-]{1,64}")
# The claims by which providers name a person: OpenID Connect, most others, and LINE.
SUBJECT_CLAIMS = ("sub", "id", "userId")
MAX_UID: int = SocialAccount._meta.get_field("uid").max_length
# What allauth raises for a refused code or a malformed answer of a provider.
REFUSALS = (
    OAuth2Error, ProviderException, PermissionDenied, ImmediateHttpResponse, ImproperlyConfigured,
    KeyError, TypeError, ValueError, AttributeError,
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """A person as a provider describes them.

    ``is_verified``: the provider vouches for ``email``.
    """

    provider: str
    uid: str
    email: str
    is_verified: bool
    name: str
    avatar: str | None

    @property
    def extra_data(self) -> dict[str, Any]:
        """Return the fields to store.

        Those that the list of linked accounts shows, never a provider's token.
        """
        return {"email": self.email, "name": self.name, "avatar": self.avatar}


class Provider:
    """One configured provider, for one request.

    Raises Invalid on ``provider`` for an unknown name.
    """

    def __init__(self, request: HttpRequest, name: str) -> None:
        self.request = request
        self.provider: Any = None
        if _NAME.fullmatch(name):
            with suppress(SocialApp.DoesNotExist, ImproperlyConfigured):
                self.provider = get_adapter(request).get_provider(request, provider=name)
        if self.provider is None or self.provider.sub_id != name:
            raise Invalid({"provider": [_("The selected provider is invalid.")]})
        self.name = name
        self.adapter: Any = self.provider.get_oauth2_adapter(request)
        # The frontend's page, because allauth's own are not served.
        self.adapter.get_callback_url = lambda request, app: callback_url(name)

    def redirect(self, *, state: str, with_pkce: bool) -> tuple[str, str]:
        """Return the address to send the person to, and the PKCE verifier (empty without PKCE). Raises Unavailable."""
        pkce = generate_code_challenge() if with_pkce else {}
        verifier = pkce.pop("code_verifier", "")
        try:
            client = self.adapter.get_client(self.request, self.provider.app)
            client.state = state
            params = {**self.provider.get_auth_params(), **pkce}
            return client.get_redirect_url(self.adapter.authorize_url, self.provider.get_scope(), params), verifier
        except requests.RequestException as error:
            raise self._unavailable(error) from None

    def identity(self, *, code: str, verifier: str) -> Identity:
        """Return the identity behind ``code``.

        Raises Invalid on ``code`` when it is refused, or Unavailable.
        """
        app = self.provider.app
        try:
            client = self.adapter.get_client(self.request, app)
            answer = client.get_access_token(code, pkce_code_verifier=verifier or None)
            self.adapter.did_fetch_access_token = True
            token = self.adapter.parse_token(answer)
            login = self.adapter.complete_login(self.request, app, token, response=answer)
            return self._identity(login)
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code >= 500:
                raise self._unavailable(error) from None
            raise _refused() from None
        except requests.RequestException as error:
            raise self._unavailable(error) from None
        except REFUSALS as error:
            # Its text may hold the provider's answer with its tokens, so only its class is logged.
            log.info("social_code_refused", provider=self.name, error=type(error).__name__)
            raise _refused() from None

    def _identity(self, login: SocialLogin) -> Identity:
        account = login.account
        if not _is_one_person(account.extra_data) or not _is_subject(account.uid, account.extra_data):
            raise _refused()
        addresses = sorted(
            login.email_addresses, key=lambda address: (not is_true(address.verified), not address.primary)
        )
        email = _address(addresses[0].email) if addresses else ""
        fields = {**account.extra_data, **self.provider.extract_common_fields(account.extra_data)}
        return Identity(
            provider=self.name,
            uid=account.uid,
            email=email,
            is_verified=bool(email) and is_true(addresses[0].verified),
            name=_name(fields) or email.split("@")[0] or self.name,
            avatar=_avatar(self.provider.wrap_account(account).get_avatar_url() or fields.get("picture")),
        )

    def _unavailable(self, error: Exception) -> Unavailable:
        log.warning("social_provider_unavailable", provider=self.name, error=type(error).__name__)
        return Unavailable()


def callback_url(provider: str) -> str:
    """Return the redirect URI that providers know.

    The page that passes ``code`` and ``state`` to the API.
    """
    return settings.SOCIAL_CALLBACK_URL.replace("{provider}", provider)


def is_true(value: object) -> bool:
    """Return whether a claim is true.

    Some providers write booleans as text, and the text ``false`` is not true.
    """
    return value is True or (isinstance(value, str) and value.lower() == "true")


def linked(account: SocialAccount) -> dict[str, Any]:
    """Return the stored fields of a linked account: email, name, avatar."""
    data = account.extra_data if isinstance(account.extra_data, dict) else {}
    return {name: data.get(name) for name in ("email", "name", "avatar")}


def _is_one_person(data: dict[str, Any]) -> bool:
    """Return whether id token and userinfo have the same subject, as OpenID Connect requires (Core 5.3.2)."""
    subjects = [data[name].get("sub") for name in ("id_token", "userinfo") if isinstance(data.get(name), dict)]
    return len(set(subjects)) <= 1


def _is_subject(uid: str, data: dict[str, Any]) -> bool:
    """Return whether ``uid`` names a person.

    Allauth writes whatever the provider sent as text, ``null`` as ``None`` too.
    """
    if not uid.strip() or "\0" in uid or len(uid) > MAX_UID:
        return False
    claims = [data, *(part for part in data.values() if isinstance(part, dict))]
    sent = [part[name] for part in claims for name in SUBJECT_CLAIMS if name in part and str(part[name]) == uid]
    # A boolean is an integer to Python, and names nobody.
    return (
        any(isinstance(value, (str, int)) and not isinstance(value, bool) for value in sent) if sent else uid != "None"
    )


def _address(email: str) -> str:
    """Return ``email`` in the form that accounts store.

    Empty when it is no valid address.
    """
    try:
        address = canonical_email(email)
        validate_email(address)
    except (ValueError, ValidationError):
        return ""
    return address if len(address) <= MAX_LENGTH else ""


def _name(fields: dict[str, Any]) -> str:
    """Return a person's name, preferably in one piece, because not every name is first name, then last name."""
    whole = " ".join(str(part) for part in (fields.get("first_name"), fields.get("last_name")) if part)
    candidates = (fields.get("name"), fields.get("displayName"), whole, fields.get("username"))
    names = (clean_name(name)[:255].rstrip() for name in candidates if isinstance(name, str))
    return next((name for name in names if name), "")


def _avatar(url: object) -> str | None:
    is_usable = isinstance(url, str) and len(url) <= 2048 and urlsplit(url).scheme == "https"
    return str(url) if is_usable else None


def _refused() -> Invalid:
    return Invalid({"code": [_("The authorization code is invalid or has expired.")]})


def accounts_of(user: User) -> QuerySet[SocialAccount]:
    """Return the accounts at providers that ``user`` has linked, the oldest first."""
    rows: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=user).order_by("pk")
    return rows
