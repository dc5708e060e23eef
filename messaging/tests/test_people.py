"""Profiles of people, for those who share a workspace or a conversation with them, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from messaging.tests.pushing import Told
from messaging.tests.pushing import post as post_and_commit
from workspaces.models import Channel, Member
from workspaces.tests.factories import ChannelFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_a_card_shows_a_person_and_what_both_share(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, membership: Member
) -> None:
    changes = {"name_reading": "Mali", "title": "Designer", "time_zone": "Asia/Bangkok", "also_reads": ["en"]}
    as_member.patch("/api/v1/me", {**changes, "status": {"emoji": "🎨", "text": "Drawing"}}, format="json")
    ChannelFactory(member=membership, name="Secret", visibility="private")
    card = as_owner.get(f"/api/v1/users/{member_user.pk}").json()["data"]
    assert {name: card[name] for name in changes} == changes
    assert (card["status"], card["language"]) == ({"emoji": "🎨", "text": "Drawing", "until": None}, "th")
    assert card["shared_channels"] == [{"id": channel.pk, "name": "general", "workspace_id": channel.workspace_id}]
    assert (card["direct_conversation_id"], card["is_blocked"]) == (None, False)
    assert "email" not in card
    opened = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}, format="json")
    as_owner.put(f"/api/v1/me/blocks/{member_user.pk}")
    card = as_owner.get(f"/api/v1/users/{member_user.pk}").json()["data"]
    assert (card["direct_conversation_id"], card["is_blocked"]) == (opened.json()["data"]["id"], True)


def test_a_stranger_and_nobody_are_the_same(
    as_outsider: APIClient, member_user: User, membership: Member, outsider: User
) -> None:
    assert as_outsider.get(f"/api/v1/users/{member_user.pk}").status_code == 404
    assert as_outsider.get("/api/v1/users/999999").status_code == 404
    assert as_outsider.get("/api/v1/users").json()["data"] == []
    assert as_outsider.get(f"/api/v1/users/{outsider.pk}").json()["data"]["name"] == outsider.name


def test_people_are_found_by_name_and_by_its_reading(
    as_owner: APIClient, workspace: object, membership: Member
) -> None:
    MemberFactory(workspace=workspace, user__name="ゆき", user__name_reading="Yuki", user__email="yuki@example.com")
    for text, names in (("yuk", ["ゆき"]), ("ゆ", ["ゆき"]), ("", ["Mali", "ゆき"]), ("nobody", [])):
        assert [row["name"] for row in as_owner.get("/api/v1/users", {"q": text}).json()["data"]] == names
    members = as_owner.get(f"/api/v1/workspaces/{membership.workspace_id}/members", {"q": "yuki"}).json()["data"]
    assert [row["user"]["name_reading"] for row in members] == ["Yuki"]
    assert as_owner.get("/api/v1/users", {"q": "x" * 121}).status_code == 422


def test_lists_take_the_same_queries_for_one_person_and_for_ten(as_owner: APIClient, workspace: object) -> None:
    as_owner.get("/api/v1/users")  # notes the use of the token
    counts = []
    for more in (1, 9):
        for _ in range(more):
            MemberFactory(workspace=workspace)
        with CaptureQueriesContext(connection) as seen:
            as_owner.get("/api/v1/users")
        counts.append(len(seen))
    assert counts[0] == counts[1], seen.captured_queries


@pytest.mark.usefixtures("expo", "phones")
def test_nothing_rings_for_who_is_not_to_be_disturbed(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, told: Told
) -> None:
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    as_member.patch("/api/v1/me", {"undisturbed_until": until}, format="json")
    assert as_owner.get(f"/api/v1/users/{member_user.pk}").json()["data"]["undisturbed_until"] is not None
    post_and_commit(as_owner, channel, f"@[Mali](user:{member_user.pk}) look")
    assert told() == []
    User.objects.filter(pk=member_user.pk).update(undisturbed_until=timezone.now())
    post_and_commit(as_owner, channel, f"@[Mali](user:{member_user.pk}) look again")
    assert len(told()) == 1
