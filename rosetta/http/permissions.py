"""Who may call a view. A module of its own: DRF imports it while its own views are still being made."""

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
    """Somebody known calls, and its token has the ability that the view asks for."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not getattr(request.user, "is_authenticated", False):
            raise exceptions.NotAuthenticated
        abilities = getattr(request.auth, "abilities", None)
        if abilities is None or FULL in abilities:
            return True
        if view.ability_for(request.method) not in abilities:  # type: ignore[attr-defined]
            raise InvalidAbility
        return True


class Anyone(permissions.BasePermission):
    """Open to all, signed in or not."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return True
