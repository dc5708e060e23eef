"""Generate secrets, hash them with SHA-256, and compare them in constant time.

A fast hash is enough because they have 256 random bits; passwords go through Django's hashers.
"""

import hashlib
import hmac
import secrets


def new_secret(prefix: str = "") -> str:
    """Return a new secret, to be shown once; ``prefix`` says what it is for."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, hashed: str) -> bool:
    return hmac.compare_digest(digest(secret), hashed)
