"""Verification of email addresses by a mailed link."""

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import email_verification
from accounts.api import limits, schemas
from accounts.api.clients import wished_language
from accounts.identity.callers import caller
from rosetta.http.permissions import Anyone
from rosetta.http.viewsets import ApiViewSet, policy

LINK_QUERY = [
    OpenApiParameter("expires", OpenApiTypes.STR, description="When the link ends, in Unix seconds."),
    OpenApiParameter("signature", OpenApiTypes.STR, description="Proves that this service made the link."),
]


class EmailVerificationViewSet(ApiViewSet):
    tag = "Email Verification"

    @extend_schema(
        operation_id="verifyEmail",
        summary="Verify an email address",
        description=(
            "Where the link of a verification mail leads: marks the address as verified. "
            "Browsers are sent on to the web client."
        ),
        parameters=LINK_QUERY,
        responses={200: schemas.SentenceAnswer, 302: None},
        auth=[],
    )
    @policy(limits=limits.VERIFY_LINK, permissions=(Anyone,), authentication=())
    @action(detail=False, url_path="verify/<int_id:id>/<str:hash>")
    def verify(self, request: Request, id: int, hash: str) -> HttpResponseBase:
        email_verification.verify_email(
            user_id=id,
            email_hash=hash,
            expires=request.query_params.get("expires", ""),
            signature=request.query_params.get("signature", ""),
        )
        if settings.FRONTEND_URL:
            return HttpResponseRedirect(settings.FRONTEND_URL)
        if "text/html" in request.headers.get("Accept", ""):
            # Clicked in a mail: a person wants a page.
            return HttpResponseRedirect(f"{settings.PUBLIC_URL}/?verified=yes")
        return Response({"message": "Email verified successfully."})

    @extend_schema(
        operation_id="resendVerificationEmail",
        summary="Send the verification mail again",
        description="Mails the caller's address a new link, unless it is verified; the answer is the same either way.",
        request=None,
        responses=schemas.SentenceAnswer,
    )
    @policy(limits=limits.VERIFICATION_MAIL)
    @action(detail=False, methods=["post"], url_path="verification-notification")
    def resend(self, request: Request) -> Response:
        email_verification.request_verification(user=caller(request), language=wished_language(request))
        return Response({"message": "Verification email sent."})
