"""The rate limits of sign-in: by network address and by the account that is tried.

They count attempts to get in and nothing else, so that who is signed in is never locked out by an attacker.
"""

from rest_framework.request import Request

from rosetta.throttles import Limit, by_address


def by_email(request: Request) -> str | None:
    """The account that the body names, whether it exists or not."""
    body = request.data
    email = body.get("email") if isinstance(body, dict) else None
    return email.strip().lower()[:255] if isinstance(email, str) and email.strip() else None


REGISTER = (Limit("register", "20/minute", by_address),)
SIGN_IN = (Limit("sign-in", "30/minute", by_address), Limit("sign-in-account", "10/minute", by_email))
