"""Who may call the views of accounts."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework import exceptions, permissions
from rest_framework.request import Request

from accounts.errors import ForeignOrigin

if TYPE_CHECKING:
    from rest_framework.views import APIView


class FromOurOrigin(permissions.BasePermission):
    """Open to all but the pages of other sites: a browser says where a request comes from, anything else need not."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in settings.ALLOWED_ORIGINS:
            raise ForeignOrigin
        if origin is None and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignOrigin
        return True


class AnyToken(permissions.BasePermission):
    """Somebody signed in, whatever its token's abilities."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not getattr(request.user, "is_authenticated", False):
            raise exceptions.NotAuthenticated
        return True
