from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate


class RosettaConfig(AppConfig):
    name = "rosetta"

    def ready(self) -> None:
        from rosetta import checks  # noqa: F401  (registers the system checks)
        from rosetta.db.postgresql import timestamps
        from rosetta.observability import metrics, tracing
        from rosetta.observability.dashboard import DatabaseCollector
        from rosetta.observability.servers import ServerCollector

        metrics.register_database_collector(DatabaseCollector())
        metrics.register_server_collector(ServerCollector())
        tracing.start()
        timestamps.register_fast_timestamp_loader()
        pre_migrate.connect(_let_statements_run, sender=self)


def _let_statements_run(*, using: str, **_: Any) -> None:
    """Give migrations all the time that they need.

    An index of a large table takes longer than any request's statement.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
