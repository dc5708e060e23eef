"""The base of every API view: who may call and how often."""

from typing import Any, ClassVar

import structlog
from django.core.validators import ProhibitNullCharactersValidator
from django.utils import translation
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rosetta import languages
from rosetta.errors import Invalid, NotFound
from rosetta.http.permissions import FULL, SignedIn
from rosetta.http.throttles import EVERYTHING, Limit, Standing


class ApiView(APIView):
    """An endpoint of the contract.

    ``limits`` are the rate limits that hold for it; ``abilities`` maps a method to the token ability that opens it, ``*``
    (a sign-in's token) where nothing is said; ``refusals`` tells the schema what its writing methods may answer, and when.
    """

    permission_classes: Any = (SignedIn,)
    limits: ClassVar[tuple[Limit, ...]] = (EVERYTHING,)
    abilities: ClassVar[dict[str, str]] = {}
    refusals: ClassVar[dict[int, str]] = {}

    def ability_for(self, method: str | None) -> str:
        return self.abilities.get(method or "", FULL)

    def limits_for(self, request: Request) -> tuple[Limit, ...]:
        """The limits of this request; override where methods differ."""
        return self.limits

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Nothing is called so, and PostgreSQL refuses to look.
        if "\0" in request.path:
            raise NotFound
        if "%00" in request.META["QUERY_STRING"]:
            named = [name for name, values in request.query_params.lists() if "\0" in "".join([name, *values])]
            raise Invalid({name: [ProhibitNullCharactersValidator.message] for name in named})

    def perform_authentication(self, request: Request) -> None:
        """Also settles who stands in the log, and the language of the sentences: the client's wish, else the account's."""
        super().perform_authentication(request)
        if getattr(request.user, "is_authenticated", False):
            structlog.contextvars.bind_contextvars(caller=request.user.pk)
        wished = languages.wished(request.headers.get("Accept-Language", ""))
        spoken = languages.BY_CODE.get(wished or getattr(request.user, "preferred_language", ""))
        if spoken:
            translation.activate(spoken.catalogue)

    def check_throttles(self, request: Request) -> None:
        self.standing: Standing | None = None
        for limit in self.limits_for(request):
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
