"""The state of Redis and the broker, and how many tasks wait in each queue, for ``/metrics``."""

import time
from collections.abc import Callable, Iterator
from threading import Lock

import structlog
from django.conf import settings
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rosetta.celery import app
from rosetta.observability import health
from rosetta.queue import queues

log = structlog.get_logger(__name__)

# While a server is unavailable, a scrape would wait for it, so it is left alone for so long.
BACKOFF_SECONDS = 15.0


def queue_lengths() -> dict[str, int]:
    """Return how many tasks wait in each queue.

    Raises errors of many kinds while the broker is unavailable.
    """
    lengths = {}
    # Passively, in order not to make it. kombu's own transports make nothing, and over Redis do not find a queue with a prefix.
    is_rabbitmq = settings.BROKER_URL.startswith("amqp")
    with app.connection_for_read(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=settings.BROKER_URL.count(";"), timeout=2)  # each server once
        for name in queues.NAMES:
            with broker.channel() as channel:  # one for each, because RabbitMQ closes it where there is no such queue
                try:
                    queue = queues.in_broker(name, settings.REDIS_PREFIX)
                    declared = channel.queue_declare(queue, passive=is_rabbitmq)
                    lengths[name] = declared.message_count
                except broker.channel_errors:
                    lengths[name] = 0
    return lengths


def _ping_redis() -> dict[str, int]:
    health.check_redis()
    return {}


class ServerCollector(Collector):
    """Collect whether Redis and the broker answer, and the lengths of the queues."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unavailable_until: dict[str, float] = {}

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # registering must ask nobody

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._lock:  # so that one scrape at a time waits
            redis = GaugeMetricFamily("rosetta_redis_up", "Whether Redis answered, where one is configured")
            if settings.REDIS_URL:
                redis.add_metric([], self._answer("redis", _ping_redis) is not None)
            yield redis
            lengths = self._answer("broker", queue_lengths)
            yield GaugeMetricFamily("rosetta_broker_up", "Whether the broker answered", value=lengths is not None)
        waiting = GaugeMetricFamily("rosetta_queue_length", "Tasks that wait in a queue", labels=("queue",))
        for name, length in (lengths or {}).items():
            waiting.add_metric([name], length)
        yield waiting

    def _answer(self, server: str, ask: Callable[[], dict[str, int]]) -> dict[str, int] | None:
        """Return what ``ask`` returns; None while ``server`` is unavailable."""
        if time.monotonic() < self._unavailable_until.get(server, 0.0):
            return None
        try:
            return ask()
        except Exception as error:  # kombu's transports and Redis raise errors of many kinds
            self._unavailable_until[server] = time.monotonic() + BACKOFF_SECONDS
            log.warning("server_not_measured", server=server, error=type(error).__name__)
            return None
