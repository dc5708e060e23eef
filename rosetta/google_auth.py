"""Exchange a Google service account's key file for bearer tokens, which last an hour."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 3600
# A token is renewed this long before it ends.
MARGIN_SECONDS = 300


class NoAccess(Exception):
    """Google gave the service account no token."""


class ServiceAccount:
    """Hold the tokens of one key file and scope. Thread-safe.

    Raises OSError, ValueError or KeyError when the key file cannot be read.
    """

    def __init__(self, key_file: str, scope: str) -> None:
        self._account: dict[str, str] = json.loads(Path(key_file).read_text(encoding="utf-8"))
        self._key: Any = load_pem_private_key(self._account["private_key"].encode(), password=None)
        self._scope = scope
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    @property
    def project_id(self) -> str:
        return self._account["project_id"]

    def forget(self) -> None:
        """Drop the token, because it was refused before it expired."""
        self._until = 0.0

    def token(self, client: httpx.Client, *, renew: bool = False, timeout: float = 10.0) -> str:
        """Return a valid bearer token, fetching one when needed.

        Raises NoAccess, httpx.HTTPError.
        """
        with self._lock:
            if renew or time.monotonic() >= self._until:
                self._sign_in(client, timeout)
            return self._token

    def _sign_in(self, client: httpx.Client, timeout: float) -> None:
        form = {"grant_type": GRANT, "assertion": self._assertion()}
        response = client.post(self._account["token_uri"], data=form, timeout=timeout)
        try:
            body = response.json()
            token, seconds = str(body["access_token"]), int(body.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError) as error:
            raise NoAccess(f"token endpoint answered {response.status_code}") from error
        self._token, self._until = token, time.monotonic() + max(60, seconds - MARGIN_SECONDS)

    def _assertion(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self._account["client_email"],
            "scope": self._scope,
            "aud": self._account["token_uri"],
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        key = {"kid": self._account.get("private_key_id", "")}
        return jwt.encode(claims, self._key, algorithm="RS256", headers=key)
