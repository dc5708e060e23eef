"""Errors of sign-in and accounts."""

from django.utils.translation import gettext as _

from rosetta.errors import UNAUTHENTICATED, DomainError, Forbidden, Invalid, NotFound


class AccessEnded(DomainError):
    """The token or session of a request ended before the request was done."""

    status = 401
    message = UNAUTHENTICATED


class AccountInactive(Forbidden):
    message = "Account is inactive."


class ForeignOrigin(Forbidden):
    message = "This origin may not sign in."


class LinkInvalid(NotFound):
    message = "Verification link is invalid."


class SocialAccountNotFound(NotFound):
    message = "Social account not found."


class Unlinkable(DomainError):
    """A social account cannot be linked or unlinked.

    The message is one of the documented sentences.
    """

    status = 422


def wrong_credentials() -> Invalid:
    return Invalid({"email": [_("The provided credentials are incorrect.")]})


def email_taken() -> Invalid:
    return Invalid({"email": [_("This email is already registered.")]})


def email_unknown() -> Invalid:
    return Invalid({"email": [_("We could not find an account with that email.")]})


def wrong_code(field: str = "token") -> Invalid:
    return Invalid({field: [_("Invalid or expired OTP.")]})


def reset_token_invalid() -> Invalid:
    return Invalid({"email": [_("This password reset token is invalid.")]})
