"""The two kinds of clients that sign in.

Apps, which get a token, and browsers, which get a session.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import ClassVar

from django.contrib.auth import login
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import sign_in
from accounts.identity.clients import Client
from accounts.identity.sessions import ADDRESS, CREATED, DEVICE, ID
from accounts.models import User
from rosetta import languages
from rosetta.http.throttles import client_address
from rosetta.http.viewsets import ApiViewSet

BACKEND = "django.contrib.auth.backends.ModelBackend"


class ClientViewSet(ApiViewSet):
    """A resource with paths for apps and paths for browsers.

    One subclass with ``AppClient``, one with ``BrowserClient``.
    """

    client: ClassVar[Client]

    def signed_in(self, user: User, device_name: str = "", message: str = "Logged in successfully.") -> Response:
        """Sign ``user``, who has proven to be it, in and answer with what the client sends from now on."""
        raise NotImplementedError


class AppClient(ClientViewSet):
    client: ClassVar[Client] = Client.APP
    operation_names: ClassVar[Mapping[str, str]] = {"client": "app", "Client": "App", "proof": "an access token"}

    def signed_in(self, user: User, device_name: str = "", message: str = "") -> Response:
        token = sign_in.sign_in_with_token(user=user, device_name=device_of(self.request, device_name))
        return Response({"access_token": token, "token_type": "Bearer", "user": resources.signed_in_user(user)})


class BrowserClient(ClientViewSet):
    client: ClassVar[Client] = Client.BROWSER
    operation_names: ClassVar[Mapping[str, str]] = {"client": "web", "Client": "Web", "proof": "a session cookie"}

    def signed_in(self, user: User, device_name: str = "", message: str = "Logged in successfully.") -> Response:
        open_session(self.request._request, user, device_of(self.request, device_name))
        return Response({"user": resources.signed_in_user(user), "message": message})


def open_session(request: HttpRequest, user: User, device_name: str) -> None:
    """Start a session of ``user`` under a new key.

    Whatever session the browser had before ends.
    """
    request.session.flush()
    for name in (ID, CREATED):
        request.session.pop(name, None)
    request.session[DEVICE] = device_name
    request.session[ADDRESS] = _address(request)
    login(request, user, backend=BACKEND)


def device_of(request: Request, name: str) -> str:
    """Return the name under which the owner will find this sign-in.

    ``name``, else the client's User-Agent.
    """
    return (name.strip() or request.headers.get("User-Agent", "").strip() or "Unknown device")[:255]


def wished_language(request: Request) -> str:
    """Return the supported language that ``Accept-Language`` prefers.

    Empty when there is none.
    """
    return languages.wished(request.headers.get("Accept-Language", ""))


def _address(request: HttpRequest) -> str | None:
    try:
        return str(ip_address(client_address(request)))  # type: ignore[arg-type]
    except ValueError:
        return None
