"""While the database is unavailable, one request at a time waits for it, and the others fail at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from rosetta.db.postgresql.base import Outage


def fail() -> None:
    raise PoolTimeout


def test_without_an_outage_all_threads_wait_at_once() -> None:
    outage, together = Outage(), threading.Barrier(3, timeout=10)
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(lambda _: outage.connected(together.wait) >= 0, range(3))) == [True] * 3


def test_in_an_outage_others_fail_while_one_waits_and_its_connection_ends_it() -> None:
    outage, may_connect, is_waiting = Outage(), threading.Event(), threading.Event()

    def connect_later() -> str:
        is_waiting.set()
        assert may_connect.wait(10)
        return "connection"

    with pytest.raises(PoolTimeout):
        outage.connected(fail)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(outage.connected, connect_later)
        assert is_waiting.wait(10)
        with pytest.raises(OperationalError, match="unavailable"):
            outage.connected(lambda: "another")
        may_connect.set()
        assert first.result(10) == "connection"
    assert outage.connected(lambda: "another") == "another"


def test_an_attempt_that_fails_lets_the_next_request_try() -> None:
    outage = Outage()
    for _ in range(3):
        with pytest.raises(PoolTimeout):
            outage.connected(fail)
    assert outage.connected(lambda: "connection") == "connection"


def test_an_error_of_another_kind_is_no_outage() -> None:
    outage = Outage()
    with pytest.raises(ValueError, match="x"):
        outage.connected(lambda: int("x"))
    assert outage.connected(lambda: "connection") == "connection"
