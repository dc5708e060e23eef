"""The rate limits of sign-in: by network address and by the account that is tried.

They count attempts to get in and nothing else, so that who is signed in is never locked out by an attacker.
"""

from rest_framework.request import Request

from rosetta.http.throttles import Limit, by_address, by_caller, by_user


def by_email(request: Request) -> str | None:
    """The account that the body names, whether it exists or not."""
    body = request.data
    email = body.get("email") if isinstance(body, dict) else None
    return email.strip().lower()[:255] if isinstance(email, str) and email.strip() else None


REGISTER = (Limit("register", "20/minute", by_address),)
SIGN_IN = (Limit("sign-in", "30/minute", by_address), Limit("sign-in-account", "10/minute", by_email))
CODE_REQUEST = (
    Limit("code", "30/minute", by_address),
    Limit("code-account", "1/minute", by_email),
    Limit("code-account", "5/hour", by_email),
)
CODE_VERIFY = (Limit("code-verify", "30/minute", by_address), Limit("code-verify-account", "20/hour", by_email))
FORGOT = (Limit("forgot", "30/minute", by_address), Limit("forgot-account", "3/hour", by_email))
RESET = (Limit("reset", "30/minute", by_address), Limit("reset-account", "10/minute", by_email))
# By who calls first: a thief's few tries do not use up the owner's. By account too: who has one token makes more.
PROVE_AGAIN = (Limit("prove-again", "10/minute", by_caller), Limit("prove-again-account", "60/hour", by_user))
# Nobody has said yet that the address is theirs: it gets few.
VERIFICATION_MAIL = (Limit("verification-mail", "6/minute", by_user), Limit("verification-mail", "10/hour", by_user))
VERIFY_LINK = (Limit("verify-link", "60/minute", by_address),)
# No account is tried here, and a sign-in takes two calls: an office behind one address must get in.
SOCIAL = (Limit("social", "300/minute", by_address),)
SOCIAL_LINK = (Limit("social-link", "30/minute", by_caller),)
EXPORT = (Limit("export", "5/hour", by_user),)
