from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.api import security_schemes  # noqa: F401  (registers the authentication schemes)

        user_login_failed.connect(_count_failure, sender=None)


def _count_failure(**_: Any) -> None:
    """Count a failure at admin's page, the only one that Django's own authentication serves."""
    from accounts.metrics import sign_in_failed

    sign_in_failed("admin")
