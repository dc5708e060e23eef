from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "devices"

    def ready(self) -> None:
        from devices import (
            account_lifecycle,
            checks,  # noqa: F401  (the first registers the system checks)
        )

        account_lifecycle.register()
