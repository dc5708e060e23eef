"""Keys as Google and Apple hand them out, made for a test."""

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def _pem(key: Any) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def service_account(folder: Path, token_uri: str) -> tuple[Path, Any]:
    """A service account's file, and the public key that its assertions are checked with."""
    key = rsa.generate_private_key(65537, 2048)
    path = folder / "account.json"
    account = {
        "type": "service_account",
        "project_id": "shop-1",
        "private_key_id": "k1",
        "private_key": _pem(key),
        "client_email": "push@shop-1.iam.gserviceaccount.com",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))
    return path, key.public_key()


def apple_key(folder: Path) -> tuple[Path, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    path = folder / "AuthKey.p8"
    path.write_text(_pem(key))
    return path, key.public_key()
