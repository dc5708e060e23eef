"""Incoming webhooks: their rows and secrets.

What they post is tested with messages.
"""

from typing import Any

import pytest
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from accounts.models import User
from rosetta.errors import Forbidden, Unauthenticated
from workspaces import access, actions
from workspaces.models import Channel, Member, Webhook, Workspace


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/webhooks"


def create(client: APIClient, base: str, **body: Any) -> dict[str, Any]:
    answer = client.post(base, {"name": "CI", **body})
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


def test_a_secret_is_shown_once_and_only_its_hash_is_kept(as_owner: APIClient, base: str) -> None:
    made = create(as_owner, base)
    assert set(made) == {"id", "name", "url", "default_channel_id", "is_active", "last_used_at", "secret"}
    assert made["secret"].startswith("whs_")
    assert made["url"].endswith(f"/api/v1/webhooks/{made['id']}/messages")
    assert (made["is_active"], made["default_channel_id"], made["last_used_at"]) == (True, None, None)
    [listed] = as_owner.get(base).json()["data"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert made["secret"] not in str(Webhook.objects.values().get())


def test_a_new_secret_ends_the_old_one(as_owner: APIClient, base: str) -> None:
    made = create(as_owner, base)
    plain = as_owner.put(f"{base}/{made['id']}", {"name": "Builds"}).json()["data"]
    assert (plain["name"], "secret" in plain) == ("Builds", False)
    changed = as_owner.put(f"{base}/{made['id']}", {"regenerate_secret": True}).json()["data"]
    assert changed["secret"] != made["secret"]
    assert access.webhook_of(made["id"], changed["secret"]).pk == made["id"]
    with pytest.raises(Unauthenticated):
        access.webhook_of(made["id"], made["secret"])


def test_an_inactive_webhook_is_refused_after_its_secret_was_right(as_owner: APIClient, base: str) -> None:
    made = create(as_owner, base)
    assert as_owner.put(f"{base}/{made['id']}", {"is_active": False}).json()["data"]["is_active"] is False
    with pytest.raises(Forbidden):
        access.webhook_of(made["id"], made["secret"])
    with pytest.raises(Unauthenticated):
        access.webhook_of(made["id"], "whs_wrong")


def test_a_deleted_webhook_opens_nothing(as_owner: APIClient, base: str) -> None:
    made = create(as_owner, base)
    assert as_owner.delete(f"{base}/{made['id']}").status_code == 204
    assert as_owner.delete(f"{base}/{made['id']}").status_code == 404
    assert as_owner.put(f"{base}/{made['id']}", {"name": "x"}).status_code == 404
    assert as_owner.get(base).json()["data"] == []
    with pytest.raises(Unauthenticated):
        access.webhook_of(made["id"], made["secret"])


def test_its_use_is_noted_at_most_once_a_minute(
    as_owner: APIClient, base: str, time_machine: TimeMachineFixture
) -> None:
    made = create(as_owner, base)
    time_machine.move_to("2027-01-01T00:00:00+00:00", tick=False)
    access.webhook_of(made["id"], made["secret"])
    time_machine.move_to("2027-01-01T00:00:59+00:00", tick=False)
    access.webhook_of(made["id"], made["secret"])
    assert as_owner.get(base).json()["data"][0]["last_used_at"] == "2027-01-01T00:00:00+00:00"
    time_machine.move_to("2027-01-01T00:01:00+00:00", tick=False)
    access.webhook_of(made["id"], made["secret"])
    assert as_owner.get(base).json()["data"][0]["last_used_at"] == "2027-01-01T00:01:00+00:00"


def test_its_default_channel_is_one_that_its_maker_knows_of(
    as_owner: APIClient, base: str, membership: Member, outsider: User, channel: Channel
) -> None:
    made = create(as_owner, base, default_channel_id=channel.pk)
    assert made["default_channel_id"] == channel.pk
    elsewhere = Channel.objects.get(workspace=actions.create_workspace(owner=outsider, name="Other").workspace)
    unseen = actions.create_channel(member=membership, name="Secret", visibility="private")
    for wrong in (elsewhere.pk, unseen.pk, "nonsense", "01kr9cvq3mxr7vn3ebbe21abcd"):
        for answer in (
            as_owner.post(base, {"name": "x", "default_channel_id": wrong}),
            as_owner.put(f"{base}/{made['id']}", {"default_channel_id": wrong}),
        ):
            assert (answer.status_code, list(answer.json()["errors"])) == (422, ["default_channel_id"])
    cleared = as_owner.put(f"{base}/{made['id']}", {"default_channel_id": None}).json()["data"]
    assert cleared["default_channel_id"] is None


def test_webhooks_are_for_owners_and_admins(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, base: str, membership: Member
) -> None:
    one = f"{base}/{create(as_owner, base)['id']}"
    for client, status in ((as_member, 403), (as_outsider, 404)):
        assert client.get(base).status_code == status
        assert client.post(base, {"name": "x"}).status_code == status
        assert client.put(one, {"name": "x"}).status_code == status
        assert client.delete(one).status_code == status
    membership.role = "admin"
    membership.save()
    assert as_member.put(one, {"name": "x"}).status_code == 200


def test_a_webhook_of_another_workspace_is_unknown_here(
    as_owner: APIClient, as_outsider: APIClient, base: str, outsider: User
) -> None:
    made = create(as_owner, base)
    other = actions.create_workspace(owner=outsider, name="Other").workspace
    one = f"/api/v1/workspaces/{other.pk}/webhooks/{made['id']}"
    assert as_outsider.put(one, {"name": "x"}).status_code == 404
    assert as_outsider.delete(one).status_code == 404
