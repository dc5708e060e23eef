"""Staff do nothing to other staff, whatever page and action they try.

Superusers do.
"""

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts.models import AccessToken, AuditEntry, OutgoingMail, Session, User
from accounts.staff import roles
from accounts.tests.factories import AccessTokenFactory
from conftest import make_user
from devices.models import Device
from devices.tests.factories import DeviceFactory
from files.models import File
from files.tests.factories import FileFactory
from messaging.models import Message, Report
from messaging.tests.factories import MessageFactory, ReportFactory
from rooms.models import Room, RoomLimits
from rooms.tests.factories import RoomFactory
from workspaces.models import Channel, Member, Suspension
from workspaces.tests.factories import MemberFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

ACTOR = "actor@example.com"
DECISIONS = [decision for decision in Report.Decision.values if decision != "dismiss"]
# What somebody has, and what of it an action may change.
BELONGINGS: dict[type[Model], str] = {
    User: "pk",
    AccessToken: "user",
    Session: "user",
    Device: "user",
    File: "owner_user",
    Room: "owner",
    RoomLimits: "owner",
    Member: "user",
    Suspension: "user",
    Message: "sender_user",
    OutgoingMail: "email",
}


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_SPOOL_DIR = tmp_path / "spool"
    options = {"location": tmp_path / "files", "base_url": None}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options},
    }


def somebody(kind: str) -> User:
    """A superuser, a superuser who may not enter admin, somebody of staff, or a user.

    With one of everything.
    """
    user = make_user(
        kind.capitalize(), is_staff=kind in ("root", "staff"), is_superuser=kind in ("root", "hidden root")
    )
    AccessTokenFactory.create(user=user)
    Client().force_login(user)
    DeviceFactory.create(user=user)
    FileFactory.create(uploader=user)
    room = RoomFactory.create(owner=user)
    workspace = MemberFactory.create(workspace=WorkspaceFactory.create(), user=user).workspace
    reporter = MemberFactory.create(workspace=workspace)
    for channel in (Channel.objects.get(workspace=workspace), Channel.objects.get(pk=room.channel_id)):
        message = MessageFactory.create(channel=channel, sender=user)
        by = reporter.user if channel.workspace_id == workspace.pk else user
        ReportFactory.create(message=message, reporter=by)
    return user


def desk_of(role: str) -> Client:
    actor = make_user("Actor", email=ACTOR, is_staff=True, is_superuser=role == "superuser")
    if role in roles.ROLES:
        call_command("set_user", actor.email, "--role", role, verbosity=0)
    client = Client()
    client.force_login(actor)
    return client


def belongings(user: User) -> dict[str, list[dict[str, Any]]]:
    return {
        model.__name__: sorted(
            model._default_manager.filter(**{column: user.email if column == "email" else user.pk}).values(),
            key=lambda row: str(row),
        )
        for model, column in BELONGINGS.items()
    }


def act_on_everything(desk: Client) -> set[str]:
    """Try each action of each list with every row, and each page of a row that changes or deletes it; return what was tried."""
    tried = set()
    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        rows = [str(row.pk) for row in model._default_manager.all() if str(row) != ACTOR]
        for action in (*(page.actions or ()), "delete_selected"):
            tried.add(f"{name} {action}")
            body = {"action": action, "_selected_action": rows, "post": "yes"}
            answer = desk.post(reverse(f"admin:{name}_changelist"), body)
            assert "/login/" not in answer.headers.get("Location", "")
        for row in rows:
            for suffix in ("delete", "take_back"):
                try:
                    path = reverse(f"admin:{name}_{suffix}", args=[row])
                except NoReverseMatch:
                    continue
                tried.add(f"{name} {suffix}")
                desk.post(path, {"post": "yes"})
    return tried


@pytest.mark.parametrize("kind", ["root", "hidden root", "staff"])
@pytest.mark.parametrize("role", roles.ROLES)
def test_no_action_of_any_page_reaches_staff(role: str, kind: str) -> None:
    user = somebody(kind)
    desk = desk_of(role)
    before = belongings(user)
    tried = act_on_everything(desk)
    assert belongings(user) == before
    assert {"accounts_accesstoken revoke", "devices_device delete_selected", "rooms_room close"} <= tried


