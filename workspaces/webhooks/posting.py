"""One signed POST, bounded in time and size, to addresses that were looked at first."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from django.conf import settings
from standardwebhooks import Webhook

from workspaces.webhooks.addresses import Refused, resolve

MAX_REDIRECTS = 3
# A body is sent again only where the answer asks for just that, or where everybody reads it so.
REDIRECTS = frozenset({301, 302, 307, 308})
KEPT_BYTES = 1024
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a POST went: an answer's status and the start of its body, or why there was none."""

    at: datetime
    milliseconds: int
    status: int | None = None
    body: str = ""
    error: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be posted where; ``id`` is the same at every attempt."""

    id: str
    url: str
    secret: str
    body: str


async def post(letter: Letter) -> Attempt:
    """Post ``letter``, following a few redirects. Never raises for what the other side does."""
    at = datetime.now(UTC)
    began = time.perf_counter()
    status, body, error = None, "", ""
    try:
        # The one bound that a side which answers a byte at a time cannot stretch.
        async with asyncio.timeout(settings.WEBHOOK_TIMEOUT_SECONDS):
            status, body = await _follow(letter, at)
    except Refused as refusal:
        error = str(refusal)
    except TimeoutError:
        error = f"No answer within {settings.WEBHOOK_TIMEOUT_SECONDS:g} seconds."
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:255]
    return Attempt(at, round((time.perf_counter() - began) * 1000), status, body, error)


async def _follow(letter: Letter, at: datetime) -> tuple[int, str]:
    url = httpx.URL(letter.url)
    # No proxy from the environment: it would resolve the name again, out of our sight.
    async with httpx.AsyncClient(
        trust_env=False, timeout=settings.WEBHOOK_TIMEOUT_SECONDS, follow_redirects=False
    ) as client:
        for _hop in range(MAX_REDIRECTS + 1):
            status, body, location = await _post_once(client, url, letter, at)
            if status not in REDIRECTS or not location:
                return status, body
            target = url.join(location)
            if url.scheme == "https" and target.scheme != "https":
                raise Refused("It redirects from https to http.")
            url = target
    raise Refused("It redirects too often.")


async def _post_once(
    client: httpx.AsyncClient, url: httpx.URL, letter: Letter, at: datetime
) -> tuple[int, str, str | None]:
    if url.scheme not in PORTS or not url.host or url.userinfo:
        raise Refused("It leads to an address that is not plain http or https.")
    host = url.raw_host.decode("ascii")
    addresses = await resolve(host, url.port or PORTS[url.scheme])
    headers = {
        "host": url.netloc.decode("ascii"),
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"Rosetta-Webhooks/{settings.VERSION}",
        "webhook-id": letter.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(letter.secret).sign(letter.id, at, letter.body),
    }
    for place, address in enumerate(addresses):
        # To the very address that was looked at: the name is not asked for again.
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=letter.body.encode(),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        try:
            answer = await client.send(request, stream=True)
        except httpx.ConnectError:
            if place + 1 == len(addresses):
                raise
            continue
        try:
            return answer.status_code, await _start_of(answer), answer.headers.get("location")
        finally:
            await answer.aclose()
    raise Refused("The host's name could not be resolved.")


async def _start_of(answer: httpx.Response) -> str:
    kept = b""
    async for chunk in answer.aiter_raw():
        kept += chunk
        if len(kept) >= KEPT_BYTES:
            break
    # PostgreSQL keeps no NUL.
    return kept[:KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "�")[:KEPT_BYTES]


async def post_all(letters: list[Letter]) -> list[Attempt]:
    """Post ``letters`` side by side."""
    return await asyncio.gather(*(post(one) for one in letters))
