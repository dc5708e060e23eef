"""What every transport takes and gives back."""

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
# A push that did not reach its device in a day is no news any more.
TTL_SECONDS = 24 * 3600
# Providers take 4 KiB in all, and a character may be four bytes; no device shows more of it.
MAX_BODY = 500


@dataclass(frozen=True, slots=True)
class Notification:
    """What a device shows. ``collapse`` replaces an earlier one with the same word; ``badge`` counts what is unread."""

    title: str
    body: str
    data: dict[str, str | None] = field(default_factory=dict)
    collapse: str = ""
    badge: int | None = None


class Result(Enum):
    SENT = "sent"
    # The provider does not know the token any more: the device goes.
    UNREGISTERED = "unregistered"
    # Passing: worth another try.
    LATER = "later"
    # Ours or the provider's mistake: trying again would fail again.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one push.

    ``wait`` is how many seconds the provider asked to wait; ``is_away`` when it did not answer; ``ticket`` what to ask it for the
    push's receipt with, where it gives any.
    """

    result: Result
    reason: str = ""
    wait: float = 0.0
    is_away: bool = False
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    token: str
    notification: Notification


class Transport:
    """Sends a batch; an outcome for each push, in order. Never raises for what a network or provider does."""

    def send(self, pushes: Sequence[Push]) -> list[Outcome]:
        raise NotImplementedError

    def receipts(self, tickets: Sequence[str]) -> dict[str, Outcome]:
        """What the provider says by now of pushes that it took; those it has no word of yet are left out."""
        return {}

    def close(self) -> None:
        raise NotImplementedError


def side_by_side(pushes: Sequence[Push], send_one: Callable[[Push], Outcome]) -> list[Outcome]:
    """For providers that take one push a request: several at once, in order.

    Once the provider does not answer, what has not begun is left for later: a batch waits for one timeout, not for a hundred.
    """
    away = threading.Event()

    def send(push: Push) -> Outcome:
        if away.is_set():
            return Outcome(Result.LATER, "away")
        outcome = send_one(push)
        if outcome.is_away:
            away.set()
        return outcome

    with ThreadPoolExecutor(min(PARALLEL, len(pushes))) as pool:
        return list(pool.map(send, pushes))


def later(error: Exception) -> Outcome:
    log.warning("push_provider_away", error=f"{type(error).__name__}: {error}")
    return Outcome(Result.LATER, type(error).__name__, is_away=True)


def wait_of(response: httpx.Response) -> float:
    """``Retry-After`` in seconds, at most an hour; 0 when the provider does not say."""
    raw = response.headers.get("Retry-After", "")
    return min(float(raw), 3600.0) if raw.isascii() and raw.isdigit() else 0.0


def shortened(body: str, limit: int = MAX_BODY) -> str:
    return body if len(body) <= limit else body[: limit - 1] + "…"


def json_of(response: httpx.Response) -> dict[str, object]:
    """The body, or nothing where it is no JSON object."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
