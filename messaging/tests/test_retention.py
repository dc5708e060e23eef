"""A workspace that keeps its messages for some days forgets older ones, with their files and what the memory learnt."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from conftest import make_user
from files.models import File
from files.tests import samples
from messaging.actions import expire
from messaging.models import Message
from messaging.tasks import expire_messages
from messaging.tests.client import path_of, post
from translation.models import MemoryEntry
from workspaces.models import Channel, Workspace

pytestmark = pytest.mark.django_db(transaction=True)


def age(message_id: str, days: float) -> None:
    Message.objects.filter(pk=message_id).update(created_at=timezone.now() - timedelta(days=days))


def said(client: APIClient, channel: Channel) -> list[str]:
    return [one["original_content"] for one in client.get(path_of(channel)).json()["data"]]


def keep(workspace: Workspace, days: str) -> None:
    call_command("set_retention", workspace.slug, days, verbosity=0)


def test_what_is_older_goes_and_what_is_younger_stays(as_owner: APIClient, channel: Channel) -> None:
    old, young = (post(as_owner, channel, text).json()["data"]["id"] for text in ("old", "young"))
    age(old, 31)
    age(young, 29)
    assert expire_messages() == 0  # nothing was said of how long it is kept
    keep(channel.workspace, "30")
    assert expire_messages() == 1
    assert said(as_owner, channel) == ["young"]
    assert as_owner.get(f"{path_of(channel)}/{old}").status_code == 404
    assert expire_messages() == 0
    assert post(as_owner, channel, "next").json()["data"]["seq"] == 3


def test_files_go_along_and_a_reply_outlives_its_parent(as_owner: APIClient, channel: Channel) -> None:
    file_id = as_owner.post("/api/v1/files", {"file": samples.upload()}, format="multipart").json()["data"]["id"]
    parent = post(as_owner, channel, "parent", attachment_ids=[file_id]).json()["data"]["id"]
    reply = post(as_owner, channel, "reply", parent_message_id=parent).json()["data"]["id"]
    age(parent, 10)
    keep(channel.workspace, "7")
    expire_messages()
    assert as_owner.get(f"{path_of(channel)}/{reply}").json()["data"]["parent_message_id"] is None
    assert File.objects.get(pk=file_id).deleted_at is not None


def test_the_memory_of_the_workspace_forgets_too_and_no_other_does(as_owner: APIClient, channel: Channel) -> None:
    keep(channel.workspace, "7")
    long_ago = timezone.now() - timedelta(days=8)
    row = {"source": "en", "target": "th", "source_text": "x", "text": "y", "origin": "correction", "engine": "human"}
    MemoryEntry.objects.create(scope_id=channel.workspace_id, key="old", last_used_at=long_ago, **row)
    MemoryEntry.objects.create(scope_id=channel.workspace_id, key="new", **row)
    MemoryEntry.objects.create(scope_id=channel.pk, key="other", last_used_at=long_ago, **row)
    expire_messages()
    assert set(MemoryEntry.objects.values_list("key", flat=True)) == {"new", "other"}


def test_a_run_goes_through_many_messages_in_bounded_steps(as_owner: APIClient, channel: Channel) -> None:
    for number in range(5):
        age(post(as_owner, channel, f"{number}").json()["data"]["id"], 10)
    keep(channel.workspace, "7")
    assert expire.expire_messages(batch=2) == 2
    assert expire_messages() == 3


def test_only_a_sensible_number_of_days_is_taken(workspace: Workspace) -> None:
    for days in ("0", "-1", "soon"):
        with pytest.raises(CommandError):
            keep(workspace, days)
    with pytest.raises(CommandError, match="no workspace"):
        call_command("set_retention", "nowhere", "7")
    keep(workspace, "7")
    keep(workspace, "forever")
    workspace.refresh_from_db()
    assert workspace.retention_days is None


def test_staff_set_it_in_admin_and_nothing_else_of_a_workspace(workspace: Workspace) -> None:
    desk = Client()
    desk.force_login(make_user("Chief", is_staff=True, is_superuser=True))
    page = reverse("admin:workspaces_workspace_change", args=[workspace.pk])
    body = {"retention_days": "90", "name": "Mallory's"} | {
        f"channels-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    assert desk.post(page, body).status_code == 302
    workspace.refresh_from_db()
    assert (workspace.retention_days, workspace.name) == (90, "Acme")
    assert AuditEntry.objects.filter(action="change", target_id=workspace.pk).exists()
