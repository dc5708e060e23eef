from django.apps import AppConfig


class RosettaConfig(AppConfig):
    name = "rosetta"

    def ready(self) -> None:
        from rosetta import (
            checks,  # noqa: F401  (registers the system checks)
            metrics,
            observing,
            postgres,
        )
        from rosetta.dashboard import Measured

        metrics.compute(Measured())
        observing.start()
        postgres.read_moments_quickly()
