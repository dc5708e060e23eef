"""Make JSON calls to engines within a deadline.

Every failure is raised as an EngineError.
"""

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
# The backoff for a service that sends no Retry-After.
QUOTA_SECONDS = 30.0

# httpx logs every URL at INFO, and Google's contains the key.
logging.getLogger("httpx").setLevel(logging.WARNING)


@cache
def client() -> httpx.Client:
    # One per process, so that connections are reused. Proxies of the environment are used.
    return httpx.Client(limits=httpx.Limits(max_connections=64, max_keepalive_connections=16), follow_redirects=False)


def post_json(url: str, body: object, *, headers: Mapping[str, str] | None = None, timeout: float) -> Any:
    """Post JSON and return the response's JSON, within ``timeout`` seconds.

    Raises TransientError, PermanentError, QuotaError or RefusedByEngine.
    """
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
        raise PermanentError(f"the URL is invalid: {error}") from error
    except httpx.HTTPError as error:
        raise TransientError(f"{type(error).__name__}: {error}") from error
    raise_for(response.status_code, content, response.headers)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise TransientError("the response is not JSON") from error


def _read(response: httpx.Response, deadline: Deadline) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise TransientError("the response is too long")
        # httpx limits the time of each read, which a server that sends one byte at a time never exceeds.
        if not deadline.left:
            raise TransientError("the response took too long")
    return bytes(content)


def raise_for(status: int, content: bytes, headers: Mapping[str, str]) -> None:
    """Raise the EngineError that an HTTP status stands for; do nothing on success."""
    if 200 <= status < 300:
        return
    detail = f"HTTP {status}: {content[:200].decode(errors='replace')}"
    match status:
        case 429:
            raise QuotaError(detail, retry_after(headers) or QUOTA_SECONDS)
        case 503 if retry_after(headers):
            raise QuotaError(detail, retry_after(headers))
        case 401 | 402 | 403 | 404 | 405 | 456:
            raise PermanentError(detail)
        case 400 | 413 | 414 | 422:
            raise RefusedByEngine(detail)
    raise TransientError(detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date.

    Returns None if there is none or it is malformed.
    """
    raw = headers.get("retry-after") or headers.get("Retry-After") or ""
    try:
        return max(0.0, float(raw))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(raw).timestamp() - time.time())
    except ValueError:
        return None
