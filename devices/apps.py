from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "devices"

    def ready(self) -> None:
        from devices import checks, leaving  # noqa: F401  (the first registers the system checks)

        leaving.register()
