"""The caller's access tokens and sessions.

Only a session or a token with every ability reaches them.
"""

from typing import ClassVar

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import tokens
from accounts.api import schemas, serializers
from accounts.identity.callers import caller
from accounts.models import AccessToken, Session
from rosetta.errors import NotFound
from rosetta.http.bodies import parsed
from rosetta.http.pagination import PAGING, paged
from rosetta.http.viewsets import ApiViewSet


class AccessTokenViewSet(ApiViewSet):
    tag = "Me"
    lookup_url_kwarg: ClassVar[str] = "token_id"
    lookup_value_converter = "int_id"

    @extend_schema(
        operation_id="listAccessTokens",
        summary="List my access tokens",
        description="The caller's access tokens, those of sign-ins included, the newest first. Secrets are never shown again.",
        parameters=PAGING,
        responses=schemas.TokensAnswer,
    )
    def list(self, request: Request) -> Response:
        current = request.auth.pk if isinstance(request.auth, AccessToken) else None
        rows = caller(request).access_tokens.order_by("-pk")
        return paged(request, rows, lambda row: {**resources.token(row), "current": row.pk == current})

    @extend_schema(
        operation_id="createAccessToken",
        summary="Create an access token",
        description="Creates a token with the given abilities. Its secret is shown in this answer only.",
        request=serializers.NewTokenSerializer,
        responses={201: schemas.NewTokenAnswer},
        examples=[schemas.NEW_TOKEN_EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        token, secret = tokens.issue_token(user=caller(request), **parsed(serializers.NewTokenSerializer, request))
        return Response({"data": {**resources.token(token), "token": secret}}, status=201)

    @extend_schema(
        operation_id="revokeAccessToken",
        summary="Revoke an access token",
        description="Ends one of the caller's tokens, its sockets, and the push devices that it registered.",
        responses={204: None},
    )
    def destroy(self, request: Request, token_id: int) -> Response:
        token = caller(request).access_tokens.filter(pk=token_id).first()
        if token is None:
            raise NotFound
        tokens.revoke_token(token=token)
        return Response(status=204)


class SessionViewSet(ApiViewSet):
    tag = "Me"
    lookup_url_kwarg: ClassVar[str] = "session_id"
    lookup_value_converter = "ulid"

    @extend_schema(
        operation_id="listSessions",
        summary="List my sessions",
        description="The browsers in which the caller is signed in, the last used first.",
        parameters=PAGING,
        responses=schemas.SessionsAnswer,
    )
    def list(self, request: Request) -> Response:
        rows = caller(request).sessions.live().order_by("-last_used_at", "-pk")
        return paged(request, rows, lambda row: {**resources.session(row), "current": _is_current(request, row)})

    @extend_schema(
        operation_id="endSession",
        summary="End a session",
        description="Signs one of the caller's browsers out, and ends its sockets and push devices.",
        responses={204: None},
    )
    def destroy(self, request: Request, session_id: str) -> Response:
        session = caller(request).sessions.filter(id=session_id).first()
        if session is None:
            raise NotFound
        is_current = _is_current(request, session)
        tokens.end_session(session=session)
        if is_current:
            logout(request._request)
        return Response(status=204)


def _is_current(request: Request, row: Session) -> bool:
    return request.auth is None and row.has_key(request.session.session_key)
