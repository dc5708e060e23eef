"""Sign-in by password, and the caller's own account."""

from typing import Any

from django.contrib.auth import logout
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import resources
from accounts.actions import leaving, profile, signing_in, tokens
from accounts.api import limits
from accounts.api.flavours import Flavoured, SignInView
from accounts.api.permissions import AnyToken
from accounts.api.serializers import (
    ExportAnswer,
    LeaveSerializer,
    LoginSerializer,
    ProfileSerializer,
    RegisterSerializer,
    SentenceAnswer,
    UserAnswer,
)
from accounts.identity.callers import caller
from accounts.models import AccessToken
from rosetta import languages
from rosetta.errors import NotFound
from rosetta.http.permissions import Anyone, SignedIn
from rosetta.http.throttles import Limit
from rosetta.http.views import ApiView


def wished_language(request: Request) -> str:
    """The language that the client asks for, as one of ours; empty when it asks for none of them."""
    return languages.wished(request.headers.get("Accept-Language", ""))


class Csrf(ApiView):
    """Sets the cookie whose value unsafe requests of a browser repeat in ``X-CSRFToken``."""

    tag = "Web Authentication"
    authentication_classes = ()
    permission_classes = (Anyone,)

    @extend_schema(responses={204: None}, auth=[])
    def get(self, request: Request) -> Response:
        get_token(request._request)
        return Response(status=204)


class Register(SignInView):
    """Make an account and sign in."""

    limits = limits.REGISTER

    @extend_schema(request=RegisterSerializer)
    def post(self, request: Request) -> Response:
        data = RegisterSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        given: dict[str, Any] = data.validated_data
        user = signing_in.register(
            email=given["email"],
            password=given["password"],
            name=given["name"],
            preferred_language=given.get("preferred_language") or wished_language(request) or languages.DEFAULT,
            mail_language=wished_language(request),
        )
        return self.signed_in(user, given.get("device_name", ""), "Registered successfully.")


class Login(SignInView):
    """Sign in with address and password."""

    limits = limits.SIGN_IN

    @extend_schema(request=LoginSerializer)
    def post(self, request: Request) -> Response:
        data = LoginSerializer(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        return self.signed_in(data.validated_data["user"], data.validated_data.get("device_name", ""))


class Logout(Flavoured):
    """End the token or session that calls."""

    permission_classes = (AnyToken,)

    @extend_schema(request=None, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AccessToken):
            tokens.revoke_token(token=request.auth)
        else:
            session = caller(request).sessions.filter(session_key=request.session.session_key).first()
            if session is not None:
                tokens.end_session(session=session)
            logout(request._request)
        return Response({"message": "Logged out successfully."})


class Me(ApiView):
    """The caller's account."""

    tag = "Me"

    def get_permissions(self) -> Any:
        return [AnyToken() if self.request.method == "GET" else SignedIn()]

    @extend_schema(responses=UserAnswer)
    def get(self, request: Request) -> Response:
        return Response(resources.user(caller(request)))

    @extend_schema(request=ProfileSerializer, responses=UserAnswer)
    def patch(self, request: Request) -> Response:
        data = ProfileSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(resources.user(profile.change_profile(user=caller(request), changes=data.validated_data)))

    @extend_schema(request=LeaveSerializer, responses={204: None, 422: SentenceAnswer})
    def delete(self, request: Request) -> Response:
        data = LeaveSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        leaving.leave(user=caller(request), **data.validated_data)
        if request.auth is None:
            logout(request._request)
        return Response(status=204)

    def limits_for(self, request: Request) -> tuple[Limit, ...]:
        return limits.PROVE_AGAIN if request.method == "DELETE" else self.limits


class Export(ApiView):
    """A ZIP of everything that the caller said and keeps."""

    tag = "Me"

    @extend_schema(request=None, responses={202: ExportAnswer})
    def post(self, request: Request) -> Response:
        export = leaving.request_export(user=caller(request))
        return Response({"data": resources.export(export)}, status=202)

    @extend_schema(responses={200: ExportAnswer, 404: SentenceAnswer})
    def get(self, request: Request) -> Response:
        export = leaving.latest_export(caller(request))
        if export is None:
            raise NotFound
        return Response({"data": resources.export(export)})

    def limits_for(self, request: Request) -> tuple[Limit, ...]:
        return limits.EXPORT if request.method == "POST" else self.limits


class ExportFile(ApiView):
    """The ZIP itself, once it is ready."""

    tag = "Me"

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY, 404: SentenceAnswer})
    def get(self, request: Request) -> HttpResponseBase:
        export = leaving.latest_export(caller(request))
        if export is None or not export.file:
            raise NotFound
        response = FileResponse(default_storage.open(export.file), as_attachment=True, filename="rosetta-export.zip")
        response["Cache-Control"] = "private, no-store"
        return response
