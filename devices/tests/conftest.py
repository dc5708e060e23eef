from collections.abc import Iterator

import pytest

from devices import transports


@pytest.fixture(autouse=True)
def fresh_transports() -> Iterator[None]:
    """Every test has its own connections and provider tokens."""
    transports.reset()
    yield
    transports.reset()
