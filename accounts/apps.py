from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.api import security_schemes  # noqa: F401  (registers the authentication schemes)
