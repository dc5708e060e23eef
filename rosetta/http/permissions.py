"""DRF permissions.

Imports no view, because DRF's settings load this module while its views are imported.
"""

from typing import TYPE_CHECKING

from rest_framework import exceptions, permissions
from rest_framework.request import Request

from rosetta.errors import Forbidden

if TYPE_CHECKING:
    from rest_framework.views import APIView

FULL = "*"


class InvalidAbility(Forbidden):
    message = "Invalid ability provided."


class SignedIn(permissions.BasePermission):
    """Require an authenticated caller whose token has the view's ability."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not getattr(request.user, "is_authenticated", False):
            raise exceptions.NotAuthenticated
        abilities = getattr(request.auth, "abilities", None)
        if abilities is None or FULL in abilities:
            return True
        if view.policy.ability not in abilities:  # type: ignore[attr-defined]
            raise InvalidAbility
        return True


class Anyone(permissions.BasePermission):
    """Allow everybody, signed in or not."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return True
