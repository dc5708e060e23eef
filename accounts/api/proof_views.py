"""Codes, forgotten and changed passwords, and verification of addresses."""

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import codes, passwords, proving
from accounts.api import limits
from accounts.api.flavours import Flavoured, Sends, SignInView
from accounts.api.serializers import (
    ChangePasswordSerializer,
    CodeSerializer,
    EmailSerializer,
    ResetPasswordSerializer,
    SentenceAnswer,
)
from accounts.api.views import wished_language
from accounts.identity.callers import caller
from accounts.models import AccessToken
from rosetta import languages
from rosetta.http.permissions import Anyone
from rosetta.http.views import ApiView


class RequestCode(Sends):
    """Have a sign-in code sent to an address, whether it has an account or not."""

    limits = limits.CODE_REQUEST

    @extend_schema(request=EmailSerializer, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        data = EmailSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        codes.request_code(email=data.validated_data["email"], language=wished_language(request))
        return Response({"message": "OTP sent to your email."})


class VerifyCode(SignInView):
    """Sign in with the code; an unknown address gets its account now."""

    limits = limits.CODE_VERIFY

    @extend_schema(request=CodeSerializer)
    def post(self, request: Request) -> Response:
        data = CodeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        user = codes.sign_in_with_code(
            email=data.validated_data["email"],
            code=data.validated_data["token"],
            language=wished_language(request) or languages.DEFAULT,
        )
        return self.signed_in(user, data.validated_data.get("device_name", ""))


class ForgotPassword(Sends):
    """Have a link sent to an account's address with which to choose a new password."""

    limits = limits.FORGOT

    @extend_schema(request=EmailSerializer, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        data = EmailSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        passwords.forgot_password(email=data.validated_data["email"], language=wished_language(request))
        return Response({"message": "Password reset link sent to your email."})


class ResetPassword(Sends):
    """Choose a new password with the link's token."""

    limits = limits.RESET

    @extend_schema(request=ResetPasswordSerializer, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        data = ResetPasswordSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        passwords.reset_password(email=given["email"], token=given["token"], password=given["password"])
        return Response({"message": "Password has been reset successfully."})


class ChangePassword(Flavoured):
    """Choose a new password; every other session and token ends."""

    limits = limits.PROVE_AGAIN

    @extend_schema(request=ChangePasswordSerializer, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        data = ChangePasswordSerializer(data=request.data, context={"request": request})
        data.is_valid(raise_exception=True)
        user, password = caller(request), data.validated_data["password"]
        if isinstance(request.auth, AccessToken):
            passwords.set_password(user=user, password=password, but_token=request.auth)
        else:
            passwords.set_password(user=user, password=password, but_session=request.session.session_key)
            update_session_auth_hash(request._request, user)
        return Response({"message": "Password changed successfully."})


def _text(name: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.QUERY)


class VerifyEmail(ApiView):
    """Where the link of a verification email leads: back to the frontend if there is one, else a message."""

    tag = "Email Verification"
    authentication_classes = ()
    permission_classes = (Anyone,)
    limits = limits.VERIFY_LINK

    @extend_schema(
        parameters=[_text("expires"), _text("signature")], responses={200: SentenceAnswer, 302: None}, auth=[]
    )
    def get(self, request: Request, user_id: int, email_hash: str) -> HttpResponseBase:
        proving.verify_email(
            user_id=user_id,
            email_hash=email_hash,
            expires=request.query_params.get("expires", ""),
            signature=request.query_params.get("signature", ""),
        )
        if settings.FRONTEND_URL:
            return HttpResponseRedirect(settings.FRONTEND_URL)
        if "text/html" in request.headers.get("Accept", ""):
            # Clicked in a mail: a person wants a page.
            return HttpResponseRedirect(f"{settings.PUBLIC_URL}/?verified=yes")
        return Response({"message": "Email verified successfully."})


class SendVerification(ApiView):
    """Have the verification email sent again; says the same when the address is verified already."""

    tag = "Email Verification"
    limits = limits.VERIFICATION_MAIL

    @extend_schema(request=None, responses=SentenceAnswer)
    def post(self, request: Request) -> Response:
        proving.ask_to_verify(user=caller(request), language=wished_language(request))
        return Response({"message": "Verification email sent."})
