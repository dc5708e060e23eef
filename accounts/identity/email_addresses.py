"""The one form in which an email address is stored and looked up, so that a mailbox has one account."""

import idna

from rosetta.normal_forms import nfkc

MAX_LENGTH = 255


def canonical_email(address: str) -> str:
    """Return ``address`` in lower case, with an NFKC local part and an IDNA domain, which are both ASCII.

    Raises ValueError when it has no such form. Does not check the rest of its syntax.
    """
    local, at, domain = address.strip().rpartition("@") if len(address) <= MAX_LENGTH else ("", "", "")
    local = nfkc(local)
    if not at or not local.isascii():
        raise ValueError("The address has no canonical form.")
    # An ASCII domain stays as it is, because IDNA refuses some that exist, such as those with an underscore.
    domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    return f"{local}@{domain}".lower()


def canonical_or_lower(address: str) -> str:
    """Return the canonical form of ``address``, or one to compare by when it has none, such as in a rate limit."""
    try:
        return canonical_email(address)
    except ValueError:
        return address.strip().lower()[:MAX_LENGTH]
