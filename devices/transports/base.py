"""The interface of push transports, and helpers that they share."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum

import httpx
import structlog

log = structlog.get_logger(__name__)

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
PARALLEL = 8
# A push that did not reach its device within a day is stale.
TTL_SECONDS = 24 * 3600
# Providers accept 4 KiB in all, and a character may take four bytes; no device shows more.
MAX_BODY = 500


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification to show.

    It replaces an earlier one with the same ``collapse``; ``badge`` is the unread count. ``language``, ``labels`` (of what
    can be done with it, by name) and ``parent_id`` (of the thread) are for browsers alone.
    """

    title: str
    body: str
    data: dict[str, str | None] = field(default_factory=dict)
    collapse: str = ""
    badge: int | None = None
    language: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    parent_id: str | None = None


class Result(Enum):
    SENT = "sent"
    # The provider no longer knows the token, so the device is deleted.
    UNREGISTERED = "unregistered"
    # A temporary failure, worth another try.
    LATER = "later"
    # A mistake on either side; another try would fail too.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of sending one push.

    ``wait``: seconds to wait, as the provider asked. ``is_unavailable``: it did not answer. ``ticket``: the key of a receipt
    to ask for later, if the provider gives any.
    """

    result: Result
    reason: str = ""
    wait: float = 0.0
    is_unavailable: bool = False
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """A notification for one device; ``p256dh`` and ``auth`` are a browser's keys."""

    token: str
    notification: Notification
    p256dh: str = ""
    auth: str = ""


class Transport:
    """The interface of a provider's transport.

    Methods return errors of network and provider as outcomes, never raise them.
    """

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        raise NotImplementedError

    def receipts(self, tickets: Sequence[str]) -> dict[str, Outcome]:
        """Return the receipts that the provider has, by ticket; pending ones are left out."""
        return {}

    def close(self) -> None:
        raise NotImplementedError


def side_by_side(pushes: Sequence[Push], send_one: Callable[[Push], Outcome]) -> list[Outcome]:
    """Send ``pushes`` in parallel, one request each; returns the outcomes in order.

    Once the provider does not answer, the remaining pushes are postponed, so that a batch waits for one timeout only.
    """
    is_unavailable = threading.Event()

    def send(push: Push) -> Outcome:
        if is_unavailable.is_set():
            return Outcome(Result.LATER, "unavailable")
        outcome = send_one(push)
        if outcome.is_unavailable:
            is_unavailable.set()
        return outcome

    with ThreadPoolExecutor(min(PARALLEL, len(pushes))) as pool:
        return list(pool.map(send, pushes))


def later(error: Exception) -> Outcome:
    log.warning("push_provider_unavailable", error=f"{type(error).__name__}: {error}")
    return Outcome(Result.LATER, type(error).__name__, is_unavailable=True)


def wait_of(response: httpx.Response) -> float:
    """Return ``Retry-After`` in seconds, at most an hour; 0 when it is missing."""
    raw = response.headers.get("Retry-After", "")
    return min(float(raw), 3600.0) if raw.isascii() and raw.isdigit() else 0.0


def shortened(body: str, limit: int = MAX_BODY) -> str:
    return body if len(body) <= limit else body[: limit - 1] + "…"


def json_of(response: httpx.Response) -> dict[str, object]:
    """Return the body, or an empty dict when it is no JSON object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
