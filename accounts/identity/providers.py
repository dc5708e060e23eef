"""Social sign-in providers, over allauth's own parts: where to send a person, and who came back.

A thin layer instead of dj-rest-auth's: that one never sends the PKCE verifier and never checks the state (ADR 0021).
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

from accounts.models import User
from rosetta.errors import Invalid, Unavailable

log = structlog.get_logger(__name__)

_NAME = re.compile(r"[a-z0-9_-]{1,64}")
# What a provider's answer makes allauth raise when the code is not good, or the answer is not what it should be.
REFUSALS = (
    OAuth2Error, ProviderException, PermissionDenied, ImmediateHttpResponse, ImproperlyConfigured,
    KeyError, TypeError, ValueError, AttributeError,
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Somebody as a provider knows them. ``is_verified``: the provider says that ``email`` is theirs."""

    provider: str
    uid: str
    email: str
    is_verified: bool
    name: str
    avatar: str | None

    @property
    def extra_data(self) -> dict[str, Any]:
        """What is kept of it: what the owner sees in the list of linked accounts, and never a provider's token."""
        return {"email": self.email, "name": self.name, "avatar": self.avatar}


class Provider:
    """One configured provider, for the length of a request. Raises Invalid on ``provider`` for any other name."""

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
        # The frontend's page, not one of allauth's, which are not served.
        self.adapter.get_callback_url = lambda request, app: callback_url(name)

    def redirect(self, *, state: str, with_pkce: bool) -> tuple[str, str]:
        """Where to send the person, and the PKCE verifier to keep (empty without PKCE). Raises Unavailable."""
        pkce = generate_code_challenge() if with_pkce else {}
        verifier = pkce.pop("code_verifier", "")
        try:
            client = self.adapter.get_client(self.request, self.provider.app)
            client.state = state
            params = {**self.provider.get_auth_params(), **pkce}
            return client.get_redirect_url(self.adapter.authorize_url, self.provider.get_scope(), params), verifier
        except requests.RequestException as error:
            raise self._away(error) from None

    def identity(self, *, code: str, verifier: str) -> Identity:
        """Who ``code`` stands for. Raises Invalid on ``code`` when the provider refuses it, Unavailable when it is away."""
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
                raise self._away(error) from None
            raise _refused() from None
        except requests.RequestException as error:
            raise self._away(error) from None
        except REFUSALS as error:
            # Its words may hold the provider's answer, tokens and all.
            log.info("social_code_refused", provider=self.name, error=type(error).__name__)
            raise _refused() from None

    def _identity(self, login: SocialLogin) -> Identity:
        account = login.account
        if not _is_one_person(account.extra_data):
            raise _refused()
        addresses = sorted(login.email_addresses, key=lambda one: (not is_true(one.verified), not one.primary))
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

    def _away(self, error: Exception) -> Unavailable:
        log.warning("social_provider_away", provider=self.name, error=type(error).__name__)
        return Unavailable()


def callback_url(provider: str) -> str:
    """The redirect URI that providers know: the page that hands ``code`` and ``state`` to the API."""
    return settings.SOCIAL_CALLBACK_URL.replace("{provider}", provider)


def is_true(value: object) -> bool:
    """Whether a claim says yes; some providers write it as a word, and the word ``false`` is no yes."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def linked(account: SocialAccount) -> dict[str, Any]:
    """What is known of a linked account: email, name, avatar."""
    data = account.extra_data if isinstance(account.extra_data, dict) else {}
    return {name: data.get(name) for name in ("email", "name", "avatar")}


def _is_one_person(data: dict[str, Any]) -> bool:
    """Whether id token and userinfo tell of the same subject, as OpenID Connect has clients check (Core 5.3.2)."""
    told = [data[name].get("sub") for name in ("id_token", "userinfo") if isinstance(data.get(name), dict)]
    return len(set(told)) <= 1


def _address(email: str) -> str:
    """``email`` as accounts keep it; empty when it is none that mail could be sent to."""
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email.lower() if len(email) <= 255 else ""


def _name(fields: dict[str, Any]) -> str:
    """What a person is called: in one piece where the provider says it so, since not every name is first, then last."""
    whole = " ".join(str(part) for part in (fields.get("first_name"), fields.get("last_name")) if part)
    said = (fields.get("name"), fields.get("displayName"), whole, fields.get("username"))
    return next((name.strip()[:255] for name in said if isinstance(name, str) and name.strip()), "")


def _avatar(url: object) -> str | None:
    good = isinstance(url, str) and len(url) <= 2048 and urlsplit(url).scheme == "https"
    return str(url) if good else None


def _refused() -> Invalid:
    return Invalid({"code": [_("The authorization code is invalid or has expired.")]})


def accounts_of(user: User) -> QuerySet[SocialAccount]:
    """The accounts at providers that ``user`` has linked, oldest first."""
    rows: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=user).order_by("pk")
    return rows
