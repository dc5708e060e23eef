from django.apps import AppConfig


class RosettaConfig(AppConfig):
    name = "rosetta"

    def ready(self) -> None:
        from rosetta import checks  # noqa: F401  (registers the system checks)
        from rosetta.db import postgres
        from rosetta.observability import metrics, tracing
        from rosetta.observability.dashboard import DatabaseCollector

        metrics.register_database_collector(DatabaseCollector())
        tracing.start()
        postgres.register_fast_timestamp_loader()
