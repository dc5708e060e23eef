from django.apps import AppConfig


class RosettaConfig(AppConfig):
    name = "rosetta"

    def ready(self) -> None:
        from rosetta.db import postgres
        from rosetta.observability import metrics, tracing
        from rosetta.observability.dashboard import Measured

        metrics.compute(Measured())
        tracing.start()
        postgres.read_moments_quickly()
