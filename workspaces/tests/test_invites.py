"""Invites: create, list, preview, accept, revoke."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.mail.content import build_message
from accounts.models import OutgoingMail
from accounts.tests.factories import UserFactory
from workspaces import actions
from workspaces.models import Invite, Member, Workspace

Clients = Callable[..., APIClient]
NOT_VALID = {"message": "This invite link is not valid."}


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/invites"


@pytest.fixture
def invite(workspace: Workspace) -> Invite:
    return actions.create_invite(member=workspace.members.select_related("user", "workspace").get(role="owner"))


def test_an_invite_lasts_seven_days_unless_said(as_owner: APIClient, base: str) -> None:
    answer = as_owner.post(base)
    made = answer.json()["data"]
    assert answer.status_code == 201
    assert set(made) == {
        "id", "token", "url", "expires_at", "accepted_count", "created_by", "role", "max_uses", "email"
    }  # fmt: skip
    assert made["url"].endswith(f"/invites/{made['token']}")
    assert made["accepted_count"] == 0
    lasts = Invite.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < lasts <= timedelta(days=7)
    as_owner.post(base, {"expires_in_days": 365})
    assert Invite.objects.latest("created_at").expires_at > timezone.now() + timedelta(days=364)
    assert [row["id"] for row in as_owner.get(base).json()["data"]][1] == made["id"]


@pytest.mark.parametrize("days", [0, 366, "many", -1, 1.5])
def test_days_outside_the_bounds_are_refused(as_owner: APIClient, base: str, days: object) -> None:
    answer = as_owner.post(base, {"expires_in_days": days})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["expires_in_days"])


def test_invites_are_for_owners_and_admins(
    as_member: APIClient, as_outsider: APIClient, base: str, membership: Member, invite: Invite
) -> None:
    for client, status in ((as_member, 403), (as_outsider, 404)):
        assert client.get(base).status_code == status
        assert client.post(base).status_code == status
        assert client.delete(f"{base}/{invite.pk}").status_code == status
    membership.role = "admin"
    membership.save()
    assert as_member.post(base).status_code == 201


def test_anybody_with_the_link_previews_it(invite: Invite, workspace: Workspace) -> None:
    preview = APIClient().get(f"/api/v1/invites/{invite.token}").json()["data"]
    assert preview["workspace"] == {"id": workspace.pk, "name": "Acme", "member_count": 1}
    assert preview["invited_by"]["name"] == "Olivia"
    assert preview["expires_at"].endswith("+00:00")


def test_accepting_needs_sign_in_and_is_idempotent(
    as_outsider: APIClient, invite: Invite, workspace: Workspace
) -> None:
    address = f"/api/v1/invites/{invite.token}/accept"
    assert APIClient().post(address).status_code == 401
    for _ in range(2):
        answer = as_outsider.post(address)
        assert answer.status_code == 200
        assert (answer.json()["data"]["id"], answer.json()["data"]["role"]) == (workspace.pk, "member")
    invite.refresh_from_db()
    assert invite.accepted_count == 1
    assert answer.json()["data"]["member_count"] == 2


def test_an_owner_who_accepts_stays_owner(as_owner: APIClient, invite: Invite) -> None:
    assert as_owner.post(f"/api/v1/invites/{invite.token}/accept").json()["data"]["role"] == "owner"


def test_revoked_expired_and_unknown_invites_answer_alike(
    as_owner: APIClient, as_outsider: APIClient, base: str, invite: Invite, workspace: Workspace
) -> None:
    expired = actions.create_invite(member=workspace.members.select_related("user", "workspace").get(role="owner"))
    Invite.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    assert as_owner.delete(f"{base}/{invite.pk}").status_code == 204
    assert as_owner.delete(f"{base}/{invite.pk}").status_code == 404
    assert [row["id"] for row in as_owner.get(base).json()["data"]] == [expired.pk]
    for token in (invite.token, expired.token, "unknown"):
        for answer in (
            APIClient().get(f"/api/v1/invites/{token}"),
            as_outsider.post(f"/api/v1/invites/{token}/accept"),
        ):
            assert (answer.status_code, answer.json()) == (404, NOT_VALID)


def test_a_bad_credential_does_not_hide_the_preview(invite: Invite) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer 1|wrong")
    assert client.get(f"/api/v1/invites/{invite.token}").status_code == 200


def test_an_invite_of_another_workspace_is_unknown_here(
    as_outsider: APIClient, outsider: object, invite: Invite
) -> None:
    other = actions.create_workspace(owner=outsider, name="Other").workspace  # type: ignore[arg-type]
    assert as_outsider.delete(f"/api/v1/workspaces/{other.pk}/invites/{invite.pk}").status_code == 404


def test_a_removed_admin_does_not_come_back_by_an_invite_of_their_own(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, base: str, invite: Invite, membership: Member
) -> None:
    Member.objects.filter(pk=membership.pk).update(role="admin")
    own = as_member.post(base).json()["data"]["token"]
    assert as_owner.delete(f"{base.removesuffix('/invites')}/members/{membership.pk}").status_code == 204
    for client in (as_member, as_outsider):
        assert client.post(f"/api/v1/invites/{own}/accept").json() == NOT_VALID
    assert as_outsider.post(f"/api/v1/invites/{invite.token}/accept").status_code == 200


def test_an_invite_for_two_lets_two_in_and_a_repeated_accept_uses_nothing(
    as_owner: APIClient, base: str, client_of: Clients
) -> None:
    token = as_owner.post(base, {"max_uses": 2}).json()["data"]["token"]
    people = [client_of(UserFactory.create()) for _ in range(3)]
    address = f"/api/v1/invites/{token}/accept"
    assert [client.post(address).status_code for client in (people[0], people[0], people[1])] == [200, 200, 200]
    refused = people[2].post(address)
    assert (refused.status_code, refused.json()) == (404, NOT_VALID)
    assert people[0].post(address).status_code == 200  # who joined by it may have lost the answer
    assert APIClient().get(f"/api/v1/invites/{token}").status_code == 404


@pytest.mark.parametrize("body", [{"max_uses": 0}, {"max_uses": 10_001}, {"role": "owner"}, {"email": "nobody"}])
def test_invites_that_cannot_be_are_refused(as_owner: APIClient, base: str, body: dict[str, object]) -> None:
    answer = as_owner.post(base, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, list(body))


def test_only_an_owner_invites_admins_and_the_link_ends_with_the_role_of_its_creator(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, workspace: Workspace, client_of: Clients
) -> None:
    membership.role = "admin"
    membership.save()
    assert as_member.post(base, {"role": "admin"}).status_code == 403
    tokens = [as_owner.post(base, {"role": "admin"}).json()["data"]["token"] for _ in range(2)]
    joined = client_of(UserFactory.create()).post(f"/api/v1/invites/{tokens[0]}/accept")
    assert joined.json()["data"]["role"] == "admin"
    owner = workspace.members.get(role="owner")
    workspace.members.filter(pk=membership.pk).update(role="owner")
    as_owner.put(f"/api/v1/workspaces/{workspace.pk}/members/{owner.pk}", {"role": "admin"})
    assert client_of(UserFactory.create()).post(f"/api/v1/invites/{tokens[1]}/accept").status_code == 404


def test_an_invite_by_mail_reaches_who_has_no_account_and_works_once(
    as_owner: APIClient, base: str, client_of: Clients
) -> None:
    body = {"email": "Nina@Example.com", "language": "th"}
    made = as_owner.post(base, body).json()["data"]
    assert (made["email"], made["max_uses"]) == ("nina@example.com", 1)
    message = build_message(OutgoingMail.objects.get(email="nina@example.com"))
    assert message is not None
    assert made["url"] in message.body
    assert "Acme" not in message.body  # nothing that somebody typed goes to an address that anybody may enter
    assert any("\u0e00" <= letter <= "\u0e7f" for letter in message.subject)
    assert client_of(UserFactory.create()).post(f"/api/v1/invites/{made['token']}/accept").status_code == 200
    assert as_owner.get(base).json()["data"][0]["email"] is None
    assert build_message(OutgoingMail.objects.get(email="nina@example.com")) is None
