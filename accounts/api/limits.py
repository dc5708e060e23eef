"""Rate limits of sign-in, by network address and by the account that is tried.

They count attempts to sign in and nothing else, so that an attacker cannot lock out a person who is signed in.
"""

from rest_framework.request import Request

from accounts.identity.email_addresses import canonical_or_lower
from rosetta.http.throttles import Limit, by_address, by_caller, by_user


def by_email(request: Request) -> str | None:
    """Return the address in the body, whether it has an account or not."""
    body = request.data
    email = body.get("email") if isinstance(body, dict) else None
    return canonical_or_lower(email) if isinstance(email, str) and email.strip() else None


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
# By credential, so that a thief's tries do not use up the owner's; by account too, because one token can create more.
PROVE_AGAIN = (Limit("prove-again", "10/minute", by_caller), Limit("prove-again-account", "60/hour", by_user))
# Few, because nobody has proven yet that the address is theirs.
VERIFICATION_MAIL = (Limit("verification-mail", "6/minute", by_user), Limit("verification-mail", "10/hour", by_user))
VERIFY_LINK = (Limit("verify-link", "60/minute", by_address),)
# Many, because no account is tried here, and an office may share one address.
SOCIAL = (Limit("social", "300/minute", by_address),)
SOCIAL_LINK = (Limit("social-link", "30/minute", by_caller),)
EXPORT = (Limit("export", "5/hour", by_user),)
