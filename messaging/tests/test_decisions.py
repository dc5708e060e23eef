"""Staff decide on reports: each decision is told, written down and goes both ways."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, OutgoingMail, User
from accounts.tasks import send_owed_mail
from conftest import make_user
from messaging.actions import moderate
from messaging.models import Message, Report
from messaging.tests.client import found, path_of, post
from messaging.tests.deciding import decide, take_back, take_back_of
from rooms.actions import close_room, create_room, join_room
from rooms.models import Room
from rosetta.errors import Conflict
from workspaces import actions
from workspaces.models import Channel, Member, Workspace

pytestmark = pytest.mark.django_db


def test_a_decision_is_audited_and_told_once(
    staff: Client, chief: User, report: Report, owner: User, member_user: User
) -> None:
    decide(staff, report, "warn")
    assert (report.decision, report.note, report.decided_by) == ("warn", "seen it", chief)
    assert AuditEntry.objects.filter(action="report: warn", target_id=str(report.pk)).count() == 1
    assert [send_owed_mail(), send_owed_mail()] == [2, 0]
    assert {one.to[0] for one in mail.outbox} == {owner.email, member_user.email}
    assert len(mail.outbox) == 2
    again = staff.post(reverse("admin:messaging_report_change", args=[report.pk]), {"decision": "dismiss"})
    assert again.status_code == 403
    with pytest.raises(Conflict):
        moderate.decide(report=report, decision="dismiss", actor=chief)


def test_a_decision_is_for_every_open_report_of_the_message(
    staff: Client, report: Report, second: Report, owner: User, member_user: User
) -> None:
    decide(staff, report, "remove_message")
    second.refresh_from_db()
    assert (second.decision, second.note, second.resolved_at) == ("remove_message", "seen it", report.resolved_at)
    for one in (report, second):
        assert AuditEntry.objects.filter(action="report: remove_message", target_id=str(one.pk)).count() == 1
    send_owed_mail()
    told = [one.to[0] for one in mail.outbox]
    assert sorted(told) == sorted([owner.email, second.reporter.email, member_user.email])
    take_back(staff, second)
    report.refresh_from_db()
    assert (report.resolved_at, second.resolved_at) == (None, None)
    assert Message.objects.get(pk=report.message_id).content == "rude words here"
    decide(staff, second, "dismiss")
    assert not Report.objects.filter(resolved_at=None).exists()


def test_taking_back_is_told_to_who_was_told_of_the_decision(staff: Client, report: Report, member_user: User) -> None:
    decide(staff, report, "warn")
    send_owed_mail()
    mail.outbox.clear()
    take_back(staff, report)
    send_owed_mail()
    assert [one.to for one in mail.outbox] == [[member_user.email]]
    assert "ทีมงาน" in mail.outbox[0].body  # Mali reads Thai


def test_an_address_that_takes_no_mail_keeps_nobody_else_from_hearing(
    staff: Client, report: Report, owner: User, member_user: User
) -> None:
    User.objects.filter(pk=owner.pk).update(deleted_at=timezone.now())
    decide(staff, report, "warn")
    send_owed_mail()
    assert [one.to for one in mail.outbox] == [[member_user.email]]
    assert not OutgoingMail.objects.exists()


def test_a_dismissal_is_told_to_the_reporter_alone(staff: Client, report: Report, owner: User) -> None:
    decide(staff, report, "dismiss")
    send_owed_mail()
    assert [one.to for one in mail.outbox] == [[owner.email]]


def test_a_removed_message_comes_back(
    staff: Client, report: Report, as_owner: APIClient, channel: Channel, workspace: Workspace
) -> None:
    path = f"{path_of(channel)}/{report.message_id}"
    decide(staff, report, "remove_message")
    assert as_owner.get(path).json()["data"]["original_content"] is None
    assert found(as_owner, workspace, "rude") == []
    take_back(staff, report)
    data = as_owner.get(path).json()["data"]
    assert (data["original_content"], data["deleted_at"]) == ("rude words here", None)
    assert data["translation_status"] == "pending"
    assert found(as_owner, workspace, "rude") == ["rude words here"]
    assert (report.decision, report.resolved_at) == ("", None)


def test_a_suspended_member_is_out_and_does_not_come_in_again(
    staff: Client, report: Report, as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User
) -> None:
    invite = as_owner.post(f"/api/v1/workspaces/{channel.workspace_id}/invites", {}).json()["data"]["token"]
    decide(staff, report, "suspend_member")
    assert as_member.get(path_of(channel)).status_code == 404
    answer = as_member.post(f"/api/v1/invites/{invite}/accept")
    assert (answer.status_code, answer.json()["errors"]["code"]) == (403, ["suspended"])
    take_back(staff, report)
    assert as_member.get(path_of(channel)).status_code == 200


def test_the_last_owner_is_not_suspended(
    staff: Client, as_owner: APIClient, as_member: APIClient, channel: Channel, owner: User
) -> None:
    said = post(as_owner, channel).json()["data"]["id"]
    as_member.post(f"{path_of(channel)}/{said}/report", {"reason": "rude"})
    report = Report.objects.get()
    answer = decide(staff, report, "suspend_member")
    assert "at least one owner" in answer.content.decode()
    assert report.resolved_at is None
    assert Member.objects.filter(workspace=channel.workspace_id, user=owner).exists()


def test_a_suspended_account_is_closed_and_opened(
    staff: Client, report: Report, as_member: APIClient, member_user: User
) -> None:
    decide(staff, report, "suspend_account")
    assert as_member.get("/api/v1/me").status_code == 401
    take_back(staff, report)
    member_user.refresh_from_db()
    assert member_user.is_active


def test_a_decision_that_is_refused_comes_back_with_its_note_and_is_written_down_nowhere(
    staff: Client, report: Report, as_member: APIClient, channel: Channel
) -> None:
    as_member.delete(f"{path_of(channel)}/{report.message_id}")
    answer = decide(staff, report, "remove_message", note="Rude, and not for the first time")
    page = answer.content.decode()
    assert "This message was deleted already." in page and "Rude, and not for the first time" in page
    assert "successfully" not in page
    # The page that comes back shows once more what was said in private.
    read = AuditEntry.objects.filter(target_id=str(report.pk)).values_list("action", flat=True)
    assert list(read) == ["read reported message"]
    assert not AuditEntry.objects.filter(action="admin:messaging_report_change").exists()
    assert (report.resolved_at, report.note) == (None, "")


def test_only_a_room_is_closed(staff: Client, report: Report) -> None:
    answer = decide(staff, report, "close_room")
    assert "This is no temporary room." in answer.content.decode()
    assert report.resolved_at is None


def test_a_room_is_closed(staff: Client, owner: User, client_of: Callable[..., APIClient]) -> None:
    room = create_room(owner=owner, name="Visitors")[0]
    channel = Channel.objects.get(workspace=room.workspace_id)
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"
    said = client_of(owner).post(base, {"content": "hello"}).json()["data"]["id"]
    client_of(owner).post(f"{base}/{said}/report", {"reason": "rude"})
    report = Report.objects.get()
    _guest, token, _ = join_room(room_id=room.pk, nickname="Vera", preferred_language="ja")
    as_guest = APIClient(headers={"X-Rosetta-Guest-Token": token})
    stories = [as_guest.get(f"/api/v1/external/rooms/{room.pk}/messages").status_code]
    decide(staff, report, "close_room")
    stories.append(as_guest.get(f"/api/v1/external/rooms/{room.pk}/messages").status_code)
    take_back(staff, report)
    stories.append(as_guest.get(f"/api/v1/external/rooms/{room.pk}/messages").status_code)
    assert stories == [200, 410, 200]
    assert client_of(owner).post(base, {"content": "again"}).status_code == 201
    decide(staff, report, "close_room")
    Room.objects.update(expires_at=timezone.now())
    assert "has expired" in take_back_of(staff, report)
    assert report.decision == "close_room"


def test_a_room_that_its_owner_had_closed_stays_closed(
    staff: Client, owner: User, client_of: Callable[..., APIClient]
) -> None:
    room = create_room(owner=owner, name="Visitors")[0]
    channel = Channel.objects.get(workspace=room.workspace_id)
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"
    said = client_of(owner).post(base, {"content": "hello"}).json()["data"]["id"]
    client_of(owner).post(f"{base}/{said}/report", {"reason": "rude"})
    close_room(owner=owner, room_id=room.pk)
    report = Report.objects.get()
    decide(staff, report, "close_room")
    take_back(staff, report)
    assert report.resolved_at is None
    assert Room.objects.get().closed_at is not None


def test_staff_without_the_right_look_and_do_not_decide(report: Report) -> None:
    user = make_user("Helper", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("admin:messaging_report_changelist")).status_code == 403
    assert client.get(reverse("admin:messaging_report_change", args=[report.pk])).status_code == 403
    assert client.post(reverse("admin:messaging_report_take_back", args=[report.pk])).status_code == 403
    read = reverse("admin:workspaces_conversation_read", args=[report.message.conversation_id])
    assert client.post(read, {"reason": "just curious, really"}).status_code == 403
    assert not AuditEntry.objects.exists()


def test_others_are_sent_to_the_sign_in(report: Report, owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get("/admin/").status_code == 302


def test_a_member_who_comes_back_has_its_role(
    staff: Client, as_owner: APIClient, as_member: APIClient, channel: Channel, report: Report, member_user: User
) -> None:
    Member.objects.filter(user=member_user).update(role="admin")
    decide(staff, report, "suspend_member")
    take_back(staff, report)
    assert Member.objects.get(user=member_user).role == "admin"
    actions.add_member(workspace=channel.workspace, user=member_user)
