"""Channels: create, list, change, archive, purge; who reads the restricted ones."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from messaging.actions.post import post_message
from messaging.context import ConversationContext, Sender
from messaging.drafts import NewMessage
from rosetta.languages import Reading
from workspaces import actions, erasure
from workspaces.models import Channel, ChannelMember, Conversation, Event, Member, ReadMark, Role, Workspace
from workspaces.tasks import erase
from workspaces.tests.factories import MemberFactory

PASSWORD = "open sesame"


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/channels"


@pytest.fixture
def admin(workspace: Workspace) -> Member:
    return MemberFactory.create(workspace=workspace, user__name="Adam", role=Role.ADMIN)


@pytest.fixture
def as_admin(admin: Member) -> APIClient:
    return token_client(admin.user)


def create(client: APIClient, base: str, **body: Any) -> dict[str, Any]:
    answer = client.post(base, {"name": "Plans", **body})
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


def say(channel_id: str, count: int = 1) -> None:
    """As many messages as that were posted."""
    channel = Channel.objects.select_related("conversation", "workspace").get(pk=channel_id)
    context = ConversationContext(channel.conversation, Reading("en"), channel=channel, workspace=channel.workspace)
    for _ in range(count):
        post_message(sender=Sender(), context=context, draft=NewMessage(content="Hello", type="system"))


def names(client: APIClient, base: str, **query: Any) -> list[str]:
    return [row["name"] for row in client.get(base, query).json()["data"]]


def events_since(workspace: Workspace, seq: int) -> list[tuple[str, int | None]]:
    rows = Event.objects.filter(stream_id=workspace.pk, seq__gt=seq).order_by("seq")
    return [(row.kind, row.user_id) for row in rows]


def last_seq(workspace: Workspace) -> int:
    workspace.refresh_from_db()
    return workspace.last_event


def test_any_member_creates_a_channel_and_all_members_read_it(
    as_member: APIClient, as_owner: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    made = create(as_member, base)
    assert set(made) == {
        "id", "workspace_id", "name", "slug", "topic", "description", "visibility", "formality", "has_password",
        "is_member", "is_archived", "unread_count", "unread_reply_count", "last_message_at", "reading_language",
    }  # fmt: skip
    assert (made["slug"], made["visibility"], made["is_member"]) == ("plans", "public", True)
    assert (made["unread_count"], made["last_message_at"], made["is_archived"]) == (0, None, False)
    assert as_owner.get(base).json()["data"][1] == made
    assert as_owner.get(f"{base}/{made['id']}").json()["data"] == made
    event = Event.objects.filter(stream_id=workspace.pk).latest("seq")
    assert (event.kind, event.user_id, event.data["id"]) == ("channel.created", None, made["id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "x", "slug": "a b"}, "slug"),
        ({"name": "x", "slug": "general"}, "slug"),
        ({"name": "x", "visibility": "hidden"}, "visibility"),
        ({"name": "x", "password": "1234567"}, "password"),
    ],
)
def test_what_a_channel_may_not_be(as_owner: APIClient, base: str, body: dict[str, Any], field: str) -> None:
    answer = as_owner.post(base, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_slugs_are_unique_within_a_workspace_only(as_owner: APIClient, base: str, owner: User) -> None:
    create(as_owner, base, slug="plans")
    assert create(as_owner, base)["slug"] != "plans"
    other = actions.create_workspace(owner=owner, name="Other").workspace
    assert create(as_owner, f"/api/v1/workspaces/{other.pk}/channels", slug="plans")["slug"] == "plans"


def test_an_outsider_is_told_nothing(as_outsider: APIClient, base: str, channel: Channel, membership: Member) -> None:
    one = f"{base}/{channel.pk}"
    assert as_outsider.get(base).status_code == 404
    assert as_outsider.post(base, {"name": "x"}).status_code == 404
    assert as_outsider.post(base, {}).status_code == 404
    for method, path in (
        ("get", one), ("put", one), ("delete", one), ("delete", f"{one}?purge=true"), ("post", f"{one}/unarchive"),
        ("post", f"{one}/join"), ("post", f"{one}/leave"), ("get", f"{one}/members"), ("post", f"{one}/members"),
        ("delete", f"{one}/members/{membership.pk}"),
    ):  # fmt: skip
        assert getattr(as_outsider, method)(path).status_code == 404, (method, path)


def test_a_channel_of_another_workspace_is_unknown_here(
    as_outsider: APIClient, outsider: User, channel: Channel, membership: Member
) -> None:
    other = actions.create_workspace(owner=outsider, name="Other").workspace
    one = f"/api/v1/workspaces/{other.pk}/channels/{channel.pk}"
    for method, path in (
        ("get", one),
        ("put", one),
        ("delete", one),
        ("post", f"{one}/join"),
        ("get", f"{one}/members"),
    ):
        assert getattr(as_outsider, method)(path).status_code == 404, (method, path)
    own = Channel.objects.get(workspace=other)
    answer = as_outsider.post(f"/api/v1/workspaces/{other.pk}/channels/{own.pk}/members", {"member_id": membership.pk})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["member_id"])


def test_unread_is_what_came_since_the_mark_and_a_newcomers_mark_starts_at_the_join(
    as_owner: APIClient, base: str, owner: User, workspace: Workspace
) -> None:
    general = Channel.objects.get(workspace=workspace)
    say(general.pk, 5)
    nora = MemberFactory.create(workspace=workspace, user__name="Nora").user
    [row] = token_client(nora).get(base).json()["data"]
    assert row["unread_count"] == 0
    say(general.pk, 2)
    [row] = token_client(nora).get(base).json()["data"]
    assert row["unread_count"] == 2
    assert row["last_message_at"].endswith("+00:00")
    assert as_owner.get(base).json()["data"][0]["unread_count"] == 7


def test_a_private_channel_is_a_404_to_all_but_its_members_owners_too(
    as_member: APIClient, as_owner: APIClient, base: str, membership: Member, owner: User, workspace: Workspace
) -> None:
    before = last_seq(workspace)
    made = create(as_member, base, visibility="private")
    one = f"{base}/{made['id']}"
    assert events_since(workspace, before) == [
        ("channel.created", membership.user_id),
        ("channel.joined", membership.user_id),
    ]
    assert names(as_owner, base) == ["general"]
    owning = Member.objects.get(workspace=workspace, user=owner)
    for method, path in (
        ("get", one), ("put", one), ("delete", one), ("delete", f"{one}?purge=true"), ("post", f"{one}/join"),
        ("post", f"{one}/leave"), ("get", f"{one}/members"), ("post", f"{one}/members"),
        ("delete", f"{one}/members/{owning.pk}"), ("post", f"{one}/unarchive"),
    ):  # fmt: skip
        assert getattr(as_owner, method)(path).status_code == 404, (method, path)
    added = as_member.post(f"{one}/members", {"member_id": owning.pk})
    assert (added.status_code, added.json()["data"]["id"]) == (201, owning.pk)
    assert as_member.post(f"{one}/members", {"member_id": owning.pk}).status_code == 200
    assert names(as_owner, base) == ["general", "Plans"]
    assert events_since(workspace, before)[2:] == [("channel.joined", owner.pk)]
    assert [row["id"] for row in as_owner.get(f"{one}/members").json()["data"]] == [owning.pk, membership.pk]
    before = last_seq(workspace)
    assert as_owner.put(one, {"name": "Plots"}).status_code == 200
    assert sorted(events_since(workspace, before)) == sorted(
        [("channel.updated", membership.user_id), ("channel.updated", owner.pk)]
    )


def test_its_creator_owners_and_admins_who_are_in_it_take_members_out(
    as_member: APIClient, as_admin: APIClient, base: str, membership: Member, admin: Member, workspace: Workspace
) -> None:
    nora = MemberFactory.create(workspace=workspace, user__name="Nora")
    as_nora = token_client(nora.user)
    one = f"{base}/{create(as_member, base, visibility='private')['id']}"
    for one_more in (admin, nora):
        as_member.post(f"{one}/members", {"member_id": one_more.pk})
    assert as_nora.delete(f"{one}/members/{admin.pk}").status_code == 403
    assert as_admin.delete(f"{one}/members/{nora.pk}").status_code == 204
    assert as_nora.get(one).status_code == 404
    assert as_admin.delete(f"{one}/members/{nora.pk}").status_code == 404
    assert as_member.delete(f"{one}/members/{admin.pk}").status_code == 204
    assert as_member.delete(f"{one}/members/{membership.pk}").status_code == 204
    assert as_member.get(one).status_code == 404


def test_leaving_a_private_channel_and_coming_back_starts_to_read_at_the_return(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member
) -> None:
    made = create(as_owner, base, visibility="private")
    one = f"{base}/{made['id']}"
    say(made["id"], 3)
    as_owner.post(f"{one}/members", {"member_id": membership.pk})
    assert as_member.get(one).json()["data"]["unread_count"] == 0
    say(made["id"], 2)
    assert as_member.get(one).json()["data"]["unread_count"] == 2
    left = as_member.post(f"{one}/leave")
    assert (left.status_code, left.json()["data"]["is_member"]) == (200, False)
    assert as_member.get(one).status_code == 404
    assert not ReadMark.objects.filter(user=membership.user, conversation_id=made["id"]).exists()
    as_owner.post(f"{one}/members", {"member_id": membership.pk})
    assert as_member.get(one).json()["data"]["unread_count"] == 0


def test_before_its_password_a_channel_is_known_and_not_read(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    made = create(as_owner, base, password=PASSWORD)
    one = f"{base}/{made['id']}"
    say(made["id"], 4)
    seen = as_member.get(one).json()["data"]
    assert (seen["is_member"], seen["unread_count"], seen["last_message_at"]) == (False, 0, None)
    assert as_member.get(f"{one}/members").status_code == 403
    for body in ({}, {"password": "wrong"}, {"password": None}, {"password": 5}):
        answer = as_member.post(f"{one}/join", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["password"])
    before = last_seq(workspace)
    joined = as_member.post(f"{one}/join", {"password": PASSWORD})
    assert joined.status_code == 200
    assert (joined.json()["data"]["is_member"], joined.json()["data"]["unread_count"]) == (True, 0)
    assert as_member.post(f"{one}/join").status_code == 200
    assert events_since(workspace, before) == [("channel.joined", membership.user_id)]
    assert as_member.get(f"{one}/members").status_code == 200


def test_an_open_channel_is_joined_and_left_without_consequence(
    as_member: APIClient, base: str, channel: Channel, membership: Member
) -> None:
    one = f"{base}/{channel.pk}"
    assert as_member.post(f"{one}/join").json()["data"]["is_member"] is True
    assert as_member.post(f"{one}/leave").json()["data"]["is_member"] is True
    assert len(as_member.get(f"{one}/members").json()["data"]) == 2


def test_nobody_is_taken_out_of_an_open_channel(
    as_owner: APIClient, base: str, channel: Channel, membership: Member
) -> None:
    answer = as_owner.delete(f"{base}/{channel.pk}/members/{membership.pk}")
    assert (answer.status_code, answer.json()["errors"]) == (409, {"code": ["channel_is_open"]})


def test_owners_admins_and_its_creator_change_a_channel(
    as_owner: APIClient, as_admin: APIClient, as_member: APIClient, base: str, membership: Member, channel: Channel
) -> None:
    own = f"{base}/{create(as_member, base)['id']}"
    assert as_member.put(own, {"name": "Mine"}).json()["data"]["name"] == "Mine"
    assert as_admin.put(own, {"slug": "ours"}).json()["data"]["slug"] == "ours"
    assert as_owner.put(own, {}).json()["data"]["name"] == "Mine"
    assert as_owner.put(own, {"slug": "general"}).status_code == 422
    assert as_member.put(f"{base}/{channel.pk}", {"name": "x"}).status_code == 403
    assert as_member.delete(f"{base}/{channel.pk}").status_code == 403
    assert as_member.post(f"{base}/{channel.pk}/unarchive").status_code == 403


def test_a_channel_that_closes_keeps_who_joined_and_who_closed_it(
    as_owner: APIClient, as_admin: APIClient, as_member: APIClient, base: str, membership: Member
) -> None:
    made = create(as_member, base)
    one = f"{base}/{made['id']}"
    closed = as_admin.put(one, {"visibility": "private"})
    assert (closed.status_code, closed.json()["data"]["is_member"]) == (200, True)
    assert as_member.get(one).status_code == 200
    assert as_owner.get(one).status_code == 404


def test_a_channel_that_opens_has_nothing_unread_for_newcomers(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    made = create(as_owner, base, visibility="private")
    say(made["id"], 3)
    before = last_seq(workspace)
    as_owner.put(f"{base}/{made['id']}", {"visibility": "public"})
    assert events_since(workspace, before) == [("channel.updated", None), ("channel.joined", None)]
    seen = as_member.get(f"{base}/{made['id']}").json()["data"]
    assert (seen["is_member"], seen["unread_count"]) == (True, 0)
    assert as_owner.get(f"{base}/{made['id']}").json()["data"]["unread_count"] == 3


def test_an_archived_channel_is_listed_apart_and_can_be_opened_again(
    as_owner: APIClient, base: str, workspace: Workspace
) -> None:
    made = create(as_owner, base)
    one = f"{base}/{made['id']}"
    before = last_seq(workspace)
    for _ in range(2):
        assert as_owner.delete(one).status_code == 204
    assert names(as_owner, base) == ["general"]
    assert names(as_owner, base, archived="true") == ["Plans"]
    assert as_owner.get(one).json()["data"]["is_archived"] is True
    for _ in range(2):
        assert as_owner.post(f"{one}/unarchive").json()["data"]["is_archived"] is False
    assert names(as_owner, base) == ["general", "Plans"]
    assert [kind for kind, _ in events_since(workspace, before)] == ["channel.archived", "channel.updated"]


def test_only_the_owner_purges(as_admin: APIClient, as_member: APIClient, base: str, membership: Member) -> None:
    one = f"{base}/{create(as_member, base)['id']}?purge=true"
    assert as_admin.delete(one).status_code == 403
    assert as_member.delete(one).status_code == 403


def test_a_purged_channel_is_gone_at_once_and_erased_a_batch_at_a_time(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create(as_owner, base)
    one = f"{base}/{made['id']}"
    ReadMark.objects.create(user=membership.user, conversation_id=made["id"])
    left = [2, 1, 0, 0]
    seen: list[list[str]] = []

    def eraser(conversation_ids: list[str]) -> int:
        seen.append(conversation_ids)
        return left[len(seen) - 1]

    monkeypatch.setattr(erasure, "ERASERS", [eraser])
    assert as_owner.delete(f"{one}?purge=true").status_code == 204
    assert as_owner.get(one).status_code == 404
    assert as_member.get(one).status_code == 404
    assert as_owner.delete(f"{one}?purge=true").status_code == 404
    assert names(as_owner, base) == names(as_member, base) == ["general"]
    assert create(as_owner, base)["slug"] == made["slug"]
    assert erase() == 2 + 1 + 1 + 2
    assert seen == [[made["id"]]] * 4
    assert not Conversation.objects.filter(pk=made["id"]).exists()
    assert not ReadMark.objects.filter(conversation_id=made["id"]).exists()


def test_the_creators_row_in_a_channel_is_no_second_one(as_owner: APIClient, base: str) -> None:
    made = create(as_owner, base, password=PASSWORD)
    assert as_owner.post(f"{base}/{made['id']}/join").status_code == 200
    assert ChannelMember.objects.filter(channel_id=made["id"]).count() == 1
