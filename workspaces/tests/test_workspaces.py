"""Workspaces: list, create, show, change, delete, join, leave, discover."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from files.consistency import compare
from files.tests.samples import picture
from translation.models import TranslationPolicy, Usage, this_month
from workspaces import actions
from workspaces.models import Channel, ChannelMember, Event, Invite, Member, ReadMark, Workspace
from workspaces.tasks import erase

BASE = "/api/v1/workspaces"
PASSWORD = "open sesame"


def create(client: APIClient, **body: Any) -> dict[str, Any]:
    answer = client.post(BASE, {"name": "Acme", **body})
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


@pytest.mark.django_db
def test_nobody_signed_in_is_a_401() -> None:
    for method, path in (("get", BASE), ("post", BASE), ("get", f"{BASE}/01kr9cvq3mxr7vn3ebbe21abcd")):
        answer = getattr(APIClient(), method)(path)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})


def test_a_new_workspace_has_its_creator_as_owner_and_a_channel_general(as_owner: APIClient) -> None:
    made = create(as_owner)
    assert set(made) == {
        "id", "name", "slug", "kind", "visibility", "has_password", "role", "member_count", "created_at",
        "icon_url", "default_language", "retention_days", "demo_channel_id",
    }  # fmt: skip
    assert (made["slug"], made["kind"], made["visibility"], made["role"]) == ("acme", "team", "private", "owner")
    assert (made["member_count"], made["has_password"]) == (1, False)
    [general] = as_owner.get(f"{BASE}/{made['id']}/channels").json()["data"]
    assert (general["slug"], general["is_member"], general["workspace_id"]) == ("general", True, made["id"])
    assert as_owner.get(BASE).json()["data"] == [made]


def test_a_slug_is_derived_kept_or_refused(as_owner: APIClient) -> None:
    assert create(as_owner, name="Big Co")["slug"] == "big-co"
    again = create(as_owner, name="Big Co")["slug"]
    assert again.startswith("big-co-")
    assert again != "big-co"
    assert len(create(as_owner, name="株式会社")["slug"]) == 8
    assert create(as_owner, slug="My_slug-1")["slug"] == "My_slug-1"
    answer = as_owner.post(BASE, {"name": "x", "slug": "My_slug-1"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["slug"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "x", "slug": "a b"}, "slug"),
        ({"name": "x", "slug": "naïve"}, "slug"),
        ({"name": "x", "slug": "x" * 81}, "slug"),
        ({"name": "x", "visibility": "secret"}, "visibility"),
        ({"name": "x", "password": "short"}, "password"),
        ({"name": "x", "password": "x" * 121}, "password"),
    ],
)
def test_what_a_workspace_may_not_be(as_owner: APIClient, body: dict[str, Any], field: str) -> None:
    answer = as_owner.post(BASE, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_nulls_count_as_left_out_at_creation(as_owner: APIClient) -> None:
    made = create(as_owner, slug=None, visibility=None, password=None)
    assert (made["visibility"], made["has_password"]) == ("private", False)


def test_a_private_workspace_is_unknown_to_an_outsider(as_outsider: APIClient, workspace: Workspace) -> None:
    address = f"{BASE}/{workspace.pk}"
    assert as_outsider.get(address).status_code == 404
    assert as_outsider.patch(address, {"name": "x"}).status_code == 404
    assert as_outsider.delete(address).status_code == 404
    assert as_outsider.post(f"{address}/join").status_code == 404
    assert as_outsider.post(f"{address}/leave").status_code == 404
    assert as_outsider.get(BASE).json()["data"] == []


def test_ids_are_taken_in_either_case_and_malformed_ones_are_unknown(as_owner: APIClient, workspace: Workspace) -> None:
    assert as_owner.get(f"{BASE}/{workspace.pk.upper()}").json()["data"]["id"] == workspace.pk
    assert as_owner.get(f"{BASE}/nonsense").status_code == 404


def test_a_public_workspace_is_shown_to_anybody_signed_in_with_no_role(
    as_owner: APIClient, as_outsider: APIClient
) -> None:
    made = create(as_owner, visibility="public")
    shown = as_outsider.get(f"{BASE}/{made['id']}").json()["data"]
    assert shown == {**made, "role": None}
    for inside in ("channels", "members", "invites", "webhooks"):
        assert as_outsider.get(f"{BASE}/{made['id']}/{inside}").status_code == 403
    assert as_outsider.patch(f"{BASE}/{made['id']}", {"name": "Mine"}).status_code == 403
    [found] = as_outsider.get(BASE, {"discover": "true"}).json()["data"]
    assert found == shown
    assert as_owner.get(BASE, {"discover": "true"}).json()["data"] == [made]


def test_the_list_is_paged(as_owner: APIClient) -> None:
    for number in range(3):
        create(as_owner, name=f"W{number}")
    page = as_owner.get(BASE, {"per_page": 2, "page": 2}).json()
    assert [row["name"] for row in page["data"]] == ["W2"]
    assert page["meta"] == {"current_page": 2, "per_page": 2, "last_page": 2, "total": 3}
    assert as_owner.get(BASE, {"per_page": 101}).status_code == 422
    assert as_owner.get(BASE, {"discover": "maybe"}).status_code == 422


def test_owners_and_admins_change_a_workspace_and_members_do_not(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, membership: Member
) -> None:
    address = f"{BASE}/{workspace.pk}"
    assert as_member.patch(address, {"name": "Mine"}).status_code == 403
    membership.role = "admin"
    membership.save()
    changed = as_member.patch(address, {"name": "Ours", "visibility": "public", "password": PASSWORD}).json()["data"]
    assert (changed["name"], changed["visibility"], changed["has_password"]) == ("Ours", "public", True)
    assert (changed["role"], changed["slug"]) == ("admin", "acme")
    assert as_owner.patch(address, {"password": None}).json()["data"]["has_password"] is False
    actions.create_workspace(owner=membership.user, name="Other", slug="other")
    assert as_owner.patch(address, {"slug": "other"}).status_code == 422
    assert as_owner.patch(address, {"slug": "acme"}).status_code == 200
    assert as_owner.patch(address, {"name": None}).status_code == 422


def test_joining_a_public_workspace_again_changes_nothing(as_owner: APIClient, as_outsider: APIClient) -> None:
    made = create(as_owner, visibility="public")
    for _ in range(2):
        joined = as_outsider.post(f"{BASE}/{made['id']}/join")
        assert joined.status_code == 200
        assert (joined.json()["data"]["role"], joined.json()["data"]["member_count"]) == ("member", 2)


def test_a_workspaces_password_is_asked_for(as_owner: APIClient, as_outsider: APIClient) -> None:
    made = create(as_owner, visibility="public", password=PASSWORD)
    for body in ({}, {"password": "wrong"}, {"password": None}):
        answer = as_outsider.post(f"{BASE}/{made['id']}/join", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["password"])
    assert as_outsider.post(f"{BASE}/{made['id']}/join", {"password": PASSWORD}).status_code == 200
    assert as_outsider.post(f"{BASE}/{made['id']}/join").status_code == 200


def test_passwords_cannot_be_guessed_for_long(as_owner: APIClient, as_outsider: APIClient) -> None:
    made = create(as_owner, visibility="public", password=PASSWORD)
    for _ in range(20):
        assert as_outsider.post(f"{BASE}/{made['id']}/join", {"password": "wrong"}).status_code == 422
    for guess in ("wrong", PASSWORD):
        assert as_outsider.post(f"{BASE}/{made['id']}/join", {"password": guess}).status_code == 429


def test_leaving_takes_away_all_that_membership_gave(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, membership: Member, channel: Channel
) -> None:
    ReadMark.objects.create(user=membership.user, conversation=channel.conversation, last_read_seq=0)
    ChannelMember.objects.create(channel=channel, member=membership)
    left = as_member.post(f"{BASE}/{workspace.pk}/leave")
    assert left.status_code == 200
    assert (left.json()["data"]["role"], left.json()["data"]["member_count"]) == (None, 1)
    assert as_member.get(f"{BASE}/{workspace.pk}").status_code == 404
    assert as_member.post(f"{BASE}/{workspace.pk}/leave").status_code == 404
    assert not ReadMark.objects.filter(user=membership.user).exists()
    assert not ChannelMember.objects.filter(member_id=membership.pk).exists()
    assert Event.objects.filter(stream_id=workspace.pk).latest("seq").kind == "member.left"


def test_the_last_owner_cannot_leave(as_owner: APIClient, workspace: Workspace) -> None:
    answer = as_owner.post(f"{BASE}/{workspace.pk}/leave")
    assert (answer.status_code, answer.json()["errors"]) == (409, {"code": ["last_owner"]})


def test_only_owners_delete_a_workspace(as_member: APIClient, workspace: Workspace, membership: Member) -> None:
    membership.role = "admin"
    membership.save()
    assert as_member.delete(f"{BASE}/{workspace.pk}").status_code == 403


def test_a_deleted_workspace_is_gone_at_once_and_erased_later(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, channel: Channel
) -> None:
    token = as_owner.post(f"{BASE}/{workspace.pk}/invites").json()["data"]["token"]
    as_owner.patch(f"{BASE}/{workspace.pk}", {"visibility": "public"})
    assert as_owner.delete(f"{BASE}/{workspace.pk}").status_code == 204
    for client in (as_owner, as_member):
        assert client.get(BASE).json()["data"] == []
        assert client.get(BASE, {"discover": "true"}).json()["data"] == []
        assert client.get(f"{BASE}/{workspace.pk}").status_code == 404
        assert client.post(f"{BASE}/{workspace.pk}/join").status_code == 404
        assert client.get(f"/api/v1/invites/{token}").status_code == 404
        assert client.post(f"/api/v1/invites/{token}/accept").status_code == 404
    assert create(as_owner)["slug"] == "acme"
    assert erase() > 0
    assert erase() == 0
    assert not Workspace.objects.filter(pk=workspace.pk).exists()
    assert not Channel.objects.filter(pk=channel.pk).exists()
    assert not Event.objects.filter(stream_id__in=[workspace.pk, channel.pk]).exists()
    assert not Invite.objects.exists()


def test_a_temporary_room_is_not_shown_to_others_nor_changed_here(
    as_owner: APIClient, as_outsider: APIClient, owner: User
) -> None:
    room = actions.create_workspace(
        owner=owner, name="Room", kind=Workspace.Kind.TEMPORARY_ROOM, visibility="public"
    ).workspace
    assert as_owner.get(f"{BASE}/{room.pk}").json()["data"]["kind"] == "temporary_room"
    assert as_outsider.get(f"{BASE}/{room.pk}").status_code == 404
    assert as_outsider.get(BASE, {"discover": "true"}).json()["data"] == []
    assert as_owner.delete(f"{BASE}/{room.pk}").status_code == 403
    assert as_owner.patch(f"{BASE}/{room.pk}", {"name": "x"}).status_code == 403
    assert as_owner.post(f"{BASE}/{room.pk}/channels", {"name": "x"}).status_code == 403
    assert as_owner.post(f"{BASE}/{room.pk}/invites").status_code == 403


def test_owners_set_the_retention_and_moderators_the_language_of_mails(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, workspace: Workspace, membership: Member
) -> None:
    address = f"/api/v1/workspaces/{workspace.pk}"
    Member.objects.filter(pk=membership.pk).update(role="admin")
    assert as_member.patch(address, {"retention_days": 30}).status_code == 403
    assert as_member.patch(address, {"default_language": "th"}).json()["data"]["default_language"] == "th"
    changed = as_owner.patch(address, {"retention_days": 30, "visibility": "public"}).json()["data"]
    assert (changed["retention_days"], changed["default_language"]) == (30, "th")
    assert as_outsider.get(address).json()["data"]["retention_days"] is None
    assert as_owner.patch(address, {"retention_days": None}).json()["data"]["retention_days"] is None
    for wrong in ({"retention_days": 0}, {"retention_days": 10**9}, {"default_language": "xx"}):
        assert as_owner.patch(address, wrong).status_code == 422


def test_a_workspace_shows_the_icon_that_was_set_last_and_none_when_it_is_gone(
    as_owner: APIClient, workspace: Workspace
) -> None:
    def upload() -> str:
        form = {"file": SimpleUploadedFile("icon.png", picture(), content_type="image/png")}
        return str(as_owner.post("/api/v1/files", form, format="multipart").json()["data"]["id"])

    address = f"/api/v1/workspaces/{workspace.pk}"
    first, second = upload(), upload()
    assert as_owner.put(f"{address}/icon", {"file_id": first}).json()["data"]["icon_url"].endswith(f"{first}/download")
    assert as_owner.put(f"{address}/icon", {"file_id": first}).status_code == 422  # held already
    assert as_owner.put(f"{address}/icon", {"file_id": second}).status_code == 200
    assert as_owner.put("/api/v1/me/avatar", {"file_id": upload()}).status_code == 200
    assert compare().unheld == []
    assert APIClient().get(f"/api/v1/files/{second}").status_code == 200
    assert as_owner.get(f"/api/v1/files/{first}").status_code == 404
    assert as_owner.delete(f"{address}/icon").status_code == 204
    assert as_owner.get(address).json()["data"]["icon_url"] is None
    assert as_owner.get(f"/api/v1/files/{second}").status_code == 404


def test_moderators_see_what_was_translated_this_month_and_how_much_of_the_budget_is_used(
    as_owner: APIClient, workspace: Workspace
) -> None:
    address = f"{BASE}/{workspace.pk}/translation-usage"
    TranslationPolicy.objects.create(scope_id=workspace.pk, monthly_characters=1000)
    for target, metered, engine in (("ja", True, "deepl"), ("th", True, "deepl"), ("id", False, "local")):
        Usage.objects.create(
            scope_id=workspace.pk, month=this_month(), engine=engine, source="en", target=target, characters=40,
            metered=metered,
        )  # fmt: skip
    usage = as_owner.get(address).json()["data"]
    assert (usage["used"], usage["limit"]) == (80, 1000)
    assert [(row["engine"], row["characters"]) for row in usage["engines"]] == [("deepl", 80), ("local", 40)]
