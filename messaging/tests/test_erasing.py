"""A purged channel and a deleted workspace take what was said in them along, files and all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from pytest_django import Settings
from rest_framework.test import APIClient

from files.models import File, Removal
from messaging.models import Attachment, Message, MessageTranslation, Reaction
from workspaces.models import Channel, Conversation, Event, Workspace
from workspaces.tasks import erase


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> None:
    settings.FILES_SPOOL_DIR = tmp_path / "spool"
    options = {"location": tmp_path / "files", "base_url": None}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def base_of(channel: Channel) -> str:
    return f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}"


def say_things(client: APIClient, channel: Channel) -> str:
    """A message, a reply with a file, a reaction; the attachment's id."""
    base = base_of(channel)
    first = client.post(f"{base}/messages", {"content": "The harbour opens at dawn."}).json()["data"]
    upload = {"file": SimpleUploadedFile("notes.txt", b"hello")}
    file_id = client.post("/api/v1/files", upload, format="multipart").json()["data"]["id"]
    reply = client.post(
        f"{base}/messages", {"content": "Good.", "parent_message_id": first["id"], "attachment_ids": [file_id]}
    )
    assert reply.status_code == 201, reply.json()
    assert client.put(f"{base}/messages/{first['id']}/reactions/👍").status_code in (200, 201, 204)
    return str(reply.json()["data"]["attachments"][0]["id"])


@pytest.mark.parametrize("what", ["channel", "workspace"])
def test_nothing_of_it_is_left(
    as_owner: APIClient, as_member: APIClient, channel: Channel, workspace: Workspace, what: str
) -> None:
    attachment_id = say_things(as_owner, channel)
    download = f"/api/v1/message-attachments/{attachment_id}/download"
    assert as_member.get(download).status_code == 200
    base = f"/api/v1/workspaces/{workspace.pk}"
    assert as_owner.delete(f"{base_of(channel)}?purge=true" if what == "channel" else base).status_code == 204
    # Gone at once …
    for client in (as_owner, as_member):
        assert client.get(f"{base_of(channel)}/messages").status_code == 404
        assert client.get(download).status_code == 404
    # … and erased by the task.
    assert erase() > 0
    for model in (Message, MessageTranslation, Reaction, Attachment):
        assert not model.objects.exists(), model  # type: ignore[attr-defined]
    assert not Conversation.objects.filter(pk=channel.pk).exists()
    assert not Event.objects.filter(stream_id=channel.pk).exists()
    assert not File.objects.filter(deleted_at=None).exists()
    assert Removal.objects.exists()


def test_a_webhook_that_posted_goes_with_its_workspace(as_owner: APIClient, channel: Channel) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}"
    made = as_owner.post(f"{base}/webhooks", {"name": "CI", "default_channel_id": channel.pk}).json()["data"]
    hook = APIClient()
    hook.credentials(HTTP_AUTHORIZATION=f"Bearer {made['secret']}")
    address = f"/api/v1/webhooks/{made['id']}/messages"
    assert hook.post(address, {"content": "Build passed"}).status_code == 201
    assert as_owner.delete(f"{base}/webhooks/{made['id']}").status_code == 204
    assert hook.post(address, {"content": "again"}).status_code == 401
    [message] = as_owner.get(f"{base_of(channel)}/messages").json()["data"]
    assert message["sender"]["name"] == "CI"
    assert as_owner.delete(base).status_code == 204
    erase()
    assert not Workspace.objects.filter(pk=channel.workspace_id).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share an in-memory SQLite")
def test_a_purge_during_posting_leaves_nothing_and_breaks_nothing(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    barrier = Barrier(6)

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        try:
            return call()
        finally:
            connections.close_all()

    def post_many() -> set[int]:
        path = f"{base_of(channel)}/messages"
        return {as_member.post(path, {"content": f"Number {n}"}).status_code for n in range(10)}

    def purge() -> set[int]:
        codes = {as_owner.delete(f"{base_of(channel)}?purge=true").status_code}
        for _ in range(5):
            erase()
        return codes

    with ThreadPoolExecutor(6) as pool:
        *posted, purged = [
            future.result(timeout=60) for future in [pool.submit(run, call) for call in [*[post_many] * 5, purge]]
        ]
    assert purged == {204}
    assert set().union(*posted) <= {201, 404}
    erase()
    assert not Message.objects.exists()
    assert not Conversation.objects.filter(pk=channel.pk).exists()
