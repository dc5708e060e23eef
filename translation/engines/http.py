"""One JSON call to a service that may be slow, wrong, endless or away."""

import email.utils
import logging
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import orjson

from translation.engines.base import Deadline, PermanentError, QuotaError, RefusedByEngine, TransientError

MAX_ANSWER = 8 * 1024 * 1024
# A service that says nothing of when to come back.
QUOTA_SECONDS = 30.0

# It logs every address at INFO, and Google's has the key in it.
logging.getLogger("httpx").setLevel(logging.WARNING)


@cache
def client() -> httpx.Client:
    # Connections are kept per process; a proxy of the environment is honoured as everywhere.
    return httpx.Client(limits=httpx.Limits(max_connections=64, max_keepalive_connections=16), follow_redirects=False)


def post_json(url: str, body: object, *, headers: Mapping[str, str] | None = None, timeout: float) -> Any:
    """The answer's JSON. Raises TransientError, PermanentError, QuotaError or RefusedByEngine, by what went wrong."""
    deadline = Deadline(timeout)
    try:
        with client().stream(
            "POST",
            url,
            content=orjson.dumps(body),
            headers={"Content-Type": "application/json", "Accept": "application/json", **(headers or {})},
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        ) as response:
            content = _read(response, deadline)
    except httpx.InvalidURL as error:
        raise PermanentError(f"the address is wrong: {error}") from error
    except httpx.HTTPError as error:
        raise TransientError(f"{type(error).__name__}: {error}") from error
    raise_for(response.status_code, content, response.headers)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise TransientError("the answer is not JSON") from error


def _read(response: httpx.Response, deadline: Deadline) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise TransientError("the answer has no end")
        # httpx limits each read: a server that drips a byte at a time would pass that.
        if not deadline.left:
            raise TransientError("the answer took too long")
    return bytes(content)


def raise_for(status: int, content: bytes, headers: Mapping[str, str]) -> None:
    """Raise what an HTTP status means for an engine; return on success."""
    if 200 <= status < 300:
        return
    told = f"HTTP {status}: {content[:200].decode(errors='replace')}"
    match status:
        case 429:
            raise QuotaError(told, retry_after(headers) or QUOTA_SECONDS)
        case 503 if retry_after(headers):
            raise QuotaError(told, retry_after(headers))
        case 401 | 402 | 403 | 404 | 405 | 456:
            raise PermanentError(told)
        case 400 | 413 | 414 | 422:
            raise RefusedByEngine(told)
    raise TransientError(told)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The header's seconds, given as a number or as a date; None for neither."""
    raw = headers.get("retry-after") or headers.get("Retry-After") or ""
    try:
        return max(0.0, float(raw))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(raw).timestamp() - time.time())
    except ValueError:
        return None
