"""A small OpenID Connect provider that keeps to the standards.

Discovery, authorization code with PKCE, signed id tokens.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "rosetta", "client secret"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_keys() -> dict[str, Any]:
    """What verifies ``signing_key``'s signatures, as a JWK set."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key().public_key()))
    return {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]}


class OidcServer(ThreadingHTTPServer):
    """``person`` is who sits at the browser.

    The claims that userinfo and id token tell.
    """

    daemon_threads = True

    def __init__(self, redirect_uri: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.redirect_uri = redirect_uri
        self.person: dict[str, Any] = {"sub": "s-1"}
        self.codes: dict[str, dict[str, Any]] = {}
        self.access_tokens: dict[str, dict[str, Any]] = {}
        self.is_down = False
        # Whom userinfo tells of instead, as a confused or hostile one would.
        self.stranger: dict[str, Any] = {}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes once the person agrees.

        Raises ValueError for a request that the standard forbids.
        """
        if (query.get("client_id"), query.get("redirect_uri")) != (CLIENT_ID, self.redirect_uri):
            raise ValueError("unknown client or redirect_uri")
        if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
            raise ValueError("not an authentication request")
        if query.get("code_challenge_method", "S256") != "S256":
            raise ValueError("only S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "person": dict(self.person), "ends": time.monotonic() + 60}
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': query.get('state', '')})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code: once, to its client, redirect URI and PKCE verifier.

        Else None.
        """
        grant = self.codes.pop(form.get("code", ""), None)
        if form.get("client_id") != CLIENT_ID or not hmac.compare_digest(form.get("client_secret", ""), CLIENT_SECRET):
            return None
        if grant is None or grant["ends"] < time.monotonic() or form.get("redirect_uri") != grant["redirect_uri"]:
            return None
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if "code_challenge" in grant and challenge != grant["code_challenge"]:
            return None
        if "code_challenge" not in grant and "code_verifier" in form:
            return None
        access_token = secrets.token_urlsafe(16)
        self.access_tokens[access_token] = grant["person"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sub": grant["person"]["sub"]}
        id_token = jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": "k1"})
        return {"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}


class _Handler(BaseHTTPRequestHandler):
    server: OidcServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        issuer = self.server.issuer
        url = urlsplit(self.path)
        if self.server.is_down:
            return self.answer(503, {})
        match url.path:
            case "/.well-known/openid-configuration":
                self.answer(
                    200,
                    {
                        "issuer": issuer,
                        "authorization_endpoint": f"{issuer}/authorize",
                        "token_endpoint": f"{issuer}/token",
                        "userinfo_endpoint": f"{issuer}/userinfo",
                        "jwks_uri": f"{issuer}/jwks",
                        "response_types_supported": ["code"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["RS256"],
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                        "code_challenge_methods_supported": ["S256"],
                    },
                )
            case "/authorize":
                try:
                    location = self.server.authorize({name: values[0] for name, values in parse_qs(url.query).items()})
                except ValueError as error:
                    return self.answer(400, {"error": "invalid_request", "error_description": str(error)})
                self.answer(302, {}, Location=location)
            case "/jwks":
                self.answer(200, public_keys())
            case "/userinfo":
                person = self.server.access_tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
                self.answer(200, person | self.server.stranger) if person else self.answer(
                    401, {"error": "invalid_token"}
                )
            case _:
                self.answer(404, {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        tokens = self.server.token({name: values[0] for name, values in parse_qs(raw).items()})
        if self.path != "/token" or tokens is None:
            return self.answer(400, {"error": "invalid_grant"})
        self.answer(200, tokens)

    def answer(self, status: int, body: dict[str, Any], **headers: str) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def running(redirect_uri: str) -> Iterator[OidcServer]:
    with OidcServer(redirect_uri) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
