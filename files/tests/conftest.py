"""Every test of files has its own folder for bytes, and looks into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.identity.secrets import digest
from accounts.models import Guest
from files.models import File
from files.tests.samples import upload


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FILES_SPOOL_DIR = tmp_path / "spool"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files", "base_url": None},
        },
    }
    settings.S3_BUCKET = ""
    return tmp_path


@pytest.fixture
def stored(folder: Path) -> Callable[[], list[Path]]:
    """Every file on the disk, in storage or on its way there."""
    return lambda: [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def sent(as_member: APIClient) -> Callable[..., File]:
    """Upload something as Mali and get its row."""

    def send(name: str = "notes.txt", content: bytes = b"hello", client: APIClient | None = None, **form: Any) -> File:
        body = {"file": upload(name, content), **form}
        answer = (client or as_member).post("/api/v1/files", body, format="multipart")
        assert answer.status_code == 201, answer.content
        return File.objects.get(pk=answer.json()["data"]["id"])

    return send


def guest_client(workspace_id: str, name: str = "Mei", **fields: Any) -> APIClient:
    """A client that calls as a guest of the room ``workspace_id``."""
    from datetime import timedelta

    from django.utils import timezone

    token = f"grst_{name}_{workspace_id}"
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=1))
    Guest.objects.create(
        workspace_id=workspace_id, nickname=name, preferred_language="zh-CN", token_hash=digest(token), **fields
    )
    client = APIClient()
    client.credentials(HTTP_X_ROSETTA_GUEST_TOKEN=token)
    return client
