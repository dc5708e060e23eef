"""Apple Push Notification service: HTTP/2, signed with a provider token."""

import json
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from devices.transports.base import (
    TIMEOUT,
    TTL_SECONDS,
    Notification,
    Outcome,
    Push,
    Result,
    Transport,
    json_of,
    later,
    log,
    shortened,
    side_by_side,
    wait_of,
)

# Apple refuses tokens older than an hour, and providers that renew them more often than every 20 minutes.
TOKEN_SECONDS = 45 * 60
MAX_PAYLOAD = 4096
# Without DeviceTokenNotForTopic, because a mistake in APNS_TOPIC must not delete every device.
GONE = {"Unregistered", "BadDeviceToken", "ExpiredToken"}
STALE_TOKEN = {"ExpiredProviderToken"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection to the provider.

    ``is_guess``: it speaks HTTP/2 without knowing whether the other side does.
    """

    client: httpx.Client
    is_guess: bool


class Apns(Transport):
    def __init__(self) -> None:
        self._key: Any = load_pem_private_key(Path(settings.APNS_KEY_FILE).read_bytes(), password=None)
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0
        # Over TLS the two sides negotiate HTTP/2; without TLS (a local relay) it has to be tried.
        self._is_plain = settings.APNS_URL.startswith("http://")
        self._is_http2: bool | None = None if self._is_plain else True
        # Used by one thread at a time, because HTTPX mixes up the headers of threads that share an HTTP/2 connection.
        self._idle: queue.LifoQueue[_Line] = queue.LifoQueue()

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().client.close()

    def _lend(self) -> _Line:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._new_line()

    def _new_line(self) -> _Line:
        is_guess = self._is_plain and self._is_http2 is not False
        client = httpx.Client(timeout=TIMEOUT, http2=is_guess or not self._is_plain, http1=not is_guess)
        return _Line(client, is_guess)

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        return side_by_side(pushes, self._send)

    def _send(self, push: Push) -> Outcome:
        try:
            response = self._post(push, self._provider_token())
            if response.status_code == 403 and json_of(response).get("reason") in STALE_TOKEN:
                response = self._post(push, self._provider_token(renew=True))
        except httpx.HTTPError as error:
            return later(error)
        return _outcome(response)

    def _post(self, push: Push, token: str) -> httpx.Response:
        notification = push.notification
        headers = {
            "authorization": f"bearer {token}",
            "apns-topic": settings.APNS_TOPIC,
            "apns-push-type": "alert",
            "apns-priority": "10",
            "apns-expiration": str(int(time.time()) + TTL_SECONDS),
        }
        if notification.collapse:
            headers["apns-collapse-id"] = notification.collapse[:64]
        url = f"{settings.APNS_URL}/3/device/{quote(push.token, safe='')}"
        payload = _payload(notification)
        line = self._lend()
        try:
            response = line.client.post(url, content=payload, headers=headers)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not line.is_guess or self._is_http2:
                raise
            # The local relay hangs up on HTTP/2.
            self._is_http2 = False
            line.client.close()
            line = self._new_line()
            response = line.client.post(url, content=payload, headers=headers)
        finally:
            self._idle.put(line)
        if line.is_guess:
            self._is_http2 = True
        return response

    def _provider_token(self, *, renew: bool = False) -> str:
        with self._lock:
            if renew or time.monotonic() >= self._until:
                claims = {"iss": settings.APNS_TEAM_ID, "iat": int(time.time())}
                key = {"kid": settings.APNS_KEY_ID}
                self._token = jwt.encode(claims, self._key, algorithm="ES256", headers=key)
                self._until = time.monotonic() + TOKEN_SECONDS
            return self._token


def _payload(notification: Notification) -> bytes:
    aps: dict[str, Any] = {"sound": "default", "thread-id": notification.collapse}
    if notification.badge is not None:
        aps["badge"] = notification.badge
    limit = len(notification.body)
    while True:
        aps["alert"] = {"title": notification.title, "body": shortened(notification.body, max(limit, 1))}
        payload = json.dumps({"aps": aps, **notification.data}, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) <= MAX_PAYLOAD or limit <= 1:
            return payload
        limit = limit * 3 // 4


def _outcome(response: httpx.Response) -> Outcome:
    if response.status_code == 200:
        return Outcome(Result.SENT)
    reason = str(json_of(response).get("reason") or response.status_code)
    if response.status_code == 410 or reason in GONE:
        return Outcome(Result.UNREGISTERED, reason)
    if response.status_code == 429 or response.status_code >= 500 or reason in STALE_TOKEN:
        return Outcome(Result.LATER, reason, wait_of(response))
    log.error("push_refused", provider="apns", status=response.status_code, reason=reason)
    return Outcome(Result.REFUSED, reason)
