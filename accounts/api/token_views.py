"""The caller's tokens and sessions; only a session or a token with every ability reaches them."""

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import tokens
from accounts.api.serializers import (
    PAGING,
    NewTokenAnswer,
    NewTokenSerializer,
    SessionsAnswer,
    TokensAnswer,
)
from accounts.identity.callers import caller
from accounts.models import AccessToken, Session
from rosetta.errors import NotFound
from rosetta.http.pagination import paged
from rosetta.http.views import ApiView


class Tokens(ApiView):
    """The caller's access tokens, those of sign-ins too."""

    tag = "Me"

    @extend_schema(parameters=PAGING, responses=TokensAnswer)
    def get(self, request: Request) -> Response:
        current = request.auth.pk if isinstance(request.auth, AccessToken) else None
        rows = caller(request).access_tokens.order_by("-pk")
        return paged(request, rows, lambda row: {**resources.token(row), "current": row.pk == current})

    @extend_schema(request=NewTokenSerializer, responses={201: NewTokenAnswer})
    def post(self, request: Request) -> Response:
        data = NewTokenSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        token, shown = tokens.issue_token(user=caller(request), **data.validated_data)
        return Response({"data": {**resources.token(token), "token": shown}}, status=201)


class Token(ApiView):
    tag = "Me"

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        token = caller(request).access_tokens.filter(pk=token_id).first()
        if token is None:
            raise NotFound
        tokens.revoke_token(token=token)
        return Response(status=204)


class Sessions(ApiView):
    """The browsers in which the caller is signed in, the last used first."""

    tag = "Me"

    @extend_schema(parameters=PAGING, responses=SessionsAnswer)
    def get(self, request: Request) -> Response:
        rows = caller(request).sessions.live().order_by("-last_used_at", "-pk")
        return paged(request, rows, lambda row: {**resources.session(row), "current": _is_current(request, row)})


class OneSession(ApiView):
    tag = "Me"

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: str) -> Response:
        session = caller(request).sessions.filter(id=session_id).first()
        if session is None:
            raise NotFound
        is_current = _is_current(request, session)
        tokens.end_session(session=session)
        if is_current:
            logout(request._request)
        return Response(status=204)


def _is_current(request: Request, row: Session) -> bool:
    return request.auth is None and row.session_key == request.session.session_key
