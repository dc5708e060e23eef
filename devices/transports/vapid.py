"""Identify this service to push services: VAPID (RFC 8292).

The key is ``VAPID_PRIVATE_KEY``, else derived from ``SECRET_KEY``, which all processes share: nothing is stored or exchanged.
"""

import base64
import time
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
# Below the order of the curve's group by one, so that every derived number is a key.
_KEYS = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", 16)
# Push services accept 24 hours at most, and clocks differ.
TOKEN_SECONDS = 12 * 3600


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Decode ``text``, with or without padding.

    Raises ValueError for other characters.
    """
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def uncompressed(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def private_key() -> ec.EllipticCurvePrivateKey:
    """Return this installation's key. Raises ValueError when ``VAPID_PRIVATE_KEY`` is none."""
    return _private_key(settings.VAPID_PRIVATE_KEY, settings.SECRET_KEY)


@lru_cache(maxsize=1)
def _private_key(configured: str, secret: str) -> ec.EllipticCurvePrivateKey:
    if not configured:
        raw = HKDF(algorithm=SHA256(), length=48, salt=None, info=b"rosetta vapid").derive(secret.encode())
        return ec.derive_private_key(int.from_bytes(raw, "big") % _KEYS + 1, CURVE)
    try:
        raw = from_base64url(configured)
        if len(raw) != 32:
            raise ValueError
        return ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)
    except ValueError:  # without its text, which may repeat the key
        raise ValueError("it has to be 32 bytes in base64url") from None


def public_key() -> str:
    """Return the public key, as browsers want it: ``applicationServerKey``."""
    return base64url(uncompressed(private_key().public_key()))


class Vapid:
    """Makes the ``Authorization`` header for push services, one token for each origin."""

    def __init__(self) -> None:
        self._key = private_key()
        self._public = public_key()
        self._tokens: dict[str, tuple[str, float]] = {}

    def authorization(self, origin: str) -> str:
        """Return the header's value for the push service at ``origin``."""
        token, until = self._tokens.get(origin, ("", 0.0))
        if time.monotonic() >= until:
            if len(self._tokens) >= 1000:  # origins are what clients say
                self._tokens.clear()
            claims = {"aud": origin, "exp": int(time.time()) + TOKEN_SECONDS, "sub": _contact()}
            token = jwt.encode(claims, self._key, algorithm="ES256")
            self._tokens[origin] = token, time.monotonic() + TOKEN_SECONDS / 2
        return f"vapid t={token}, k={self._public}"


def _contact() -> str:
    """Return where a push service's operators find those of this service."""
    if settings.PUBLIC_URL.startswith("https://"):
        return str(settings.PUBLIC_URL)
    return f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].rstrip('>')}"
