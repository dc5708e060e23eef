"""Prometheus metrics of the gateway."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What the gateway counts."""

    def __init__(self) -> None:
        self.sockets = Gauge("rosetta_sockets", "Open WebSockets.", multiprocess_mode="livesum")
        self.too_slow = Counter("rosetta_sockets_too_slow_total", "Sockets closed because the client did not drain.")
        self.age = Histogram("rosetta_delivery_seconds", "From an event to its queueing on sockets.", buckets=SECONDS)
        self.sweep = Histogram(
            "rosetta_sweep_seconds", "One sweep for events whose announcement was lost.", buckets=SECONDS
        )


@cache
def metrics() -> Metrics:
    """Return the metrics of this process, registering them at the first call."""
    return Metrics()
