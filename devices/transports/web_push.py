"""Web Push: messages encrypted for one browser (RFC 8291), posted to the push service that it named (RFC 8030).

The address is a client's word: no request leaves the public internet, and none follows a redirect.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from typing import Any

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from devices.transports.base import (
    TTL_SECONDS,
    Notification,
    Outcome,
    Push,
    Result,
    Transport,
    later,
    log,
    shortened,
    wait_of,
)
from devices.transports.vapid import CURVE, Vapid, from_base64url
from rosetta.http.addresses import AddressRefused, is_refused_by_form, resolve

# The largest plaintext whose record push services have to accept (RFC 8291, section 4).
MAX_PAYLOAD = 3993
PARALLEL = 32
# For one push, its look-up of the name and all bytes of the response in it.
SECONDS = 8.0
# RFC 8030: a topic has 32 characters of base64url at most.
MAX_TOPIC = 32


class WebPush(Transport):
    def __init__(self) -> None:
        self._vapid = Vapid()

    def close(self) -> None:
        pass

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        return asyncio.run(self._send_all(pushes))

    async def _send_all(self, pushes: Sequence[Push]) -> list[Outcome]:
        slots = asyncio.Semaphore(PARALLEL)
        # No proxy from the environment, because it would resolve the name again, unchecked.
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS, follow_redirects=False) as client:

            async def send(push: Push) -> Outcome:
                async with slots:
                    return await self._send(client, push)

            return await asyncio.gather(*map(send, pushes))

    async def _send(self, client: httpx.AsyncClient, push: Push) -> Outcome:
        try:
            # httpx's own timeouts start anew with every byte, so a receiver could stretch them.
            async with asyncio.timeout(SECONDS):
                return await self._post(client, push)
        except AddressRefused as refusal:
            log.warning("push_refused", provider="webpush", reason=str(refusal))
            return Outcome(Result.REFUSED, "address")
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return later(error)

    async def _post(self, client: httpx.AsyncClient, push: Push) -> Outcome:
        url = checked_endpoint(push.token)
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await resolve(host, port, allow_private=settings.WEB_PUSH_ALLOW_PRIVATE)
        netloc = url.netloc.decode("ascii")
        headers = {
            "host": netloc,
            "authorization": self._vapid.authorization(f"{url.scheme}://{netloc}"),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "accept-encoding": "identity",
            "ttl": str(TTL_SECONDS),
            "urgency": "high",
        }
        if push.notification.collapse:
            headers["topic"] = push.notification.collapse[:MAX_TOPIC]
        request = client.build_request(
            "POST",
            # To the very address that was checked, because resolving the name again may give another one.
            url.copy_with(host=addresses[0]),
            content=encrypted(payload_of(push.notification), p256dh=push.p256dh, auth=push.auth),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        response = await client.send(request, stream=True)
        await response.aclose()  # its body says nothing that matters, and may have any length
        return _outcome(response)


def checked_endpoint(raw: str) -> httpx.URL:
    """Return the address of a push service that a browser named.

    Raises AddressRefused unless it is https on the public internet by its form, or the settings allow others.
    """
    try:
        url = httpx.URL(raw)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("It is no address.") from None
    if settings.WEB_PUSH_ALLOW_PRIVATE:
        is_allowed = url.scheme in ("http", "https")
    else:
        is_allowed = url.scheme == "https" and not is_refused_by_form(host)
    if not is_allowed or not host or url.userinfo or url.fragment:
        raise AddressRefused("It is not an https address on the public internet.")
    return url


def check_keys(*, p256dh: str, auth: str) -> None:
    """Raise ValueError, with the name of the bad one, unless they are a browser's keys.

    A point on the curve, and 16 bytes.
    """
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(p256dh))
    except ValueError:
        raise ValueError("p256dh") from None
    try:
        is_secret = len(from_base64url(auth)) == 16
    except ValueError:
        is_secret = False
    if not is_secret:
        raise ValueError("auth")


def encrypted(
    payload: bytes,
    *,
    p256dh: str,
    auth: str,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return ``payload`` as only the browser with these keys reads it.

    ``sender`` and ``salt`` are new ones for each push.
    """
    content: bytes = http_ece.encrypt(
        payload,
        salt=salt or os.urandom(16),
        private_key=sender or ec.generate_private_key(CURVE),
        dh=from_base64url(p256dh),
        auth_secret=from_base64url(auth),
        version="aes128gcm",
    )
    return content


def payload_of(notification: Notification) -> bytes:
    """Return what the client's service worker gets, with the body cut to what push services accept."""
    told: dict[str, Any] = {
        "title": notification.title,
        "body": "",
        "lang": notification.language,
        "tag": notification.collapse,
        "badge": notification.badge,
        "labels": notification.labels,
        "data": {**notification.data, "parent_message_id": notification.parent_id},
    }
    limit = len(notification.body)
    while True:
        told["body"] = shortened(notification.body, max(limit, 1))
        payload = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) <= MAX_PAYLOAD or limit <= 1:
            return payload
        limit = limit * 3 // 4


def _outcome(response: httpx.Response) -> Outcome:
    status = response.status_code
    if 200 <= status < 300:
        return Outcome(Result.SENT)
    if status in (404, 410):
        return Outcome(Result.UNREGISTERED, str(status))
    if status == 429 or status >= 500:
        return Outcome(Result.LATER, str(status), wait_of(response))
    log.error("push_refused", provider="webpush", status=status)
    return Outcome(Result.REFUSED, str(status))
