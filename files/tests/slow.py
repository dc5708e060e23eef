"""A storage so slow that the sweep comes by while it saves."""

from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils import timezone


class SlowStorage(FileSystemStorage):
    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        from files import tasks
        from files.models import Removal

        Removal.objects.update(due_at=timezone.now())
        tasks.remove_pending()
        Removal.objects.create(storage_name=name, due_at=timezone.now(), has_begun=True)
        return super().save(name, content, max_length)
