"""Sign-in by password and by mailed code, for apps and for browsers."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import login_codes, passwords, registration, tokens
from accounts.api import limits, schemas, serializers
from accounts.api.clients import AppClient, BrowserClient, ClientViewSet, wished_language
from accounts.api.permissions import AnyToken, FromOurOrigin
from accounts.identity.callers import caller
from accounts.models import AccessToken
from rosetta import languages
from rosetta.http.bodies import parsed
from rosetta.http.permissions import Anyone
from rosetta.http.viewsets import policy

CSRF_VALUE = OpenApiParameter(
    "X-CSRFToken",
    str,
    OpenApiParameter.HEADER,
    response=True,
    description="The value to repeat, for pages of `PUBLIC_URL`, `FRONTEND_URL` and `CORS_ORIGINS` that send `Origin`.",
)


class AuthViewSet(ClientViewSet):
    @extend_schema(
        operation_id="{client}Register",
        summary="Register",
        description="Creates an account, signs in with {proof}, and mails a link by which the address is verified.",
        request=serializers.RegisterSerializer,
    )
    @policy(limits=limits.REGISTER, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> Response:
        fields = parsed(serializers.RegisterSerializer, request)
        user = registration.register(
            email=fields["email"],
            password=fields["password"],
            name=fields["name"],
            preferred_language=fields.get("preferred_language") or wished_language(request) or languages.DEFAULT,
            mail_language=wished_language(request),
        )
        return self.signed_in(user, fields.get("device_name", ""), "Registered successfully.")

    @extend_schema(
        operation_id="{client}Login",
        summary="Sign in with a password",
        description="Signs in with {proof}. A wrong password and an unknown address get the same answer.",
        request=serializers.LoginSerializer,
    )
    @policy(limits=limits.SIGN_IN, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"])
    def login(self, request: Request) -> Response:
        fields = parsed(serializers.LoginSerializer, request)
        return self.signed_in(fields["user"], fields.get("device_name", ""))

    @extend_schema(
        operation_id="{client}Logout",
        summary="Sign out",
        description="Ends the access token or session that calls, its sockets, and the push devices that it registered.",
        request=None,
        responses=schemas.SentenceAnswer,
    )
    @policy(permissions=(AnyToken,))
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        if isinstance(request.auth, AccessToken):
            tokens.revoke_token(token=request.auth)
        else:
            session = caller(request).sessions.of_key(request.session.session_key).first()
            if session is not None:
                tokens.end_session(session=session)
            logout(request._request)
        return Response({"message": "Logged out successfully."})

    @extend_schema(
        operation_id="request{Client}Otp",
        summary="Request a sign-in code",
        description=(
            "Mails a code of six digits, good for ten minutes, to the address, whether it has an account or not. "
            "An earlier code of the address ends."
        ),
        request=serializers.EmailSerializer,
        responses=schemas.SentenceAnswer,
    )
    @policy(limits=limits.CODE_REQUEST, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"], url_path="otp")
    def request_otp(self, request: Request) -> Response:
        fields = parsed(serializers.EmailSerializer, request)
        login_codes.request_code(email=fields["email"], language=wished_language(request))
        return Response({"message": "OTP sent to your email."})

    @extend_schema(
        operation_id="verify{Client}Otp",
        summary="Sign in with a code",
        description=(
            "Signs in with {proof} when the code is right. It verifies the address; an address without an account gets one. "
            "A code works once and allows five tries."
        ),
        request=serializers.CodeSerializer,
    )
    @policy(limits=limits.CODE_VERIFY, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"], url_path="otp/verify")
    def verify_otp(self, request: Request) -> Response:
        fields = parsed(serializers.CodeSerializer, request)
        user = login_codes.sign_in_with_code(
            email=fields["email"],
            code=fields["token"],
            language=wished_language(request) or languages.DEFAULT,
        )
        return self.signed_in(user, fields.get("device_name", ""))

    @extend_schema(
        operation_id="request{Client}PasswordReset",
        summary="Request a password reset",
        description="Mails the account's address a link by which a new password is chosen.",
        request=serializers.EmailSerializer,
        responses=schemas.SentenceAnswer,
    )
    @policy(limits=limits.FORGOT, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"], url_path="forgot-password")
    def forgot_password(self, request: Request) -> Response:
        fields = parsed(serializers.EmailSerializer, request)
        passwords.request_reset(email=fields["email"], language=wished_language(request))
        return Response({"message": "Password reset link sent to your email."})

    @extend_schema(
        operation_id="reset{Client}Password",
        summary="Reset a password",
        description=(
            "Sets a new password with the token of the mailed link, which works once. "
            "Every access token and session of the account ends."
        ),
        request=serializers.ResetPasswordSerializer,
        responses=schemas.SentenceAnswer,
    )
    @policy(limits=limits.RESET, permissions=(FromOurOrigin,), authentication=())
    @action(detail=False, methods=["post"], url_path="reset-password")
    def reset_password(self, request: Request) -> Response:
        fields = parsed(serializers.ResetPasswordSerializer, request)
        passwords.reset_password(email=fields["email"], token=fields["token"], password=fields["password"])
        return Response({"message": "Password has been reset successfully."})

    @extend_schema(
        operation_id="change{Client}Password",
        summary="Change my password",
        description="Sets a new password. Every other access token and session of the account ends; the one that calls stays.",
        request=serializers.ChangePasswordSerializer,
        responses=schemas.SentenceAnswer,
    )
    @policy(limits=limits.PROVE_AGAIN)
    @action(detail=False, methods=["post"], url_path="change-password")
    def change_password(self, request: Request) -> Response:
        fields = parsed(serializers.ChangePasswordSerializer, request, context={"request": request})
        user, password = caller(request), fields["password"]
        if isinstance(request.auth, AccessToken):
            passwords.set_password(user=user, password=password, but_token=request.auth)
        else:
            passwords.set_password(user=user, password=password, but_session=request.session.session_key)
            update_session_auth_hash(request._request, user)
        return Response({"message": "Password changed successfully."})


_WITH_TOKEN = extend_schema(responses={200: schemas.TokenAnswer, 403: schemas.INACTIVE})
_WITH_SESSION = extend_schema(responses={200: schemas.SessionAnswer, 403: schemas.INACTIVE})


@extend_schema_view(register=_WITH_TOKEN, login=_WITH_TOKEN, verify_otp=_WITH_TOKEN)
class AppAuthViewSet(AppClient, AuthViewSet):
    tag: ClassVar[str] = "App Authentication"


@extend_schema_view(register=_WITH_SESSION, login=_WITH_SESSION, verify_otp=_WITH_SESSION)
class WebAuthViewSet(BrowserClient, AuthViewSet):
    tag: ClassVar[str] = "Web Authentication"

    @extend_schema(
        operation_id="getCsrfCookie",
        summary="Get the CSRF cookie",
        description=(
            "Sets the `csrftoken` cookie, whose value unsafe requests of a browser repeat in `X-CSRFToken`. A page of another "
            "host cannot read the cookie, nor can a service worker: they get the value in the header, from an origin that may "
            "sign in."
        ),
        parameters=[CSRF_VALUE],
        responses={204: None},
        auth=[],
    )
    @policy(permissions=(Anyone,), authentication=())
    @action(detail=False)
    def csrf(self, request: Request) -> Response:
        value = get_token(request._request)
        # A page's or service worker's own origin is not named in a GET.
        is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
        may_read = is_own or request.headers.get("Origin") in settings.ALLOWED_ORIGINS
        return Response(status=204, headers={"X-CSRFToken": value} if may_read else None)
