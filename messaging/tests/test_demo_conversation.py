"""The conversation that shows a new workspace how it works."""

from rest_framework.test import APIClient

from conftest import make_user, token_client
from rosetta import languages
from workspaces.models import Workspace


def test_everybody_reads_the_demo_in_their_language_without_an_engine_until_it_is_removed(
    as_owner: APIClient, workspace: Workspace
) -> None:
    base = f"/api/v1/workspaces/{workspace.pk}"
    opened = as_owner.post(f"{base}/demo")
    channel = opened.json()["data"]["id"]
    assert (opened.status_code, as_owner.post(f"{base}/demo").status_code) == (201, 200)
    assert as_owner.get(base).json()["data"]["demo_channel_id"] == channel
    messages = f"{base}/channels/{channel}/messages"
    for code in languages.CODES:
        shown = as_owner.get(messages, {"language": code}).json()["data"]
        assert {row["display_language"] for row in shown} == {code}
        assert {row["sender"]["kind"] for row in shown} == {"webhook"}
    assert as_owner.get(f"{base}/webhooks").json()["data"] == []
    for _ in range(2):
        assert as_owner.delete(f"{base}/demo").status_code == 204
    assert as_owner.get(messages).status_code == 404
    assert as_owner.get(base).json()["data"]["demo_channel_id"] is None
    assert as_owner.post(f"{base}/demo").status_code == 201


def test_a_demo_whose_channel_was_deleted_can_be_opened_again(as_owner: APIClient, workspace: Workspace) -> None:
    base = f"/api/v1/workspaces/{workspace.pk}"
    channel = as_owner.post(f"{base}/demo").json()["data"]["id"]
    as_owner.delete(f"{base}/channels/{channel}?purge=true")
    assert as_owner.post(f"{base}/demo").status_code == 201
    assert token_client(make_user("Otto")).post(f"{base}/demo").status_code == 404
