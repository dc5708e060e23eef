"""Which connections the sweep cuts."""

from types import SimpleNamespace
from typing import Any

from rosetta.serving.connections import KEEP_ALIVE_SECONDS, sweep


class Transport:
    def __init__(self, left: int) -> None:
        self.left, self.end = left, ""

    def get_write_buffer_size(self) -> int:
        return self.left

    def close(self) -> None:
        self.end = "closed"

    def abort(self) -> None:
        self.end = "aborted"


def connection(*, silent: float = 0.0, slow: float = 0.0, between: bool = False, address: str = "192.0.2.1") -> Any:
    """One that has been silent or slow for so many seconds."""
    return SimpleNamespace(
        client=(address, 1),
        transport=Transport(1 if slow else 0),
        silent_for=lambda now: silent,
        slow_for=lambda now: slow,
        is_between_requests=lambda: between,
    )


def ends_of(*connections: Any, most: int | None = 2) -> list[str]:
    """How the sweep ended each of ``connections``; empty for those that go on."""
    sweep(connections, request_seconds=10, response_seconds=30, silent_per_address=most)
    return [one.transport.end for one in connections]


def test_a_head_has_seconds_and_the_time_between_two_requests_more() -> None:
    early, late = connection(silent=10), connection(silent=10.1)
    idle, stale = connection(silent=11, between=True), connection(silent=KEEP_ALIVE_SECONDS + 1, between=True)
    assert ends_of(early, late, idle, stale) == ["", "closed", "", "closed"]


def test_a_reader_who_takes_nothing_is_cut_without_waiting_for_the_rest() -> None:
    assert ends_of(connection(slow=30), connection(slow=30.1)) == ["", "aborted"]


def test_of_an_address_with_too_many_silent_connections_the_oldest_are_closed() -> None:
    oldest, older, newer, new = (connection(silent=seconds) for seconds in (4, 3, 2, 0.5))
    other = connection(silent=9, address="192.0.2.2")
    assert ends_of(newer, oldest, new, older, other) == ["", "closed", "", "", ""]
    assert ends_of(*(connection(silent=5) for _ in range(9)), most=None) == [""] * 9
