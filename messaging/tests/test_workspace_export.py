"""The export of a workspace, which its owners ask for and download."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from conftest import make_user, token_client
from messaging import tasks
from messaging.models import WorkspaceExport
from workspaces import actions
from workspaces.models import Member, Role, Workspace


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}"


def zip_of(client: APIClient, base: str) -> ZipFile:
    answer = client.get(f"{base}/export/file")
    assert answer.status_code == 200
    return ZipFile(BytesIO(b"".join(answer.streaming_content)))


def test_an_owner_gets_what_they_read_and_nobody_else_does(
    as_owner: APIClient, as_member: APIClient, base: str, workspace: Workspace, membership: Member
) -> None:
    general = as_owner.get(f"{base}/channels").json()["data"][0]["id"]
    private = as_member.post(f"{base}/channels", {"name": "Secret", "visibility": "private"}).json()["data"]["id"]
    as_owner.post(
        f"{base}/channels/{general}/messages", {"content": "Hello", "language": "en", "translations": {"ja": "やあ"}}
    )
    as_member.post(f"{base}/channels/{private}/messages", {"content": "Just us"})
    assert as_owner.get(f"{base}/export").status_code == 404
    first = as_owner.post(f"{base}/export")
    assert (first.status_code, first.json()["data"]["status"]) == (202, "pending")
    assert as_owner.post(f"{base}/export").status_code == 202
    assert WorkspaceExport.objects.count() == 1
    tasks.make_workspace_export(WorkspaceExport.objects.get().pk)
    state = as_owner.get(f"{base}/export").json()["data"]
    assert (state["status"], state["progress"]) == ("ready", 100)
    archive = zip_of(as_owner, base)
    messages = [json.loads(line) for line in archive.read("messages.jsonl").decode().splitlines()]
    assert [(row["content"], row["translations"].get("ja")) for row in messages] == [("Hello", "やあ")]
    assert len(archive.read("members.jsonl").splitlines()) == 2
    assert set(archive.namelist()) == {
        "workspace.json", "members.jsonl", "channels.jsonl", "messages.jsonl", "glossary.csv"
    }  # fmt: skip
    other = token_client(actions.add_member(workspace=workspace, user=make_user("Oscar"), role=Role.OWNER).user)
    assert other.get(f"{base}/export/file").status_code == 404
    recorded = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert recorded == ["export workspace", "download workspace export"]


def test_an_export_ends_with_the_ownership_and_with_the_workspace(
    as_owner: APIClient, base: str, workspace: Workspace
) -> None:
    as_owner.post(f"{base}/export")
    Member.objects.filter(workspace=workspace).update(role="admin")
    assert tasks.resume_workspace_exports() == 1
    assert WorkspaceExport.objects.get().state == "failed"
    Member.objects.filter(workspace=workspace).update(role="owner")
    as_owner.post(f"{base}/export")
    tasks.resume_workspace_exports()
    assert WorkspaceExport.objects.get().file
    assert as_owner.delete(base).status_code == 204
    assert tasks.resume_workspace_exports() == 1
    assert WorkspaceExport.objects.count() == 0
