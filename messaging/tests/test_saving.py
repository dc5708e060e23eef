"""Messages saved for later, marked as unread, and translated again."""

import pytest
from rest_framework.test import APIClient

from messaging.models import MessageTranslation, SavedMessage
from messaging.tests.client import path_of, post
from workspaces.models import Channel

pytestmark = pytest.mark.django_db
SAVED = "/api/v1/me/saved-messages"


def saved(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"{SAVED}{query}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["data"]]


def test_saved_messages_are_listed_by_when_they_were_saved_in_pages(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    ids = [post(as_owner, channel, f"Load {number}").json()["data"]["id"] for number in range(3)]
    for message_id in (ids[1], ids[2], ids[0], ids[1]):
        assert as_member.put(f"{SAVED}/{message_id}").status_code == 204
    page = as_member.get(f"{SAVED}?limit=2").json()
    assert [row["id"] for row in page["data"]] == [ids[0], ids[2]]
    assert page["meta"] == {"has_more": True, "next_before": ids[2]}
    assert saved(as_member, f"?before={ids[2]}") == [ids[1]]
    assert as_member.get(f"{SAVED}?before=nobody").status_code == 422
    for _ in range(2):
        assert as_member.delete(f"{SAVED}/{ids[0]}").status_code == 204
    assert saved(as_member) == [ids[2], ids[1]]
    assert saved(as_owner) == []


def test_what_cannot_be_read_is_neither_saved_nor_listed(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, channel: Channel
) -> None:
    message = post(as_owner, channel).json()["data"]["id"]
    assert as_outsider.put(f"{SAVED}/{message}").status_code == 404
    as_member.put(f"{SAVED}/{message}")
    as_member.post(f"/api/v1/workspaces/{channel.workspace_id}/leave")
    assert saved(as_member) == []
    as_owner.delete(f"{path_of(channel)}/{message}")
    assert as_owner.put(f"{SAVED}/{message}").status_code == 409
    assert SavedMessage.objects.count() == 1


def test_a_conversation_is_unread_from_a_message_on(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    ids = [post(as_owner, channel, f"Load {number}").json()["data"]["id"] for number in range(3)]
    place = path_of(channel).removesuffix("messages")
    as_member.post(f"{place}read", {"message_id": ids[2]})
    for _ in range(2):
        state = as_member.post(f"{place}unread", {"message_id": ids[1]}).json()["data"]
        assert (state["last_read_seq"], state["unread_count"]) == (1, 2)
    assert as_member.get(place.removesuffix("/")).json()["data"]["unread_count"] == 2
    assert as_member.post(f"{place}unread", {"message_id": "nothing"}).status_code == 422


def test_a_translation_that_failed_is_queued_again_and_one_that_is_there_stays(
    as_owner: APIClient, channel: Channel
) -> None:
    message = post(as_owner, channel, "The harbour crane will be repaired.").json()["data"]["id"]
    rows = MessageTranslation.objects.filter(message=message, language="th")
    retry = f"{path_of(channel)}/{message}/translations/th/retry"
    rows.update(state="failed", reason="no_engine", attempts=5)
    assert as_owner.post(retry).json()["data"]["state"] == "pending"
    assert rows.get().attempts == 0
    rows.update(state="ready", text="ซ่อม", engine="human")
    assert as_owner.post(retry).json()["data"]["text"] == "ซ่อม"
    assert as_owner.post(retry.replace("/th/", "/ja/")).json()["data"]["state"] == "pending"
    assert as_owner.post(retry.replace("/th/", "/en/")).status_code == 422
    assert as_owner.post(retry.replace("/th/", "/xx/")).status_code == 404
