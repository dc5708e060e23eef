"""Staff look: every page opens, long tables are not counted, what is private needs a reason, reports show what they are about."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from accounts.staff import paginators
from accounts.staff.paginators import EstimatingPaginator
from conftest import make_user
from messaging.erasure import erase
from messaging.models import Message, MessageTranslation, Report
from messaging.tests.client import path_of
from messaging.tests.deciding import decide
from messaging.tests.factories import ReportFactory
from workspaces.models import Channel

pytestmark = pytest.mark.django_db
OURS = ("accounts", "devices", "files", "messaging", "rooms", "translation", "workspaces")


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
    "workspaces.ChannelReading", "translation.TermProposal",
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


def test_the_queue_names_who_is_accused_and_where_in_as_many_queries_for_many(
    staff: Client, report: Report, channel: Channel, member_user: User, owner: User, outsider: User
) -> None:
    queue = reverse("admin:messaging_report_changelist")
    staff.get(queue)
    with CaptureQueriesContext(connection) as one:
        page = staff.get(queue).content.decode()
    assert member_user.email in page and "Acme / general" in page
    for message in Message.objects.exclude(pk=report.message_id):
        ReportFactory.create(message=message, reporter=owner, reason="Rude too")
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


def test_a_message_is_read_for_a_reason_and_the_side_bar_counts_open_reports(staff: Client, report: Report) -> None:
    path = reverse("admin:messaging_message_read", args=[report.message_id])
    assert "rude words here" not in staff.get(path).content.decode()
    shown = staff.post(path, {"reason": "A report says so"})
    assert "rude words here" in shown.content.decode()
    assert AuditEntry.objects.get(action="read message").detail["reason"] == "A report says so"
    groups = staff.get(reverse("admin:index")).context["sidebar_navigation"]
    first = groups[0]["items"][0]
    assert (groups[0]["title"], str(first["title"]), first["badge"]) == ("Moderation", "Reports", "1")
    Report.objects.update(resolved_at=timezone.now(), decision="dismiss")
    assert "badge" not in staff.get(reverse("admin:index")).context["sidebar_navigation"][0]["items"][0]


def test_taking_back_is_offered_where_there_is_a_decision(staff: Client, report: Report) -> None:
    page = reverse("admin:messaging_report_change", args=[report.pk])
    assert "take-back" not in staff.get(page).content.decode()
    Report.objects.update(resolved_at=timezone.now(), decision="dismiss")
    assert "take-back" in staff.get(page).content.decode()
