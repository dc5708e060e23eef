"""Sign-in by a provider, and linked accounts, for apps and for browsers."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import social
from accounts.api import limits, schemas, serializers
from accounts.api.clients import AppClient, BrowserClient, ClientViewSet, wished_language
from accounts.api.permissions import FromOurOrigin
from accounts.identity import providers
from accounts.identity.callers import caller
from accounts.identity.clients import Client
from accounts.identity.providers import Identity, Provider
from accounts.identity.secrets import new_secret
from accounts.models import User
from rosetta import languages
from rosetta.http.bodies import parsed
from rosetta.http.viewsets import policy

COOKIE = "rosetta_social"
COOKIE_PATH = "/api/v1/auth/web/social"


class SocialViewSet(ClientViewSet):
    """Sign-in and linking by a provider.

    A cookie ties the two requests of a browser's sign-in together.
    """

    lookup_url_kwarg: ClassVar[str] = "provider"

    @extend_schema(
        operation_id="start{Client}SocialLogin",
        summary="Start a sign-in by a provider",
        description="Answers with the provider's page to which the person is sent. The sign-in lasts ten minutes.",
        request=None,
        responses=schemas.RedirectAnswer,
    )
    @policy(limits=limits.SOCIAL, permissions=(FromOurOrigin,), authentication=())
    @action(detail=True, methods=["post"])
    def redirect(self, request: Request, provider: str) -> Response:
        return self._begin(request, provider)

    @extend_schema(
        operation_id="finish{Client}SocialLogin",
        summary="Sign in by a provider",
        description=(
            "Signs in with {proof} by the code and state that the provider sent back. "
            "Who is unknown gets an account; a verified address opens the account that has it."
        ),
        request=serializers.SocialCallbackSerializer,
    )
    @policy(limits=limits.SOCIAL, permissions=(FromOurOrigin,), authentication=())
    @action(detail=True, methods=["post"])
    def callback(self, request: Request, provider: str) -> Response:
        identity, fields = self._finish(request, provider)
        user = social.sign_in(identity=identity, language=wished_language(request) or languages.DEFAULT)
        return self.signed_in(user, fields.get("device_name", ""))

    @extend_schema(
        operation_id="list{Client}SocialAccounts",
        summary="List my linked accounts",
        description="The accounts at providers that open the caller's account, the oldest link first.",
        responses=schemas.LinksAnswer,
    )
    @action(detail=False)
    def accounts(self, request: Request) -> Response:
        accounts = providers.accounts_of(caller(request))
        return Response({"accounts": [resources.social_account(account) for account in accounts]})

    @extend_schema(
        operation_id="start{Client}SocialLink",
        summary="Start linking a provider's account",
        description="Answers with the provider's page to which the caller is sent. The linking lasts ten minutes.",
        request=None,
        responses=schemas.RedirectAnswer,
    )
    @policy(limits=limits.SOCIAL_LINK)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, provider: str) -> Response:
        return self._begin(request, provider, caller(request))

    @extend_schema(
        operation_id="finish{Client}SocialLink",
        summary="Link a provider's account",
        description="Links the account that the provider sent back by code and state to the caller's account.",
        request=serializers.SocialCallbackSerializer,
        responses=schemas.LinkedAnswer,
    )
    @policy(limits=limits.SOCIAL_LINK)
    @action(detail=True, methods=["post"], url_path="link/callback")
    def link_callback(self, request: Request, provider: str) -> Response:
        user = caller(request)
        identity, _ = self._finish(request, provider, user)
        account = resources.social_account(social.link(user=user, identity=identity))
        shown = {name: account[name] for name in ("id", "provider", "provider_email", "name")}
        return Response({"account": shown, "message": "Social account linked successfully."})

    @extend_schema(
        operation_id="unlink{Client}SocialAccount",
        summary="Unlink a provider's account",
        description="The provider no longer opens the caller's account. The last way to sign in cannot be unlinked.",
        responses={
            200: schemas.SentenceAnswer,
            404: OpenApiResponse(schemas.SentenceAnswer, "No account of this provider is linked."),
            422: OpenApiResponse(schemas.SentenceAnswer, "It is the last way to sign in."),
        },
    )
    @action(detail=True, methods=["delete"])
    def unlink(self, request: Request, provider: str) -> Response:
        social.unlink(user=caller(request), provider=provider)
        return Response({"message": "Social account unlinked successfully."})

    def _begin(self, request: Request, name: str, user: User | None = None) -> Response:
        provider = Provider(request._request, name)
        if self.client is Client.APP:
            return Response({"redirect_url": social.begin(provider=provider, client=self.client, user=user)})
        browser = request.COOKIES.get(COOKIE) or new_secret()  # kept, so that a second tab does not break the first one
        url = social.begin(provider=provider, client=self.client, browser=browser, user=user)
        response = Response({"redirect_url": url})
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(social.STATE_LIVES.total_seconds()),
            path=COOKIE_PATH,
            httponly=True,
            samesite=settings.SESSION_COOKIE_SAMESITE,
            secure=settings.HTTPS,
        )
        return response

    def _finish(self, request: Request, name: str, user: User | None = None) -> tuple[Identity, dict[str, Any]]:
        request.data  # noqa: B018  (a body that is no JSON object is refused before anything else)
        provider = Provider(request._request, name)
        fields = parsed(serializers.SocialCallbackSerializer, request)
        identity = social.finish(
            provider=provider,
            client=self.client,
            code=fields["code"],
            state=fields.get("state") or "",
            browser=request.COOKIES.get(COOKIE, ""),
            user=user,
        )
        return identity, fields


@extend_schema_view(callback=extend_schema(responses={200: schemas.TokenAnswer, 403: schemas.INACTIVE}))
class AppSocialViewSet(AppClient, SocialViewSet):
    tag: ClassVar[str] = "App Authentication - Social"


@extend_schema_view(callback=extend_schema(responses={200: schemas.SessionAnswer, 403: schemas.INACTIVE}))
class WebSocialViewSet(BrowserClient, SocialViewSet):
    tag: ClassVar[str] = "Web Authentication - Social"
