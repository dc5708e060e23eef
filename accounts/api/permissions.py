"""Who may call the viewsets of accounts."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework import exceptions, permissions
from rest_framework.request import Request

from accounts.errors import ForeignOrigin
from accounts.identity.clients import Client

if TYPE_CHECKING:
    from rest_framework.views import APIView


class FromOurOrigin(permissions.BasePermission):
    """Let everybody sign in, but not by browser from the pages of other sites.

    A browser says in ``Origin`` or ``Sec-Fetch-Site`` where a request comes from; other programs need not.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if view.client is not Client.BROWSER:  # type: ignore[attr-defined]
            return True
        origin = request.headers.get("Origin")
        if origin is not None and origin not in settings.ALLOWED_ORIGINS:
            raise ForeignOrigin
        if origin is None and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignOrigin
        return True


class AnyToken(permissions.BasePermission):
    """Let every signed-in user in, whatever abilities the token has."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not getattr(request.user, "is_authenticated", False):
            raise exceptions.NotAuthenticated
        return True
