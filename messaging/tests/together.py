"""Things done at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections
from rest_framework.test import APIClient


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What ``calls`` return, run side by side."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=20)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def same_caller(client: APIClient) -> APIClient:
    """Another client with the same credentials: one is not shared by threads."""
    other = APIClient()
    other.credentials(**client._credentials)  # type: ignore[attr-defined]
    return other
