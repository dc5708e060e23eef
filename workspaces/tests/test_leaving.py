"""What becomes of workspaces when somebody's account goes."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tasks import erase_account
from conftest import PASSWORD
from workspaces import actions
from workspaces.models import Event, Member, Role, Workspace
from workspaces.tests.factories import WorkspaceFactory


def leave(client: APIClient) -> tuple[int, list[str]]:
    answer = client.delete("/api/v1/me", {"password": PASSWORD})
    return answer.status_code, list(answer.json()["errors"]) if answer.status_code == 422 else []


def test_the_last_owner_of_a_workspace_with_others_stays_until_somebody_else_owns_it(
    as_owner: APIClient, owner: User, workspace: Workspace, membership: Member
) -> None:
    alone = actions.create_workspace(owner=owner, name="Mine alone").workspace
    assert leave(as_owner) == (422, ["workspaces"])
    assert as_owner.get(f"/api/v1/workspaces/{alone.pk}").status_code == 200
    membership.role = Role.OWNER
    membership.save()
    assert leave(as_owner) == (204, [])
    workspace.refresh_from_db()
    alone.refresh_from_db()
    assert (workspace.member_count, workspace.deleted_at) == (1, None)
    assert alone.deleted_at is not None
    assert Event.objects.filter(stream_id=workspace.pk).latest("seq").kind == "member.left"


def test_a_member_just_leaves(as_member: APIClient, workspace: Workspace, membership: Member) -> None:
    assert leave(as_member) == (204, [])
    assert not Member.objects.filter(user=membership.user).exists()


def test_a_workspace_joined_while_the_account_was_closed_is_left_too(
    as_member: APIClient, membership: Member, workspace: Workspace, owner: User
) -> None:
    other = WorkspaceFactory.create(owner__name="Nora", name="Other")
    assert leave(as_member) == (204, [])
    actions.add_member(workspace=other, user=User.objects.get(pk=membership.user_id))
    erase_account(membership.user_id)
    assert not Member.objects.filter(user=membership.user).exists()


@pytest.mark.parametrize("count", [1, 20])
def test_rooms_and_workspaces_of_nobody_else_go_along(as_owner: APIClient, owner: User, count: int) -> None:
    for number in range(count):
        actions.create_workspace(owner=owner, name=f"W{number}", kind=Workspace.Kind.TEMPORARY_ROOM)
    assert leave(as_owner) == (204, [])
    assert not Workspace.objects.filter(deleted_at=None).exists()
