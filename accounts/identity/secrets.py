"""Secrets of every kind: made here, kept as a SHA-256, compared in constant time.

They have 256 bits of their own, so a fast hash is enough; passwords go through Django's hashers.
"""

import hashlib
import hmac
import secrets


def new_secret(prefix: str = "") -> str:
    """A fresh secret, shown once to its owner; the prefix tells what it opens."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, hashed: str) -> bool:
    return hmac.compare_digest(digest(secret), hashed)
