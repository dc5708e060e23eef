"""What moderators of a workspace see of reports in it, and decide."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AuditEntry, OutgoingMail, User
from conftest import make_user, token_client
from messaging.actions.moderate import decide as decide_as_staff
from messaging.models import Message, Report
from workspaces import actions
from workspaces.models import Member, Role, Workspace


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}"


@pytest.fixture
def channel(as_owner: APIClient, base: str) -> str:
    return str(as_owner.get(f"{base}/channels").json()["data"][0]["id"])


@pytest.fixture
def adam(workspace: Workspace) -> User:
    return actions.add_member(workspace=workspace, user=make_user("Adam"), role=Role.ADMIN).user


def post(client: APIClient, base: str, channel: str, text: str = "You fool") -> str:
    return str(client.post(f"{base}/channels/{channel}/messages", {"content": text}).json()["data"]["id"])


def report(client: APIClient, base: str, channel: str, message: str) -> int:
    answer = client.post(f"{base}/channels/{channel}/messages/{message}/report", {"reason": "Rude"})
    assert answer.status_code == 201, answer.json()
    return Report.objects.latest("pk").pk


def listed(client: APIClient, base: str, **query: Any) -> list[dict[str, Any]]:
    return client.get(f"{base}/reports", query).json()["data"]


def decide(client: APIClient, base: str, number: int, decision: str) -> int:
    return client.post(f"{base}/reports/{number}/decide", {"decision": decision, "note": "seen"}).status_code


def test_a_removed_message_is_decided_for_every_report_mailed_audited_and_still_open_for_staff(
    as_owner: APIClient, as_member: APIClient, base: str, channel: str, membership: Member, adam: User
) -> None:
    message = post(as_member, base, channel)
    first = report(as_owner, base, channel, message)
    report(token_client(adam), base, channel, message)
    [row, _] = listed(as_owner, base)
    assert (row["id"], row["content"], row["sender"]["name"], row["reason"]) == (first, "You fool", "Mali", "Rude")
    assert "reporter" not in row
    assert decide(as_owner, base, first, "remove_message") == 200
    assert decide(as_owner, base, first, "dismiss") == 409
    assert listed(as_owner, base) == []
    decided = listed(as_owner, base, decided=True)
    assert [(row["decision"], row["note"], row["is_deleted"]) for row in decided] == [
        ("remove_message", "seen", True)
    ] * 2
    assert Message.objects.get(pk=message).deleted_at is not None
    topics = set(OutgoingMail.objects.values_list("topic", "email"))
    assert ("moderator: remove_message", membership.user.email) in topics
    assert ("report moderated", adam.email) in topics
    assert AuditEntry.objects.filter(action="moderator: remove_message").count() == 2
    assert Report.objects.filter(resolved_at=None).count() == 2


def test_a_suspended_sender_is_kept_out_until_readmitted(
    as_owner: APIClient, as_member: APIClient, base: str, channel: str, membership: Member
) -> None:
    number = report(as_owner, base, channel, post(as_member, base, channel))
    assert decide(as_owner, base, number, "suspend_member") == 200
    assert as_member.get(f"{base}/channels").status_code == 404
    assert [row["user"]["id"] for row in as_owner.get(f"{base}/suspensions").json()["data"]] == [membership.user_id]


def test_an_admin_neither_sees_reports_of_their_own_messages_nor_warns_their_equals(
    as_owner: APIClient, base: str, channel: str, adam: User, workspace: Workspace
) -> None:
    as_adam = token_client(adam)
    own = report(as_owner, base, channel, post(as_adam, base, channel))
    assert listed(as_adam, base) == []
    assert decide(as_adam, base, own, "dismiss") == 404
    other = token_client(actions.add_member(workspace=workspace, user=make_user("Eve"), role=Role.ADMIN).user)
    number = report(as_owner, base, channel, post(other, base, channel))
    assert decide(as_adam, base, number, "warn") == 403
    assert decide(as_adam, base, number, "dismiss") == 200


def test_what_was_said_in_private_is_for_moderators_who_read_it(
    as_owner: APIClient, as_member: APIClient, base: str, membership: Member, adam: User
) -> None:
    private = as_member.post(f"{base}/channels", {"name": "Secret", "visibility": "private"}).json()["data"]["id"]
    message = post(as_member, base, private)
    number = report(as_member, base, private, message)
    assert listed(as_owner, base) == []
    assert decide(as_owner, base, number, "dismiss") == 404


def test_what_staff_decided_no_longer_waits(
    as_owner: APIClient, as_member: APIClient, base: str, channel: str, membership: Member
) -> None:
    number = report(as_owner, base, channel, post(as_member, base, channel))
    staff = make_user("Staff")
    staff.is_staff = True
    staff.save()
    decide_as_staff(report=Report.objects.get(pk=number), decision="dismiss", actor=staff)
    assert listed(as_owner, base) == []
    assert decide(as_owner, base, number, "maybe") == 404
