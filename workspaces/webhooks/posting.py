"""Post a signed request, bounded in time and size, to addresses that were checked first."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from django.conf import settings
from standardwebhooks import Webhook

from rosetta.http.addresses import AddressRefused, resolve

MAX_REDIRECTS = 3
# 307 and 308 ask for the same body again; for 301 and 302 most clients resend it too.
REDIRECTS = frozenset({301, 302, 307, 308})
KEPT_BYTES = 1024
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of a request.

    A response's status and the start of its body, or why there was none.
    """

    at: datetime
    milliseconds: int
    status: int | None = None
    body: str = ""
    error: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A body to post, and the secret that signs it.

    ``id`` is the same at every attempt.
    """

    id: str
    url: str
    secret: str
    body: str


async def post(request: SignedRequest) -> Attempt:
    """Post ``request``, following a few redirects.

    Never raises for what the receiver does.
    """
    at = datetime.now(UTC)
    began = time.perf_counter()
    status, body, error = None, "", ""
    try:
        # httpx's own timeouts start anew with every byte, so a receiver could stretch them.
        async with asyncio.timeout(settings.WEBHOOK_TIMEOUT_SECONDS):
            status, body = await _follow(request, at)
    except AddressRefused as refusal:
        error = str(refusal)
    except TimeoutError:
        error = f"No answer within {settings.WEBHOOK_TIMEOUT_SECONDS:g} seconds."
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:255]
    return Attempt(at, round((time.perf_counter() - began) * 1000), status, body, error)


async def _follow(request: SignedRequest, at: datetime) -> tuple[int, str]:
    url = httpx.URL(request.url)
    # No proxy from the environment, because it would resolve the name again, unchecked.
    async with httpx.AsyncClient(
        trust_env=False, timeout=settings.WEBHOOK_TIMEOUT_SECONDS, follow_redirects=False
    ) as client:
        for _hop in range(MAX_REDIRECTS + 1):
            status, body, location = await _post_once(client, url, request, at)
            if status not in REDIRECTS or not location:
                return status, body
            target = url.join(location)
            if url.scheme == "https" and target.scheme != "https":
                raise AddressRefused("It redirects from https to http.")
            url = target
    raise AddressRefused("It redirects too often.")


async def _post_once(
    client: httpx.AsyncClient, url: httpx.URL, request: SignedRequest, at: datetime
) -> tuple[int, str, str | None]:
    if url.scheme not in PORTS or not url.host or url.userinfo:
        raise AddressRefused("It leads to an address that is not plain http or https.")
    host = url.raw_host.decode("ascii")
    addresses = await resolve(host, url.port or PORTS[url.scheme], allow_private=settings.WEBHOOKS_ALLOW_PRIVATE)
    headers = {
        "host": url.netloc.decode("ascii"),
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"Rosetta-Webhooks/{settings.VERSION}",
        "webhook-id": request.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(request.secret).sign(request.id, at, request.body),
    }
    for index, address in enumerate(addresses):
        # To the very address that was checked, because resolving the name again may give another one.
        http_request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=request.body.encode(),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        try:
            response = await client.send(http_request, stream=True)
        except httpx.ConnectError:
            if index + 1 == len(addresses):
                raise
            continue
        try:
            return response.status_code, await _start_of(response), response.headers.get("location")
        finally:
            await response.aclose()
    raise AddressRefused("The host's name could not be resolved.")


async def _start_of(response: httpx.Response) -> str:
    start = b""
    async for chunk in response.aiter_raw():
        start += chunk
        if len(start) >= KEPT_BYTES:
            break
    # PostgreSQL stores no NUL.
    return start[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "�")[:KEPT_BYTES]


async def post_all(requests: list[SignedRequest]) -> list[Attempt]:
    """Post ``requests`` concurrently."""
    return await asyncio.gather(*(post(request) for request in requests))
