"""The sidebar: sections, order, favourites, muted and hidden conversations, and channels to join; topics of channels."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from messaging.push.badges import unread_of
from workspaces import actions
from workspaces.actions.sidebar import MAX_PLACEMENTS, MAX_SECTIONS
from workspaces.models import Channel, Conversation, Event, Member, Placement, SidebarSection, Workspace

pytestmark = pytest.mark.usefixtures("membership")
USUAL = {"is_favourite": False, "is_muted": False, "is_hidden": False, "section_id": None}


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}"


def arranged(client: APIClient) -> dict[str, Any]:
    return client.get("/api/v1/me/sidebar").json()["data"]


def place(client: APIClient, base: str, channel: Channel, **changes: Any) -> dict[str, Any]:
    answer = client.patch(f"{base}/channels/{channel.pk}/placement", changes, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["data"]


def create(client: APIClient, base: str, **body: Any) -> None:
    assert client.post(f"{base}/channels", body).status_code == 201


def browsed(client: APIClient, base: str, **query: Any) -> list[tuple[str, int, bool]]:
    rows = client.get(f"{base}/channels/browse", query).json()["data"]
    return [(row["name"], row["member_count"], row["is_hidden"]) for row in rows]


def test_a_sidebar_is_arranged_for_one_person_alone(
    as_owner: APIClient, as_member: APIClient, base: str, workspace: Workspace, channel: Channel
) -> None:
    assert arranged(as_member) == {
        "workspaces": [{"workspace_id": workspace.pk, "channel_order": "created", "sections": []}],
        "placements": [],
    }
    section = as_member.post(f"{base}/sidebar/sections", {"name": "Customers"}).json()["data"]
    assert as_member.put(f"{base}/sidebar", {"channel_order": "activity"}).json()["data"]["sections"] == [section]
    shown = place(as_member, base, channel, is_favourite=True, section_id=section["id"])
    assert shown == {**USUAL, "conversation_id": channel.pk, "is_favourite": True, "section_id": section["id"]}
    assert place(as_member, base, channel, is_favourite=False) == {**shown, "is_favourite": False}
    assert arranged(as_member) == {
        "workspaces": [{"workspace_id": workspace.pk, "channel_order": "activity", "sections": [section]}],
        "placements": [{**shown, "is_favourite": False}],
    }
    assert arranged(as_owner)["placements"] == []
    assert as_member.delete(f"{base}/sidebar/sections/{section['id']}").status_code == 204
    assert arranged(as_member)["placements"] == [{**USUAL, "conversation_id": channel.pk}]


def test_sections_keep_the_order_that_they_were_moved_to(as_member: APIClient, base: str) -> None:
    path = f"{base}/sidebar/sections"
    ids = {name: as_member.post(path, {"name": name}).json()["data"]["id"] for name in "abc"}

    def names() -> list[str]:
        return [row["name"] for row in arranged(as_member)["workspaces"][0]["sections"]]

    assert as_member.patch(f"{path}/{ids['c']}", {"position": 0}).json()["data"]["position"] == 0
    assert names() == ["c", "a", "b"]
    assert as_member.patch(f"{path}/{ids['c']}", {"position": 99, "name": "C"}).json()["data"]["position"] == 2
    assert names() == ["a", "b", "C"]
    for answer in (as_member.post(path, {"name": "a"}), as_member.patch(f"{path}/{ids['b']}", {"name": "a"})):
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])
    assert names() == ["a", "b", "C"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("put", "/sidebar", {"channel_order": "mood"}),
        ("put", "/sidebar", {}),
        ("post", "/sidebar/sections", {"name": " "}),
        ("post", "/sidebar/sections", {"name": "x" * 61}),
        ("patch", "/channels/{channel}/placement", {"is_muted": "perhaps"}),
        ("patch", "/channels/{channel}/placement", {"section_id": "01jx0000000000000000000000"}),
        ("patch", "/channels/{channel}/placement", {"section_id": "{others}"}),
        ("put", "/channels/{channel}", {"topic": "x" * 251}),
        ("put", "/channels/{channel}", {"description": "x" * 1001}),
        ("put", "/channels/{channel}", {"topic": "a\0b"}),
    ],
)
def test_what_cannot_be_is_a_422(
    as_owner: APIClient, base: str, channel: Channel, membership: Member, method: str, path: str, body: dict[str, str]
) -> None:
    others = actions.create_section(member=membership, name="Hers").pk
    body = {name: value.replace("{others}", others) for name, value in body.items()}
    answer = getattr(as_owner, method)(base + path.format(channel=channel.pk), body, format="json")
    assert answer.status_code == 422, answer.json()


def test_a_full_sidebar_takes_no_more(as_member: APIClient, base: str, channel: Channel, membership: Member) -> None:
    sections = (SidebarSection(member=membership, name=f"S{number}") for number in range(MAX_SECTIONS))
    SidebarSection.objects.bulk_create(sections)
    conversations = Conversation.objects.bulk_create(Conversation() for _ in range(MAX_PLACEMENTS))
    Placement.objects.bulk_create(Placement(user=membership.user, conversation=row) for row in conversations)
    path = f"{base}/channels/{channel.pk}/placement"
    refusals = [
        as_member.post(f"{base}/sidebar/sections", {"name": "One more"}),
        as_member.patch(path, {"is_muted": True}, format="json"),
    ]
    for refusal in refusals:
        assert (refusal.status_code, refusal.json()["errors"]["code"]) == (409, ["sidebar_full"])
    assert as_member.patch(path, {"is_muted": False}, format="json").status_code == 200


def test_what_is_muted_is_not_counted_on_devices(
    as_owner: APIClient, as_member: APIClient, base: str, channel: Channel, member_user: User
) -> None:
    for _ in range(3):
        as_owner.post(f"{base}/channels/{channel.pk}/messages", {"content": "Hello"})
    assert unread_of([member_user.pk])[member_user.pk] == 3
    place(as_member, base, channel, is_muted=True)
    assert unread_of([member_user.pk])[member_user.pk] == 0


def test_a_direct_conversation_has_a_place_too_but_no_section(
    as_member: APIClient, owner: User, membership: Member
) -> None:
    direct = as_member.post("/api/v1/direct-conversations", {"participant_user_id": owner.pk}).json()["data"]["id"]
    path = f"/api/v1/direct-conversations/{direct}/placement"
    assert as_member.patch(path, {"is_hidden": True}, format="json").json()["data"]["is_hidden"] is True
    section = actions.create_section(member=membership, name="Mine")
    assert as_member.patch(path, {"section_id": section.pk}, format="json").status_code == 422


def test_leaving_an_open_channel_hides_it_and_joining_lists_it_again(
    as_owner: APIClient, as_member: APIClient, base: str, channel: Channel
) -> None:
    create(as_owner, base, name="Ales", topic="Beer of the week", description="Brewed in Osaka")
    create(as_owner, base, name="Locked", password="open sesame")
    create(as_owner, base, name="Secret", visibility="private")
    assert browsed(as_member, base) == [("Ales", 2, False), ("general", 2, False), ("Locked", 1, False)]
    assert as_member.post(f"{base}/channels/{channel.pk}/leave").json()["data"]["is_member"] is True
    assert browsed(as_member, base, q="GENER") == [("general", 1, True)]
    assert browsed(as_owner, base, q="GENER") == [("general", 1, False)]
    assert [row["name"] for row in as_member.get(f"{base}/channels").json()["data"]] == ["general", "Ales", "Locked"]
    assert as_member.post(f"{base}/channels/{channel.pk}/join").status_code == 200
    assert browsed(as_member, base, q="gener") == [("general", 2, False)]
    assert browsed(as_member, base, q="osaka beer") == [("Ales", 2, False)]
    assert browsed(as_member, base, q="nothing") == []
    assert as_member.get(f"{base}/channels/browse", {"q": "x" * 200}).status_code == 422


def test_a_topic_and_a_description_are_set_by_those_who_may_rename(
    as_owner: APIClient, as_member: APIClient, base: str, channel: Channel, workspace: Workspace
) -> None:
    path = f"{base}/channels/{channel.pk}"
    body = {"topic": " Launch\n on Friday ", "description": "Everything about **launches**.\nAsk here."}
    assert as_member.put(path, body).status_code == 403
    shown = as_owner.put(path, body).json()["data"]
    assert (shown["topic"], shown["description"]) == ("Launch on Friday", body["description"])
    assert (shown["name"], shown["visibility"]) == ("general", "public")
    event = Event.objects.filter(stream_id=workspace.pk).latest("seq")
    assert (event.kind, event.data["topic"]) == ("channel.updated", "Launch on Friday")
    assert as_owner.put(path, {"name": "Main"}).json()["data"]["topic"] == "Launch on Friday"
    assert as_owner.put(path, {"topic": ""}).json()["data"]["topic"] == ""


def test_who_leaves_a_workspace_leaves_nothing_of_their_sidebar(
    as_member: APIClient, base: str, channel: Channel
) -> None:
    as_member.post(f"{base}/sidebar/sections", {"name": "Mine"})
    place(as_member, base, channel, is_muted=True)
    assert as_member.post(f"{base}/leave").status_code == 200
    assert not Placement.objects.exists()
    assert not SidebarSection.objects.exists()


def test_a_sidebar_costs_the_same_for_one_row_and_many(
    as_owner: APIClient, base: str, owner: User, workspace: Workspace
) -> None:
    member = Member.objects.get(user=owner, workspace=workspace)
    counts = []
    for number in range(3):
        actions.create_section(member=member, name=f"S{number}")
        other = actions.create_workspace(owner=owner, name=f"W{number}")
        actions.create_section(member=other, name="There")
        actions.place(user=owner, conversation_id=other.workspace.channels.get().pk, is_muted=True)
        arranged(as_owner)
        with CaptureQueriesContext(connection) as seen:
            arranged(as_owner)
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2]
