"""Sign-in by a provider, and linked accounts, both flavours."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import social
from accounts.api import limits
from accounts.api.flavours import Flavoured, Sends, SignInView
from accounts.api.serializers import (
    LinkedAnswer,
    LinksAnswer,
    RedirectAnswer,
    SentenceAnswer,
    SocialCallbackSerializer,
)
from accounts.api.views import wished_language
from accounts.identity import providers
from accounts.identity.callers import caller
from accounts.identity.providers import Identity, Provider
from accounts.identity.secrets import new_secret
from accounts.models import User
from rosetta import languages

COOKIE = "rosetta_social"
COOKIE_PATH = "/api/v1/auth/web/social"


class SocialView(Flavoured):
    """What the views of both ends of the way share. The web flavour's two ends are tied by a cookie of their own."""

    def begin(self, request: Request, name: str, user: User | None = None) -> Response:
        provider = Provider(request._request, name)
        if self.flavour == "app":
            return Response({"redirect_url": social.begin(provider=provider, flavour=self.flavour, user=user)})
        browser = request.COOKIES.get(COOKIE) or new_secret()  # kept, so that two tabs do not end each other's way
        url = social.begin(provider=provider, flavour=self.flavour, browser=browser, user=user)
        response = Response({"redirect_url": url})
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(social.STATE_LIVES.total_seconds()),
            path=COOKIE_PATH,
            httponly=True,
            samesite="Lax",
            secure=settings.HTTPS,
        )
        return response

    def finish(self, request: Request, name: str, user: User | None = None) -> tuple[Identity, dict[str, Any]]:
        data = SocialCallbackSerializer(data=request.data)
        provider = Provider(request._request, name)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        identity = social.finish(
            provider=provider,
            flavour=self.flavour,
            code=given["code"],
            state=given.get("state") or "",
            browser=request.COOKIES.get(COOKIE, ""),
            user=user,
        )
        return identity, given


class SocialRedirect(SocialView, Sends):
    """Where to send a person who signs in with a provider."""

    limits = limits.SOCIAL

    @extend_schema(request=None, responses=RedirectAnswer)
    def post(self, request: Request, provider: str) -> Response:
        return self.begin(request, provider)


class SocialCallback(SocialView, SignInView):
    """Sign in with what the provider sent back."""

    limits = limits.SOCIAL

    @extend_schema(request=SocialCallbackSerializer)
    def post(self, request: Request, provider: str) -> Response:
        identity, given = self.finish(request, provider)
        user = social.sign_in(identity=identity, language=wished_language(request) or languages.DEFAULT)
        return self.signed_in(user, given.get("device_name", ""))


class SocialAccounts(Flavoured):
    """The caller's linked accounts."""

    @extend_schema(responses=LinksAnswer)
    def get(self, request: Request) -> Response:
        rows = providers.accounts_of(caller(request))
        return Response({"accounts": [resources.social_account(row) for row in rows]})


class SocialLink(SocialView):
    """Where to send the caller to link an account."""

    limits = limits.SOCIAL_LINK

    @extend_schema(request=None, responses=RedirectAnswer)
    def post(self, request: Request, provider: str) -> Response:
        return self.begin(request, provider, caller(request))


class SocialLinkCallback(SocialView):
    """Link the account that the provider sent back."""

    limits = limits.SOCIAL_LINK

    @extend_schema(request=SocialCallbackSerializer, responses=LinkedAnswer)
    def post(self, request: Request, provider: str) -> Response:
        user = caller(request)
        identity, _ = self.finish(request, provider, user)
        account = resources.social_account(social.link(user=user, identity=identity))
        shown = {name: account[name] for name in ("id", "provider", "provider_email", "name")}
        return Response({"account": shown, "message": "Social account linked successfully."})


class SocialUnlink(Flavoured):
    """Take a provider's account away from the caller's."""

    @extend_schema(responses={200: SentenceAnswer, 404: SentenceAnswer, 422: SentenceAnswer})
    def delete(self, request: Request, provider: str) -> Response:
        social.unlink(user=caller(request), provider=provider)
        return Response({"message": "Social account unlinked successfully."})
