"""A browser that subscribes to pushes and reads them."""

import json
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from devices.tests.servers import Asked
from devices.transports.vapid import base64url, uncompressed


@dataclass
class Browser:
    """A browser's push subscription."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes it"

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": base64url(uncompressed(self.key.public_key())), "auth": base64url(self.secret)}

    def read(self, asked: Asked) -> Any:
        return json.loads(http_ece.decrypt(asked.body, private_key=self.key, auth_secret=self.secret))
