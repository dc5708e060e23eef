"""The two flavours of sign-in, apps with tokens and browsers with sessions: one view each way, made from one journey."""

from ipaddress import ip_address
from typing import Any, ClassVar

from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import signing_in
from accounts.api.permissions import FromOurOrigin
from accounts.api.serializers import SentenceAnswer, SessionAnswer, TokenAnswer
from accounts.identity.sessions import ADDRESS, CREATED, DEVICE, ID
from accounts.models import User
from rosetta.http.permissions import Anyone
from rosetta.http.throttles import client_address
from rosetta.http.views import ApiView

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Flavoured(ApiView):
    """A view of both flavours, for somebody signed in. ``flavoured`` makes its two classes."""

    flavour: ClassVar[str]


class SignInView(Flavoured):
    """A way in, open to all. The flavour's ``signed_in`` answers once somebody has proven to be a user."""

    authentication_classes = ()
    permission_classes: Any = (Anyone,)

    def signed_in(self, user: User, device_name: str = "", message: str = "Logged in successfully.") -> Response:
        raise NotImplementedError


class Sends(Flavoured):
    """A post that everybody may send and that answers with a message alone."""

    authentication_classes = ()
    permission_classes: Any = (Anyone,)


class AppFlavour:
    flavour: ClassVar[str] = "app"
    answer: ClassVar[Any] = TokenAnswer
    request: Request

    def signed_in(self, user: User, device_name: str = "", message: str = "") -> Response:
        token = signing_in.sign_in_with_token(user=user, device_name=device_of(self.request, device_name))
        return Response({"access_token": token, "token_type": "Bearer", "user": resources.signed_in_user(user)})


class WebFlavour:
    flavour: ClassVar[str] = "web"
    answer: ClassVar[Any] = SessionAnswer
    request: Request

    def signed_in(self, user: User, device_name: str = "", message: str = "Logged in successfully.") -> Response:
        open_session(self.request._request, user, device_of(self.request, device_name))
        return Response({"user": resources.signed_in_user(user), "message": message})


def open_session(request: HttpRequest, user: User, device_name: str) -> None:
    """Sign ``user`` in with this browser's cookie: a new session under a new key, whatever the browser had before."""
    request.session.flush()
    for name in (ID, CREATED):
        request.session.pop(name, None)
    request.session[DEVICE] = device_name
    request.session[ADDRESS] = _address(request)
    login(request, user, backend=BACKEND)


def device_of(request: Request, given: str) -> str:
    """What its owner will know this sign-in by."""
    return (given.strip() or request.headers.get("User-Agent", "").strip() or "Unknown device")[:255]


def _address(request: HttpRequest) -> str | None:
    try:
        return str(ip_address(client_address(request)))  # type: ignore[arg-type]
    except ValueError:
        return None


def flavoured(route: str, view: type[Flavoured]) -> list[URLPattern]:
    """``view`` under ``auth/app/`` and ``auth/web/``, documented with what each flavour answers."""
    return [_one(route, view, AppFlavour), _one(route, view, WebFlavour)]


def _one(route: str, view: type[Flavoured], flavour: type[AppFlavour] | type[WebFlavour]) -> URLPattern:
    body: dict[str, Any] = {
        "tag": f"{flavour.flavour.title()} Authentication{' - Social' if 'social' in route else ''}"
    }
    if flavour is WebFlavour and Anyone in view.permission_classes:
        body["permission_classes"] = (FromOurOrigin,)
    made: Any = type(f"{flavour.flavour.title()}{view.__name__}", (flavour, view), body)
    if issubclass(view, SignInView):
        made = extend_schema_view(post=extend_schema(responses={200: flavour.answer, 403: SentenceAnswer}))(made)
    answer: URLPattern = path(f"auth/{flavour.flavour}/{route}", made.as_view())
    return answer
