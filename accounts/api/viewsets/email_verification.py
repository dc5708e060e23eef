"""Verification of email addresses by a mailed link."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import email_verification
from accounts.actions.email_verification import Link
from accounts.api import limits, schemas
from accounts.api.clients import wished_language
from accounts.identity.callers import caller
from rosetta import env, languages
from rosetta.http.links import link_to
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
            "Where the link of a verification mail leads: marks the address as verified. A browser (`Accept: text/html`) gets a "
            "page on which a person confirms or disowns the account, and `HEAD` changes nothing."
        ),
        parameters=LINK_QUERY,
        responses={200: schemas.SentenceAnswer, (200, "text/html"): OpenApiTypes.STR, 302: None},
        auth=[],
    )
    @policy(limits=limits.VERIFY_LINK, permissions=(Anyone,), authentication=())
    @action(detail=False, url_path="verify/<int_id:id>/<str:hash>")
    def verify(self, request: Request, id: int, hash: str) -> HttpResponseBase:
        link = _link(request, id, hash)
        if request.method == "HEAD" or _is_browser(request):
            # Mail scanners open links like this, so only a person's click on the page's button counts.
            return self._page(request, link)
        email_verification.verify_email(link=link)
        return _verified(request)

    @extend_schema(
        operation_id="confirmEmail",
        summary="Confirm an email address",
        description=(
            "Marks the address of a verification link as proven by a person. Until then, the first sign-in by a code, a "
            "provider or a password reset ends every other way into the account."
        ),
        parameters=LINK_QUERY,
        request=None,
        responses={200: schemas.SentenceAnswer, 302: None},
        auth=[],
    )
    @policy(limits=limits.VERIFY_LINK, permissions=(Anyone,), authentication=())
    @verify.mapping.post
    def confirm(self, request: Request, id: int, hash: str) -> HttpResponseBase:
        email_verification.confirm_email(link=_link(request, id, hash))
        return _verified(request)

    @extend_schema(
        operation_id="disownEmail",
        summary="Say that an account is not mine",
        description=(
            "Ends the password, tokens, sessions and linked providers of an account that somebody else registered with the "
            "address of the verification link. Refused once the address has been confirmed."
        ),
        parameters=LINK_QUERY,
        request=None,
        responses={200: schemas.SentenceAnswer, (200, "text/html"): OpenApiTypes.STR},
        auth=[],
    )
    @policy(limits=limits.VERIFY_LINK, permissions=(Anyone,), authentication=())
    @action(detail=False, methods=["post"], url_path="verify/<int_id:id>/<str:hash>/disown")
    def disown(self, request: Request, id: int, hash: str) -> HttpResponseBase:
        link = _link(request, id, hash)
        email_verification.disown_email(link=link)
        if _is_browser(request):
            return _html(request, {"is_disowned": True})
        return Response({"message": "Account access ended successfully."})

    def _page(self, request: Request, link: Link) -> HttpResponseBase:
        """Answer with the page on which a person confirms or disowns the account.

        Changes nothing.
        """
        user = email_verification.user_of_link(link=link)
        if user.has_proven_email:
            return _verified(request)
        kwargs = {"id": link.user_id, "hash": link.email_hash}
        query = urlencode({"expires": link.expires, "signature": link.signature})
        context = {
            "name": user.name,
            "email": user.email,
            "confirm_url": f"{link_to('email-verify', **kwargs)}?{query}",
            "disown_url": f"{link_to('email-disown', **kwargs)}?{query}",
        }
        return _html(request, context)

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


def _link(request: Request, user_id: int, email_hash: str) -> Link:
    query = request.query_params
    return Link(user_id, email_hash, query.get("expires", ""), query.get("signature", ""))


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _verified(request: Request) -> HttpResponseBase:
    if settings.FRONTEND_URL:
        return HttpResponseRedirect(settings.FRONTEND_URL)
    if _is_browser(request):
        return HttpResponseRedirect(f"{settings.PUBLIC_URL}/?verified=yes")
    return Response({"message": "Email verified successfully."})


def _html(request: Request, context: dict[str, Any]) -> HttpResponseBase:
    language = get_language() or languages.DEFAULT
    response = render(request._request, "accounts/verify_email.html", {**context, "language": language})
    # Browsers apply form-action to the redirect after the form too, which leads to the frontend.
    targets = " ".join({env.origin(url) for url in (settings.PUBLIC_URL, settings.FRONTEND_URL) if url})
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {targets}; base-uri 'none'; frame-ancestors 'none'"
    )
    return response
