"""What staff see and do of workspaces."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from accounts.models import AuditEntry, User
from workspaces import actions
from workspaces.errors import SubscriptionInactive
from workspaces.models import Channel, Event, Invite, Member, Webhook, WebhookDelivery, WebhookSubscription, Workspace


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("staff@example.com", "x"))
    return client


@pytest.fixture
def filled(workspace: Workspace, membership: Member, channel: Channel) -> dict[str, str]:
    """A row of every kind; its id by the model's name."""
    owning = Member.objects.select_related("workspace", "user").get(workspace=workspace, role="owner")
    invite = actions.create_invite(member=owning)
    webhook, _ = actions.create_webhook(member=owning, name="CI")
    subscription = actions.create_subscription(member=owning, url="https://example.com", event_types=["*"])
    delivery = WebhookDelivery.objects.create(
        subscription=subscription, stream_id=workspace.pk, event_seq=1, kind="member.joined",
        occurred_at=invite.created_at, expires_at=invite.created_at,
    )  # fmt: skip
    gone = actions.create_channel(member=owning, name="Gone")
    actions.purge_channel(channel=gone)
    rows = (workspace, owning, channel, invite, webhook, subscription, delivery)
    return {row._meta.model_name or "": str(row.pk) for row in rows} | {
        "event": str(Event.objects.earliest("pk").pk), "erasure": str(gone.pk)
    }  # fmt: skip


def test_every_list_and_row_opens_and_shows_no_secret(staff: Client, filled: dict[str, str]) -> None:
    secrets = [
        Invite.objects.get().token, Webhook.objects.get().secret_hash, WebhookSubscription.objects.get().secret,
    ]  # fmt: skip
    for name, pk in filled.items():
        listed = staff.get(f"/admin/workspaces/{name}/")
        shown = staff.get(f"/admin/workspaces/{name}/{pk}/change/")
        assert (listed.status_code, shown.status_code) == (200, 200), name
        for query in ("acme", pk.upper(), "%00"):
            assert staff.get(f"/admin/workspaces/{name}/", {"q": query}).status_code == 200, (name, query)
        for secret in secrets:
            assert secret not in listed.content.decode() + shown.content.decode()
        assert staff.get(f"/admin/workspaces/{name}/add/").status_code == 403
        assert staff.post(f"/admin/workspaces/{name}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_every_model_that_tells_staff_something_is_there() -> None:
    known = {model for model in admin.site._registry if model._meta.app_label == "workspaces"}
    inner = {"streamcursor", "channelreading"}
    assert {m._meta.model_name for m in apps.get_app_config("workspaces").get_models()} - inner == {
        m._meta.model_name for m in known
    }


def act(staff: Client, name: str, action: str, pk: str) -> None:
    answer = staff.post(f"/admin/workspaces/{name}/", {"action": action, "_selected_action": [pk]})
    assert answer.status_code == 302, answer.content.decode()[:500]


def test_staff_act_by_the_same_actions_as_everybody(staff: Client, filled: dict[str, str]) -> None:
    act(staff, "invite", "revoke", filled["invite"])
    assert Invite.objects.get().revoked_at is not None
    act(staff, "webhooksubscription", "switch_off", filled["webhooksubscription"])
    assert WebhookSubscription.objects.get().is_active is False
    act(staff, "webhooksubscription", "switch_on", filled["webhooksubscription"])
    assert WebhookSubscription.objects.get().is_active is True
    WebhookDelivery.objects.update(status="failed")
    act(staff, "webhookdelivery", "send_again", filled["webhookdelivery"])
    assert WebhookDelivery.objects.get().status == "pending"


def test_a_workspace_ends_for_a_reason_that_is_written_down(staff: Client, filled: dict[str, str]) -> None:
    path = "/admin/workspaces/workspace/"
    chosen = {"action": "delete_for_everybody", "_selected_action": [filled["workspace"]], "index": "0"}
    for told in ({}, {"reason": "because"}):
        asked = staff.post(path, chosen | told)
        assert (asked.status_code, "Why are these workspaces deleted?" in asked.content.decode()) == (200, True)
        assert asked.context["repeated_fields"] == [(name, one) for name, one in (
            ("action", "delete_for_everybody"), ("_selected_action", filled["workspace"]), ("index", "0"),
        )]  # fmt: skip
    assert Workspace.objects.get(pk=filled["workspace"]).deleted_at is None
    assert not AuditEntry.objects.exists()
    assert staff.post(path, chosen | {"reason": "A court asked, case 12"}).status_code == 302
    assert Workspace.objects.get(pk=filled["workspace"]).deleted_at is not None
    assert not Member.objects.filter(workspace=filled["workspace"]).exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id) == ("delete_for_everybody", filled["workspace"])
    assert entry.detail == {"reason": "A court asked, case 12"}


def test_what_is_refused_of_many_stops_no_other_and_only_what_was_done_is_written_down(
    staff: Client, filled: dict[str, str]
) -> None:
    off = actions.create_subscription(
        member=Member.objects.get(role="owner"), url="https://example.com/off", event_types=["*"]
    )
    first = WebhookDelivery.objects.get()
    last = WebhookDelivery.objects.create(
        subscription=off, stream_id=first.stream_id, event_seq=2, kind="member.joined",
        occurred_at=first.occurred_at, expires_at=first.expires_at,
    )  # fmt: skip
    actions.update_subscription(subscription=off, is_active=False)
    WebhookDelivery.objects.update(status="failed")
    body = {"action": "send_again", "_selected_action": [str(first.pk), str(last.pk)]}
    page = staff.post("/admin/workspaces/webhookdelivery/", body, follow=True)
    assert page.status_code == 200
    assert [str(one) for one in page.context["messages"]] == [f"{last}: {SubscriptionInactive.message}", "Done: 1."]
    assert dict(WebhookDelivery.objects.values_list("pk", "status")) == {first.pk: "pending", last.pk: "failed"}
    assert list(AuditEntry.objects.values_list("action", "target_id")) == [("send_again", str(first.pk))]


def test_staff_without_the_permission_only_look(client: Client, filled: dict[str, str]) -> None:
    from django.contrib.auth.models import Permission

    user = User.objects.create_user("look@example.com", "x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_workspace"))
    client.force_login(user)
    assert client.get("/admin/workspaces/workspace/").status_code == 200
    client.post(
        "/admin/workspaces/workspace/",
        {"action": "delete_for_everybody", "_selected_action": [filled["workspace"]]},
    )
    assert Workspace.objects.get(pk=filled["workspace"]).deleted_at is None
    assert client.get("/admin/workspaces/member/").status_code == 403
