"""The base of every API viewset.

Who may call an action, how often, and in which language it answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import structlog
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import translation
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from rosetta import languages
from rosetta.errors import Invalid, NotFound
from rosetta.http.permissions import FULL, SignedIn
from rosetta.http.throttles import EVERYTHING, Limit, Standing, by_address

# Requests without valid credentials, where some are needed.
REFUSED = Limit("refused", "1200/minute", by_address)
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one action.

    The token ability that opens it, its rate limits, and who may call it.

    ``permissions`` and ``authentication`` are None where the viewset's own classes hold.
    """

    ability: str = FULL
    limits: tuple[Limit, ...] | None = None
    permissions: tuple[type[BasePermission], ...] | None = None
    authentication: tuple[type[BaseAuthentication], ...] | None = None


DEFAULT = Policy()


def policy(**changes: Any) -> Callable[[Handler], Handler]:
    """Decorate an action with its own ``Policy``, written as that class's fields."""

    def decorate(handler: Handler) -> Handler:
        handler.policy = replace(getattr(handler, "policy", DEFAULT), **changes)  # type: ignore[attr-defined]
        return handler

    return decorate


class ApiViewSet(ViewSet):
    """A resource of the API, open to both clients.

    Native apps with bearer tokens and browsers with session cookies.

    ``limits`` hold for every action without limits of its own. ``refusals`` tells the schema what writing actions may answer
    besides, by status. ``operation_names`` fills the braces in operation ids of viewsets that serve several resources.
    """

    tag: ClassVar[str] = ""
    permission_classes: Any = (SignedIn,)
    limits: ClassVar[tuple[Limit, ...]] = (EVERYTHING,)
    refusals: ClassVar[Mapping[int, str]] = {}
    operation_names: ClassVar[Mapping[str, str]] = {}

    @property
    def policy(self) -> Policy:
        """Return the policy of the action that this request calls.

        On a path with one action, its policy also holds for the methods that the path does not have.
        """
        method = (self.request.method or "").lower() if self.request is not None else ""
        actions = getattr(self, "action_map", None) or {}
        # Authenticators are asked for before DRF has set ``action``.
        name = getattr(self, "action", None) or actions.get(method)
        if name not in actions.values() and len(set(actions.values())) == 1:
            name = next(iter(actions.values()))
        policy: Policy = getattr(getattr(self, name or "", None), "policy", DEFAULT)
        return policy

    @property
    def action_limits(self) -> tuple[Limit, ...]:
        """Return the rate limits of this request's action."""
        limits = self.policy.limits
        return self.limits if limits is None else limits

    def get_permissions(self) -> Any:
        own = self.policy.permissions
        return super().get_permissions() if own is None else [permission() for permission in own]

    def get_authenticators(self) -> Any:
        own = self.policy.authentication
        return super().get_authenticators() if own is None else [authenticator() for authenticator in own]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except (exceptions.NotAuthenticated, exceptions.AuthenticationFailed):
            # Refused before the limits of the action are counted: whoever guesses tokens counts as their address does.
            REFUSED.hit(request)
            raise
        # No row is named with a null character, and PostgreSQL refuses to look for one.
        if "\0" in request.path:
            raise NotFound
        if "%00" in request.META["QUERY_STRING"]:
            names = [name for name, values in request.query_params.lists() if "\0" in "".join([name, *values])]
            raise Invalid({name: [ProhibitNullCharactersValidator.message] for name in names})

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, name the caller in the log, and choose the language of the answer's sentences.

        That is the language that ``Accept-Language`` asks for, else the account's.
        """
        super().perform_authentication(request)
        if getattr(request.user, "is_authenticated", False):
            structlog.contextvars.bind_contextvars(caller=request.user.pk)
        wished = languages.wished(request.headers.get("Accept-Language", ""))
        language = languages.BY_CODE.get(wished or getattr(request.user, "preferred_language", ""))
        if language:
            translation.activate(language.catalogue)

    def check_throttles(self, request: Request) -> None:
        self.standing: Standing | None = None
        for limit in self.action_limits:
            try:
                standing = limit.hit(request)
            except exceptions.Throttled:
                self.standing = Standing(limit.item.amount, 0)
                raise
            self.note_standing(standing)

    def note_standing(self, standing: Standing | None) -> None:
        """Keep the tightest of the limits that this request counted against, for the answer's headers."""
        if standing is not None and (self.standing is None or standing.remaining < self.standing.remaining):
            self.standing = standing

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        standing = getattr(self, "standing", None)
        if standing is not None:
            response["X-RateLimit-Limit"] = str(standing.limit)
            response["X-RateLimit-Remaining"] = str(standing.remaining)
        return response
