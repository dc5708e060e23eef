"""Members: the list, roles and languages, removal."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from workspaces import actions
from workspaces.models import Channel, Event, Member, Role, Workspace
from workspaces.tests.factories import MemberFactory


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/members"


@pytest.fixture
def admin(workspace: Workspace) -> Member:
    return MemberFactory.create(workspace=workspace, user__name="Adam", role=Role.ADMIN)


@pytest.fixture
def as_admin(admin: Member) -> APIClient:
    return token_client(admin.user)


@pytest.fixture
def owning(workspace: Workspace, owner: User) -> Member:
    return Member.objects.get(workspace=workspace, user=owner)


def last_event(workspace: Workspace) -> Event:
    return Event.objects.filter(stream_id=workspace.pk).latest("seq")


def test_the_list_shows_who_belongs(as_member: APIClient, base: str, membership: Member, owner: User) -> None:
    page = as_member.get(base).json()
    assert [row["user"]["name"] for row in page["data"]] == ["Olivia", "Mali"]
    assert set(page["data"][0]) == {
        "id", "user", "role", "preferred_language", "joined_at", "language", "also_reads"
    }  # fmt: skip
    user = page["data"][0]["user"]
    assert (user["id"], user["name"], user["avatar_url"], user["status"]) == (owner.pk, "Olivia", None, None)
    assert (page["data"][0]["role"], page["data"][1]["preferred_language"]) == ("owner", None)
    assert page["meta"]["total"] == 2


def test_members_are_found_by_a_part_of_their_name(as_member: APIClient, base: str, membership: Member) -> None:
    for part, found in (("ALI", ["Mali"]), ("li", ["Olivia", "Mali"]), (" ", ["Olivia", "Mali"]), ("100%", [])):
        assert [row["user"]["name"] for row in as_member.get(base, {"q": part}).json()["data"]] == found
    for wrong in ("x" * 121, "a\x00"):
        assert as_member.get(base, {"q": wrong}).status_code == 422


def test_an_outsider_is_told_nothing(as_outsider: APIClient, base: str, membership: Member) -> None:
    assert as_outsider.get(base).status_code == 404
    assert as_outsider.get(f"{base}/{membership.pk}").status_code == 404
    assert as_outsider.put(f"{base}/{membership.pk}", {"role": "admin"}).status_code == 404
    assert as_outsider.put(f"{base}/{membership.pk}", {}).status_code == 404
    assert as_outsider.delete(f"{base}/{membership.pk}").status_code == 404


def test_a_member_of_another_workspace_is_unknown_here(as_owner: APIClient, base: str, outsider: User) -> None:
    other = actions.create_workspace(owner=outsider, name="Other")
    assert as_owner.get(f"{base}/{other.pk}").status_code == 404
    assert as_owner.put(f"{base}/{other.pk}", {"role": "member"}).status_code == 404
    assert as_owner.delete(f"{base}/{other.pk}").status_code == 404


def test_an_owner_makes_and_unmakes_admins_and_owners(as_owner: APIClient, base: str, membership: Member) -> None:
    for role in ("admin", "owner", "member"):
        answer = as_owner.put(f"{base}/{membership.pk}", {"role": role})
        assert (answer.status_code, answer.json()["data"]["role"]) == (200, role)


def test_an_admin_edits_members_but_no_roles(
    as_admin: APIClient, admin: Member, base: str, membership: Member, owning: Member
) -> None:
    def put(target: Member, **body: Any) -> int:
        return as_admin.put(f"{base}/{target.pk}", body).status_code

    assert put(membership, role="member", preferred_language="ja") == 200
    assert put(membership, role="admin") == 403
    assert put(admin, role="admin", preferred_language="ja") == 200
    assert put(admin, role="member") == 403
    assert put(admin, role="owner") == 403
    assert put(owning, role="owner", preferred_language="ja") == 403
    assert put(owning, role="member") == 403


def test_a_member_changes_its_own_language_and_nothing_else(
    as_member: APIClient, base: str, membership: Member, owning: Member, workspace: Workspace
) -> None:
    own = f"{base}/{membership.pk}"
    changed = as_member.put(own, {"role": "member", "preferred_language": "ja"})
    assert (changed.status_code, changed.json()["data"]["preferred_language"]) == (200, "ja")
    membership.refresh_from_db()
    assert membership.language == "ja"
    assert last_event(workspace).kind == "member.updated"
    assert as_member.put(own, {"role": "member"}).json()["data"]["preferred_language"] == "ja"
    assert as_member.put(own, {"role": "member", "preferred_language": None}).status_code == 200
    membership.refresh_from_db()
    assert (membership.preferred_language, membership.language) == (None, "th")
    assert as_member.put(own, {"role": "admin"}).status_code == 403
    assert as_member.put(f"{base}/{owning.pk}", {"role": "owner", "preferred_language": "ja"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "role"),
        ({"role": "king"}, "role"),
        ({"role": None}, "role"),
        ({"role": "member", "preferred_language": "xx"}, "preferred_language"),
        ({"role": "member", "preferred_language": ["ja"]}, "preferred_language"),
    ],
)
def test_what_a_change_may_not_say(
    as_owner: APIClient, base: str, membership: Member, body: dict[str, Any], field: str
) -> None:
    answer = as_owner.put(f"{base}/{membership.pk}", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_the_last_owner_stays(as_owner: APIClient, base: str, owning: Member, membership: Member) -> None:
    for answer in (as_owner.put(f"{base}/{owning.pk}", {"role": "member"}), as_owner.delete(f"{base}/{owning.pk}")):
        assert (answer.status_code, answer.json()["errors"]) == (409, {"code": ["last_owner"]})
    as_owner.put(f"{base}/{membership.pk}", {"role": "owner"})
    assert as_owner.put(f"{base}/{owning.pk}", {"role": "member"}).status_code == 200


def test_a_change_that_changes_nothing_tells_nobody(
    as_owner: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    before = last_event(workspace).seq
    assert as_owner.put(f"{base}/{membership.pk}", {"role": "member"}).status_code == 200
    assert last_event(workspace).seq == before


def test_who_removes_whom(
    as_owner: APIClient, as_admin: APIClient, as_member: APIClient, base: str, membership: Member, admin: Member,
    owning: Member, workspace: Workspace,
) -> None:  # fmt: skip
    second = MemberFactory.create(workspace=workspace, user__name="Ada", role=Role.ADMIN)
    assert as_member.delete(f"{base}/{admin.pk}").status_code == 403
    assert as_admin.delete(f"{base}/{owning.pk}").status_code == 403
    assert as_admin.delete(f"{base}/{second.pk}").status_code == 403
    assert as_admin.delete(f"{base}/{membership.pk}").status_code == 204
    assert as_admin.delete(f"{base}/{membership.pk}").status_code == 404
    assert as_owner.delete(f"{base}/{second.pk}").status_code == 204
    assert as_admin.delete(f"{base}/{admin.pk}").status_code == 204
    assert as_admin.get(base).status_code == 404
    workspace.refresh_from_db()
    assert workspace.member_count == 1


def test_a_member_removes_itself(as_member: APIClient, base: str, membership: Member) -> None:
    assert as_member.delete(f"{base}/{membership.pk}").status_code == 204


def test_a_removed_member_loses_its_private_channels_for_good(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    channel = actions.create_channel(member=membership, name="Secret", visibility="private")
    address = f"/api/v1/workspaces/{workspace.pk}/channels/{channel.pk}"
    assert as_member.get(address).status_code == 200
    assert as_owner.delete(f"{base}/{membership.pk}").status_code == 204
    assert as_member.get(address).status_code == 404
    actions.add_member(workspace=workspace, user=membership.user)
    assert as_member.get(address).status_code == 404


def test_everybody_hears_who_comes_and_goes(
    as_owner: APIClient, base: str, membership: Member, workspace: Workspace, channel: Channel
) -> None:
    assert last_event(workspace).kind == "member.joined"
    as_owner.delete(f"{base}/{membership.pk}")
    left = last_event(workspace)
    assert (left.kind, left.data["id"], left.user_id) == ("member.left", membership.pk, None)


def test_moderators_keep_somebody_out_until_they_are_readmitted(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, workspace: Workspace, as_admin: APIClient
) -> None:
    suspensions = f"/api/v1/workspaces/{workspace.pk}/suspensions"
    token = as_owner.post(f"/api/v1/workspaces/{workspace.pk}/invites").json()["data"]["token"]
    answer = as_admin.post(f"{base}/{membership.pk}/suspend")
    assert (answer.status_code, answer.json()["data"]["user"]["name"]) == (201, "Mali")
    refused = as_member.post(f"/api/v1/invites/{token}/accept")
    assert (refused.status_code, refused.json()["errors"]["code"]) == (403, ["suspended"])
    assert [row["user"]["name"] for row in as_owner.get(suspensions).json()["data"]] == ["Mali"]
    assert as_admin.delete(f"{suspensions}/{membership.user_id}").status_code == 204
    assert as_owner.get(suspensions).json()["data"] == []
    assert as_member.post(f"/api/v1/invites/{token}/accept").status_code == 200


def test_moderators_neither_see_nor_end_what_staff_decided(
    as_owner: APIClient, base: str, membership: Member, workspace: Workspace
) -> None:
    suspensions = f"/api/v1/workspaces/{workspace.pk}/suspensions"
    as_owner.post(f"{base}/{membership.pk}/suspend")
    actions.suspend_member(workspace=workspace, user=membership.user)
    assert as_owner.get(suspensions).json()["data"] == []
    assert as_owner.delete(f"{suspensions}/{membership.user_id}").status_code == 404


def test_nobody_suspends_themselves_the_last_owner_or_somebody_of_a_higher_role(
    as_owner: APIClient, as_admin: APIClient, as_member: APIClient, base: str, owning: Member, admin: Member,
    membership: Member,
) -> None:  # fmt: skip
    for client, target in ((as_owner, owning), (as_admin, owning), (as_admin, admin), (as_member, admin)):
        assert client.post(f"{base}/{target.pk}/suspend").status_code == 403
