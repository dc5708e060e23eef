"""Staff moderate: every page opens, long tables are not counted, what is private needs a reason, and decisions go both ways."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import paginators
from accounts.models import AuditEntry, OutgoingMail, User
from accounts.paginators import EstimatingPaginator
from accounts.tasks import send_owed_mail
from conftest import make_user
from messaging.actions import moderating
from messaging.erasing import erase
from messaging.models import Message, MessageTranslation, Report
from messaging.tests.test_posting import path_of, post
from messaging.tests.test_search import found
from rooms.actions import close_room, create_room, join_room
from rooms.models import Room
from rosetta.errors import Conflict
from workspaces import actions
from workspaces.models import Channel, Member, Workspace

pytestmark = pytest.mark.django_db
OURS = ("accounts", "devices", "files", "messaging", "rooms", "translation", "workspaces")


@pytest.fixture
def chief(db: None) -> User:
    return make_user("Chief", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(chief: User) -> Client:
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture
def report(as_owner: APIClient, as_member: APIClient, channel: Channel) -> Report:
    """Olivia reports what Mali said, between what she said herself."""
    for text in ("before it", "rude words here", "after it"):
        said = post(as_member, channel, text).json()["data"]["id"]
        if text == "rude words here":
            as_owner.post(f"{path_of(channel)}/{said}/report", {"reason": "This is rude"})
    return Report.objects.get()


def decide(staff: Client, report: Report, decision: str, note: str = "seen it") -> Any:
    path = reverse("admin:messaging_report_change", args=[report.pk])
    answer = staff.post(path, {"decision": decision, "note": note}, follow=True)
    assert answer.status_code == 200
    report.refresh_from_db()
    return answer


def take_back(staff: Client, report: Report) -> None:
    take_back_of(staff, report)


def take_back_of(staff: Client, report: Report) -> str:
    """The page that staff see after taking the decision back."""
    path = reverse("admin:messaging_report_take_back", args=[report.pk])
    assert staff.get(path).status_code == 200
    answer = staff.post(path, follow=True)
    assert answer.status_code == 200
    report.refresh_from_db()
    return answer.content.decode()


def pages() -> list[Any]:
    return [one for one in admin.site._registry if one._meta.app_label in OURS]


@pytest.mark.parametrize("model", pages(), ids=lambda model: model._meta.label)
def test_every_page_opens(staff: Client, report: Report, model: Any) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert staff.get(reverse(f"{name}_changelist")).status_code == 200
    assert staff.get(reverse(f"{name}_changelist"), {"q": "01hx0000000000000000000000"}).status_code == 200
    page = admin.site._registry[model]
    assert staff.get(reverse(f"{name}_add")).status_code in (200, 403)
    row = model._default_manager.order_by("pk").first()
    if row is not None:
        assert staff.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, page


# Secrets stand in their rows, or nothing that anybody would look for.
NOT_SHOWN = {
    "accounts.Session", "accounts.OneTimeCode", "accounts.SocialState", "accounts.GatewayProcess", "accounts.Presence",
    "devices.ConversationPreference", "devices.PushPreference", "devices.Presence", "workspaces.StreamCursor",
}  # fmt: skip


def test_every_other_model_has_a_page() -> None:
    shown = {one._meta.label for one in admin.site._registry}
    models = {one._meta.label for one in apps.get_models() if one._meta.app_label in OURS}
    assert models - shown <= NOT_SHOWN


def test_a_long_list_is_not_counted_to_its_end(staff: Client, report: Report) -> None:
    with CaptureQueriesContext(connection) as seen:
        staff.get(reverse("admin:messaging_message_changelist"))
    counts = [
        one["sql"] for one in seen.captured_queries if "COUNT(" in one["sql"] and "messaging_message" in one["sql"]
    ]
    assert counts and all("LIMIT 10001" in sql for sql in counts)
    assert EstimatingPaginator(Message.objects.order_by("pk"), 50).count == 3


def test_pages_end_where_counting_does(staff: Client, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginators, "COUNTED", 2)
    pages = EstimatingPaginator(Message.objects.order_by("pk"), 1)
    # The database's own estimate, once it has made one, counts what earlier tests wrote.
    assert pages.count >= 3
    assert pages.num_pages == 2


def test_what_is_said_stands_in_no_list_and_on_no_message_page(staff: Client, report: Report) -> None:
    for name, args in (("changelist", []), ("change", [report.message_id])):
        text = staff.get(reverse(f"admin:messaging_message_{name}", args=args)).content.decode()
        assert "rude words" not in text


def test_a_conversation_is_read_for_a_reason_that_is_written_down(
    staff: Client, report: Report, channel: Channel
) -> None:
    path = reverse("admin:workspaces_conversation_read", args=[channel.pk])
    assert "rude words" not in staff.get(path).content.decode()
    assert "rude words" not in staff.post(path, {"reason": "because"}).content.decode()
    assert not AuditEntry.objects.filter(action="read conversation").exists()
    shown = staff.post(path, {"reason": "The police asked, case 4711"}).content.decode()
    assert "rude words" in shown
    entry = AuditEntry.objects.get(action="read conversation")
    assert (entry.target_id, entry.detail) == (channel.pk, {"reason": "The police asked, case 4711"})


def test_the_queue_shows_open_reports_with_what_was_said_around(staff: Client, report: Report) -> None:
    queue = reverse("admin:messaging_report_changelist")
    assert "This is rude" in staff.get(queue).content.decode()
    shown = staff.get(reverse("admin:messaging_report_change", args=[report.pk])).content.decode()
    for text in ("before it", "rude words here", "after it", "Acme / general"):
        assert text in shown
    assert AuditEntry.objects.filter(action="read reported message").exists()
    decide(staff, report, "dismiss")
    assert "This is rude" not in staff.get(queue).content.decode()
    assert "This is rude" in staff.get(queue, {"state": "decided"}).content.decode()


def test_a_report_keeps_what_was_reported_as_long_as_its_message_stands(
    staff: Client, report: Report, as_member: APIClient, channel: Channel
) -> None:
    path, page = f"{path_of(channel)}/{report.message_id}", reverse("admin:messaging_report_change", args=[report.pk])
    for words in ("less rude words", "nothing at all"):
        as_member.patch(path, {"content": words})
    shown = staff.get(page).content.decode()
    for words in ("rude words here", "less rude words", "nothing at all"):
        assert words in shown
    as_member.delete(path)
    shown = staff.get(page).content.decode()
    assert "rude words here" in shown and "less rude words" not in shown
    looker = make_user("Looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_report"))
    client = Client()
    client.force_login(looker)
    seen = client.get(page)
    assert (seen.status_code, "rude words here" in seen.content.decode()) == (200, False)
    erase([report.message_id])
    assert not Report.objects.exists()


def test_staff_read_what_was_said_in_their_own_language_too(
    staff: Client, chief: User, report: Report, channel: Channel
) -> None:
    User.objects.filter(pk=chief.pk).update(preferred_language="ja")
    pages = (
        lambda: staff.get(reverse("admin:messaging_report_change", args=[report.pk])),
        lambda: staff.post(
            reverse("admin:workspaces_conversation_read", args=[channel.pk]), {"reason": "The police asked, case 4711"}
        ),
    )
    for page in pages:
        page()  # The first look of a process asks for more: kinds of content, limits.
    before = [queries_of(page) for page in pages]
    MessageTranslation.objects.all().delete()
    for message in Message.objects.all():
        for language, state, text in (
            ("ja", "ready", f"{message.seq}番の発言"), ("de", "ready", "Worte"), ("ko", "failed", ""),
        ):  # fmt: skip
            MessageTranslation.objects.create(message=message, language=language, state=state, text=text)
    for page in pages:
        shown = page().content.decode()
        assert all(text in shown for text in ("rude words here", "1番の発言", "2番の発言", "3番の発言"))
        assert "Worte" not in shown
    assert [queries_of(page) for page in pages] == before


def queries_of(page: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        page()
    return len(seen)


@pytest.fixture
def second(report: Report) -> Report:
    """Somebody else reports the same message."""
    reporter = make_user("Sofia")
    return Report.objects.create(message=report.message, reporter=reporter, reason="Rude to me as well")


def test_the_queue_names_who_is_accused_and_where_in_as_many_queries_for_many(
    staff: Client, report: Report, channel: Channel, member_user: User, owner: User, outsider: User
) -> None:
    queue = reverse("admin:messaging_report_changelist")
    staff.get(queue)
    with CaptureQueriesContext(connection) as one:
        page = staff.get(queue).content.decode()
    assert member_user.email in page and "Acme / general" in page
    for message in Message.objects.exclude(pk=report.message_id):
        Report.objects.create(message=message, reporter=owner, reason="Rude too")
    with CaptureQueriesContext(connection) as three:
        assert "Rude too" in staff.get(queue).content.decode()
    assert len(three) == len(one)
    for term, is_found in ((member_user.email.upper(), True), (owner.email, True), (outsider.email, False)):
        assert ("This is rude" in staff.get(queue, {"q": term}).content.decode()) == is_found, term


def test_a_report_leads_to_its_sender_its_place_and_what_others_reported(
    staff: Client, report: Report, second: Report, channel: Channel, member_user: User
) -> None:
    shown = staff.get(reverse("admin:messaging_report_change", args=[report.pk])).content.decode()
    for name, row in (
        ("accounts_user", member_user), ("workspaces_workspace", channel.workspace), ("messaging_report", second),
    ):  # fmt: skip
        assert f'href="{reverse(f"admin:{name}_change", args=[row.pk])}"' in shown
    assert "Rude to me as well" in shown


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
        moderating.decide(report=report, decision="dismiss", actor=chief)


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


def test_a_room_is_closed(staff: Client, owner: User, client_of: Any) -> None:
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
    assert "time is over" in take_back_of(staff, report)
    assert report.decision == "close_room"


def test_a_room_that_its_owner_had_closed_stays_closed(staff: Client, owner: User, client_of: Any) -> None:
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
