"""What outgoing webhooks are told of messages."""

import json

import pytest
from rest_framework.test import APIClient

from messaging.models import Message, MessageTranslation
from workspaces.models import Channel, Event, WebhookDelivery
from workspaces.streams import events
from workspaces.webhooks import RENDERERS
from workspaces.webhooks.collecting import collect
from workspaces.webhooks.sending import body_of


@pytest.fixture
def base(as_owner: APIClient, channel: Channel) -> str:
    subscription = {"url": "https://example.com/hook", "event_types": ["*"]}
    answer = as_owner.post(f"/api/v1/workspaces/{channel.workspace_id}/webhook-subscriptions", subscription)
    assert answer.status_code == 201
    return f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"


def sent() -> list[dict[str, object]]:
    """What would be sent now, in the order of the events."""
    collect()
    bodies = [body_of(one) for one in WebhookDelivery.objects.order_by("event_seq")]
    return [json.loads(body) for body in bodies if body is not None]


def test_a_message_is_told_as_it_was_written(as_owner: APIClient, base: str, channel: Channel) -> None:
    posted = as_owner.post(base, {"content": "The harbour opens at dawn.", "language": "en"}).json()["data"]
    [event] = sent()
    assert (event["type"], event["conversation_id"]) == ("message.created", channel.pk)
    assert event["data"] == posted
    assert posted["display_source"] == "original"


def test_a_translation_is_told_in_its_language(as_owner: APIClient, base: str, channel: Channel) -> None:
    posted = as_owner.post(base, {"content": "The harbour opens at dawn.", "language": "en"}).json()["data"]
    words = MessageTranslation.objects.get(message=posted["id"], language="th")
    words.state, words.text = MessageTranslation.State.READY, "ท่าเรือเปิดตอนรุ่งสาง"
    words.save()
    draft = events.Draft("message.translated", {"message_id": posted["id"], "language": "th"})
    events.append(channel.conversation, draft)
    data = sent()[-1]["data"]
    assert isinstance(data, dict)
    assert (data["display_language"], data["display_content"]) == ("th", words.text)


def test_a_deleted_message_is_told_without_its_words(as_owner: APIClient, base: str) -> None:
    posted = as_owner.post(base, {"content": "A secret"}).json()["data"]
    as_owner.delete(f"{base}/{posted['id']}")
    told = sent()
    assert [one["type"] for one in told] == ["message.created", "message.deleted"]
    assert "A secret" not in str(told)
    Message.objects.all().delete()
    assert sent() == []


def test_what_is_said_in_a_channel_that_closed_meanwhile_is_not_told(
    as_owner: APIClient, base: str, channel: Channel
) -> None:
    posted = as_owner.post(base, {"content": "For everybody"}).json()["data"]
    assert [one["type"] for one in sent()] == ["message.created"]
    as_owner.put(base.removesuffix("/messages"), {"visibility": "private"})
    as_owner.patch(f"{base}/{posted['id']}", {"content": "For a few"})
    assert sent() == []


def test_every_message_event_has_its_rendering() -> None:
    assert set(RENDERERS) >= Event.MESSAGE_KINDS
