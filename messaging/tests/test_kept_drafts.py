"""What people have begun to write: kept for all their devices, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from messaging.actions.keep_draft import MAX_DRAFTS
from messaging.models import KeptDraft, Message
from workspaces.models import Channel, Member, Workspace

DRAFTS = "/api/v1/me/drafts"


@pytest.fixture
def general(workspace: Workspace) -> Channel:
    return Channel.objects.get(workspace=workspace, slug="general")


def drafts_of(client: APIClient, **query: str) -> list[tuple[str | None, str]]:
    return [(row["parent_message_id"], row["content"]) for row in client.get(DRAFTS, query).json()["data"]]


def test_a_draft_is_kept_changed_and_deleted_for_its_writer_alone(
    as_owner: APIClient, as_member: APIClient, general: Channel, membership: Member
) -> None:
    address = f"{DRAFTS}/{general.pk}"
    assert as_member.put(address, {"content": " Hello "}).json()["data"]["content"] == " Hello "
    assert as_member.put(address, {"content": "Hello you"}).status_code == 200
    assert drafts_of(as_member) == [(None, "Hello you")]
    assert drafts_of(as_owner) == []
    for _ in range(2):
        assert as_member.delete(address).status_code == 204
    assert drafts_of(as_member) == []


def test_a_reply_has_a_draft_of_its_own(as_owner: APIClient, general: Channel) -> None:
    messages = f"/api/v1/workspaces/{general.workspace_id}/channels/{general.pk}/messages"
    parent = as_owner.post(messages, {"content": "First"}).json()["data"]["id"]
    address = f"{DRAFTS}/{general.pk}"
    as_owner.put(address, {"content": "In the channel"})
    as_owner.put(address, {"content": "In the thread", "parent_message_id": parent})
    assert set(drafts_of(as_owner)) == {(None, "In the channel"), (parent, "In the thread")}
    assert as_owner.delete(f"{address}?parent_message_id={parent}").status_code == 204
    assert drafts_of(as_owner, conversation_id=general.pk) == [(None, "In the channel")]
    assert drafts_of(as_owner, conversation_id="01kr9cvq3mxr7vn3ebbe21abcd") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": "x" * 8001}, "content"),
        ({"content": ""}, "content"),
        ({"content": 5}, "content"),
        ({"content": "x", "parent_message_id": "01kr9cvq3mxr7vn3ebbe21abcd"}, "parent_message_id"),
        ({"content": "a\x00b"}, "content"),
    ],
)
def test_what_cannot_be_a_draft_is_refused(
    as_owner: APIClient, general: Channel, body: dict[str, object], field: str
) -> None:
    answer = as_owner.put(f"{DRAFTS}/{general.pk}", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_the_oldest_drafts_make_room(as_owner: APIClient, owner: User, general: Channel) -> None:
    conversation = general.conversation
    fields = {"conversation": conversation, "sender_user": owner, "content": "x", "language": "en"}
    parents = Message.objects.bulk_create([Message(seq=1000 + number, **fields) for number in range(MAX_DRAFTS)])
    now = timezone.now()
    KeptDraft.objects.bulk_create(
        KeptDraft(
            user=owner, conversation=conversation, parent=parent, content="x", updated_at=now - timedelta(hours=age + 1)
        )
        for age, parent in enumerate(parents)
    )
    as_owner.put(f"{DRAFTS}/{general.pk}", {"content": "The newest"})
    kept = KeptDraft.objects.filter(user=owner)
    assert kept.count() == MAX_DRAFTS
    assert kept.filter(content="The newest").exists()
    assert not kept.filter(parent=parents[-1]).exists()


def test_who_left_finds_no_draft_there_and_the_list_costs_the_same_for_many(
    as_owner: APIClient, as_member: APIClient, general: Channel, membership: Member
) -> None:
    messages = f"/api/v1/workspaces/{general.workspace_id}/channels/{general.pk}/messages"
    as_member.put(f"{DRAFTS}/{general.pk}", {"content": "One"})
    with CaptureQueriesContext(
        connection,
    ) as first:
        drafts_of(as_member)
    for number in range(3):
        parent = as_owner.post(messages, {"content": f"{number}"}).json()["data"]["id"]
        as_member.put(f"{DRAFTS}/{general.pk}", {"content": "More", "parent_message_id": parent})
    with CaptureQueriesContext(connection) as then:
        assert len(drafts_of(as_member)) == 4
    assert len(then) == len(first)
    as_member.post(f"/api/v1/workspaces/{general.workspace_id}/leave")
    assert drafts_of(as_member) == []
    assert as_member.put(f"{DRAFTS}/{general.pk}", {"content": "x"}).status_code == 404
