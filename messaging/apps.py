from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from messaging import hooks

        hooks.register()
        post_migrate.connect(_ensure_search, sender=self)


def _ensure_search(using: str, **_rest: Any) -> None:
    from messaging.models import Message, MessageTranslation
    from messaging.search.field import ensure_indexes

    ensure_indexes(using, (Message, MessageTranslation))
