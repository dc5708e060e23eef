"""What each of staff's roles may see and do.

One table a kind of thing, which must name every page and action there is.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from rest_framework.test import APIClient

from accounts.models import AccessToken, AuditEntry, User
from accounts.staff import roles
from conftest import make_user

pytestmark = pytest.mark.django_db

RANKS = ("none", "support", "moderator", "admin", "root")

# The least of the roles that opens a model's list; whoever is above may too.
SEEN_BY = {
    "accounts.accesstoken": "support", "accounts.accountdeletion": "support", "accounts.accountexport": "support",
    "accounts.auditentry": "admin", "accounts.guest": "support", "accounts.outgoingmail": "support",
    "accounts.user": "support", "auth.group": "root",
    "devices.announcement": "support", "devices.delivery": "support", "devices.device": "support",
    "devices.receipt": "support",
    "files.file": "support", "files.removal": "admin",
    "messaging.attachment": "moderator", "messaging.block": "moderator", "messaging.directconversation": "moderator",
    "messaging.idempotencykey": "admin", "messaging.keptdraft": "moderator", "messaging.moderatordecision": "moderator",
    "messaging.message": "moderator", "messaging.messagerevision": "moderator",
    "messaging.messagetranslation": "moderator", "messaging.reaction": "moderator", "messaging.report": "moderator",
    "messaging.savedmessage": "moderator", "messaging.threadfollower": "moderator",
    "messaging.translationfeedback": "moderator", "messaging.workspaceexport": "support",
    "rooms.plan": "support", "rooms.room": "support", "rooms.roomlimits": "support",
    "rosetta.jobrun": "support",
    "translation.enginestate": "support", "translation.glossaryterm": "support", "translation.localmodel": "support",
    "translation.memoryentry": "admin", "translation.refusedanswers": "support",
    "translation.translationpolicy": "support", "translation.usage": "admin",
    "workspaces.channel": "support", "workspaces.channelmember": "support", "workspaces.conversation": "moderator",
    "workspaces.erasure": "admin", "workspaces.event": "admin", "workspaces.invite": "support",
    "workspaces.member": "support", "workspaces.placement": "support", "workspaces.readmark": "moderator",
    "workspaces.sidebarsection": "support",
    "workspaces.suspension": "support",
    "workspaces.webhook": "support", "workspaces.webhookdelivery": "support",
    "workspaces.webhooksubscription": "support", "workspaces.workspace": "support",
}  # fmt: skip

# What is done to the rows chosen in a list.
ACTIONS = {
    ("accounts.accesstoken", "revoke"): "support",
    ("messaging.translationfeedback", "translate_again"): "admin",
    ("accounts.user", "deactivate"): "moderator",
    ("accounts.user", "reactivate"): "moderator",
    ("accounts.user", "sign_out"): "support",
    ("auth.group", "delete_selected"): "root",
    ("devices.device", "delete_selected"): "support",
    ("files.file", "release_unclaimed"): "moderator",
    ("rooms.plan", "delete_selected"): "admin",
    ("rooms.room", "close"): "moderator",
    ("rooms.roomlimits", "delete_selected"): "admin",
    ("translation.enginestate", "check_now"): "admin",
    ("translation.glossaryterm", "delete_selected"): "admin",
    ("translation.glossaryterm", "export_csv"): "support",
    ("translation.localmodel", "fetch_again"): "admin",
    ("translation.localmodel", "remove"): "admin",
    ("translation.memoryentry", "delete_selected"): "admin",
    ("workspaces.invite", "revoke"): "support",
    ("workspaces.webhookdelivery", "send_again"): "support",
    ("workspaces.webhooksubscription", "switch_off"): "support",
    ("workspaces.webhooksubscription", "switch_on"): "support",
    ("workspaces.workspace", "delete_for_everybody"): "admin",
}

# Pages on which something is written: a form for a new row, or a page of its own.
FORMS = {
    "auth_group_add": "root",
    "rooms_plan_add": "admin",
    "rooms_roomlimits_add": "admin",
    "translation_glossaryterm_add": "admin",
    "translation_glossaryterm_import_csv": "admin",
    "translation_localmodel_fetch": "admin",
    "translation_localmodel_try_sentence": "admin",
    "translation_memoryentry_export_tmx": "admin",
    "translation_memoryentry_import_tmx": "admin",
    "translation_translationpolicy_add": "admin",
}


def at_least(role: str, least: str) -> bool:
    return RANKS.index(role) >= RANKS.index(least)


def staff_with(role: str) -> tuple[User, Client]:
    """Somebody of staff with ``role``, at the desk."""
    user = make_user(role.capitalize(), is_staff=True, is_superuser=role == "root")
    if role in roles.ROLES:
        call_command("set_user", user.email, "--role", role, verbosity=0)
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture(params=RANKS)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(role: str) -> Client:
    return staff_with(role)[1]


def name_of(model: Any) -> str:
    return str(model._meta.label_lower)


def test_each_role_opens_its_lists_with_its_actions_and_no_other(role: str, desk: Client) -> None:
    opened, offered = {}, set()
    for model in admin.site._registry:
        answer = desk.get(reverse(f"admin:{name_of(model).replace('.', '_')}_changelist"))
        opened[name_of(model)] = answer.status_code
        form = answer.context["action_form"] if answer.status_code == 200 else None
        choices = form.fields["action"].choices if form else ()
        offered |= {(name_of(model), name) for name, _ in choices if name}
    assert opened == {name: 200 if at_least(role, least) else 403 for name, least in SEEN_BY.items()}
    assert offered == {action for action, least in ACTIONS.items() if at_least(role, least)}


def test_each_role_opens_its_forms_and_no_other(role: str, desk: Client) -> None:
    opened = {}
    for model in admin.site._registry:
        name = name_of(model).replace(".", "_")
        for suffix in ("add", "import_tmx", "export_tmx", "import_csv", "fetch", "try_sentence"):
            try:
                path = reverse(f"admin:{name}_{suffix}")
            except NoReverseMatch:
                continue
            opened[f"{name}_{suffix}"] = desk.get(path).status_code
    expected = {name: 200 if at_least(role, least) else 403 for name, least in FORMS.items()}
    assert {name: status for name, status in opened.items() if name in FORMS} == expected
    assert {status for name, status in opened.items() if name not in FORMS} <= {403}


def test_an_action_that_is_not_offered_does_nothing_when_it_is_sent(owner: User, as_owner: APIClient) -> None:
    _, desk = staff_with("support")
    desk.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [str(owner.pk)]})
    owner.refresh_from_db()
    assert owner.is_active
    assert not AuditEntry.objects.exclude(action="set role").exists()
    desk.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [str(owner.pk)]})
    assert not AccessToken.objects.filter(user=owner).exists()


@pytest.mark.parametrize("least", ["support", "moderator", "admin"])
def test_staff_reach_for_no_other_staff(least: str) -> None:
    user, desk = staff_with(least)
    chief = make_user("Chief", is_staff=True)
    for action in ("deactivate", "sign_out"):
        desk.post("/admin/accounts/user/", {"action": action, "_selected_action": [str(chief.pk)]}, follow=True)
    for someone in (chief, user):
        body = {"name": "Mallory", "email": "mallory@example.com", "preferred_language": "en", "avatar_url": ""}
        answer = desk.post(f"/admin/accounts/user/{someone.pk}/change/", body)
        assert answer.status_code == 403
    assert not AuditEntry.objects.exclude(action="set role").exists()
    chief.refresh_from_db()
    assert (chief.is_active, chief.email) == (True, "chief@example.com")


def test_an_administrator_takes_no_account_by_its_address(owner: User) -> None:
    _, desk = staff_with("admin")
    path = f"/admin/accounts/user/{owner.pk}/change/"
    page = desk.get(path).content.decode()
    assert owner.email in page and 'name="email"' not in page
    body = {"name": "Liv", "email": "mallory@example.com", "preferred_language": "en", "avatar_url": ""}
    assert desk.post(path, body).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.email) == ("Liv", "olivia@example.com")


def test_an_administrator_gives_nobody_powers(owner: User) -> None:
    _, desk = staff_with("admin")
    body = {"name": "Olivia", "email": owner.email, "preferred_language": "en", "avatar_url": "", "is_staff": "on"}
    body |= {"is_superuser": "on", "groups": str(Group.objects.get(name="admin").pk)}
    assert desk.post(f"/admin/accounts/user/{owner.pk}/change/", body).status_code == 302
    owner.refresh_from_db()
    assert (owner.is_staff, owner.is_superuser, owner.groups.count()) == (False, False, 0)


def test_a_role_replaces_another_and_is_written_down(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_user", owner.email, "--role", "admin")
    call_command("set_user", owner.email, "--role", "support")
    owner.refresh_from_db()
    assert (owner.is_staff, list(owner.groups.values_list("name", flat=True))) == (True, ["support"])
    assert "role support" in capsys.readouterr().out
    call_command("set_user", owner.email, "--role", "none")
    assert not owner.groups.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("detail", flat=True)) == [
        {"role": "admin"}, {"role": "support"}, {"role": ""},
    ]  # fmt: skip
    with pytest.raises(CommandError):
        call_command("set_user", owner.email, "--role", "emperor")


def test_preparing_again_takes_back_what_was_changed_by_hand_and_leaves_other_groups() -> None:
    roles.prepare()
    support, own = Group.objects.get(name="support"), Group.objects.create(name="our own")
    everything = list(Group.objects.get(name="admin").permissions.all())
    support.permissions.set(everything)
    own.permissions.set(everything)
    roles.prepare()
    assert support.permissions.count() == len(roles.SUPPORT)
    assert own.permissions.count() == len(everything)