@pytest.mark.parametrize("kind", ["root", "hidden root", "staff"])
def test_a_row_s_own_page_reaches_no_staff(kind: str) -> None:
    user = somebody(kind)
    desk = desk_of("admin")
    before = belongings(user)
    body = {"name": "Mallory", "email": "mallory@example.com", "preferred_language": "en", "avatar_url": ""}
    assert desk.post(reverse("admin:accounts_user_change", args=[user.pk]), body).status_code == 403
    limits = reverse("admin:rooms_roomlimits_change", args=[user.pk])
    assert desk.post(limits, {"owner": user.pk, "active_limit": "0"}).status_code == 403
    RoomLimits.objects.filter(owner=user).delete()
    answer = desk.post(reverse("admin:rooms_roomlimits_add"), {"owner": user.pk, "active_limit": "0"})
    assert "Only a superuser may do this to staff." in answer.content.decode()
    assert not RoomLimits.objects.filter(owner=user).exists()
    assert {**belongings(user), "RoomLimits": 0} == {**before, "RoomLimits": 0}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_what_staff_wrote_is_decided_about_and_taken_back_by_superusers_alone(role: str, decision: str) -> None:
    user = somebody("root")
    desk, chief = desk_of(role), Client()
    chief.force_login(make_user("Chief", is_staff=True, is_superuser=True))
    before = belongings(user)
    reports = Report.objects.filter(message__sender_user=user)
    for report in reports:
        page = reverse("admin:messaging_report_change", args=[report.pk])
        answer = desk.post(page, {"decision": decision, "note": "no"})
        assert "Only a superuser may do this to staff." in answer.content.decode()
    assert belongings(user) == before
    assert not AuditEntry.objects.filter(action__startswith="report:").exists()
    report = reports.order_by("pk")[1 if decision == "close_room" else 0]
    chief.post(reverse("admin:messaging_report_change", args=[report.pk]), {"decision": decision, "note": "yes"})
    report.refresh_from_db()
    assert report.decision == decision
    decided = belongings(user)
    desk.post(reverse("admin:messaging_report_take_back", args=[report.pk]))
    report.refresh_from_db()
    assert (report.decision, belongings(user)) == (decision, decided)


def test_a_report_of_what_staff_wrote_may_be_dismissed_by_a_moderator() -> None:
    somebody("root")
    report = Report.objects.order_by("pk")[0]
    desk = desk_of("moderator")
    desk.post(reverse("admin:messaging_report_change", args=[report.pk]), {"decision": "dismiss", "note": "fine"})
    report.refresh_from_db()
    assert report.decision == "dismiss"
    desk.post(reverse("admin:messaging_report_take_back", args=[report.pk]))
    report.refresh_from_db()
    assert report.decision == ""


@pytest.mark.parametrize("decision", Report.Decision.values)
def test_moderators_do_not_decide_about_what_they_wrote(decision: str) -> None:
    user = somebody("staff")
    call_command("set_user", user.email, "--role", "moderator", verbosity=0)
    desk = Client()
    desk.force_login(user)
    report = Report.objects.order_by("pk")[1 if decision == "close_room" else 0]
    page = reverse("admin:messaging_report_change", args=[report.pk])
    answer = desk.post(page, {"decision": decision, "note": "mine"})
    assert "Somebody else decides about what you wrote." in answer.content.decode()
    report.refresh_from_db()
    assert report.decision == ""


@pytest.mark.parametrize(("role", "kind"), [("admin", "user"), ("superuser", "root"), ("superuser", "staff")])
def test_the_same_actions_reach_whoever_is_below(role: str, kind: str) -> None:
    user = somebody(kind)
    desk = desk_of(role)
    before = belongings(user)
    act_on_everything(desk)
    after = belongings(user)
    changed = {name for name in before if before[name] != after[name]}
    assert {"AccessToken", "Session", "Device", "File", "Room", "User"} <= changed
