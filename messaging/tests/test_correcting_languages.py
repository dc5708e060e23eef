"""A reader says in which language a message was written.

One call, new translations, and a conversation that learns.
"""

from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import make_user, token_client
from messaging.actions import correct
from messaging.models import Message, MessageTranslation
from messaging.tests.client import NEWS, hook, last_event, make_webhook, newest, path_of, post
from messaging.translations.worker import TranslationRef, claim, store, translate_pending
from translation.service import Job, JobResult
from translation.tests import servers
from workspaces import actions
from workspaces.models import Channel, Conversation, Event, Workspace

pytestmark = pytest.mark.django_db

# Indonesian to nobody but those who know the word.
UNSURE = "Kalimbaro"


def said(client: APIClient, channel: Channel, message_id: str, language: str | None, **more: Any) -> Any:
    return client.patch(f"{path_of(channel)}/{message_id}", {"language": language, **more}, format="json")


@pytest.fixture
def message(as_owner: APIClient, channel: Channel, engine: servers.Service) -> str:
    """Olivia's word, taken for English and translated from it."""
    data = post(as_owner, channel, UNSURE).json()["data"]
    assert data["original_language"] == "en"
    translate_pending()
    return str(data["id"])


def test_a_reader_corrects_it_and_it_is_translated_from_that_language(
    as_member: APIClient, channel: Channel, message: str, engine: servers.Service
) -> None:
    assert newest(as_member, channel)["display_content"] == servers.said("th", UNSURE)
    answer = said(as_member, channel, message, "id")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["original_language"], data["display_source"], data["edited_at"]) == ("id", "original", None)
    assert data["translation_status"] == "pending"
    assert last_event(channel) == ("message.updated", {"message_id": message})
    # The audience reads English and Thai.
    assert translate_pending() == 2
    assert {(request.body["source"], request.body["target"]) for request in engine.requests[1:]} == {
        ("id", "en"),
        ("id", "th"),
    }
    assert newest(as_member, channel)["display_source"] == "translation"


def test_the_same_again_changes_nothing(as_member: APIClient, channel: Channel, message: str) -> None:
    said(as_member, channel, message, "id")
    events, rows = Event.objects.count(), list(MessageTranslation.objects.values_list("pk", flat=True))
    assert said(as_member, channel, message, "id").status_code == 200
    assert Event.objects.count() == events
    assert list(MessageTranslation.objects.values_list("pk", flat=True)) == rows


def test_nobody_is_shown_what_an_engine_makes_of_the_old_language(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message_id = post(as_owner, channel, UNSURE).json()["data"]["id"]
    (row,) = claim(limit=10)
    said(as_member, channel, message_id, "id")
    job = Job(TranslationRef(row.pk, channel.pk, message_id, 1), channel.workspace_id, UNSURE, "en", "th")
    store([JobResult(job, "ready", "machine", "libretranslate")])
    assert newest(as_member, channel)["display_source"] == "original"


def test_the_conversation_learns_what_its_writer_writes(
    as_owner: APIClient, as_member: APIClient, channel: Channel, workspace: Workspace, message: str, owner: User
) -> None:
    assert post(as_owner, channel, "ok").json()["data"]["original_language"] == "en"
    said(as_member, channel, message, "id")
    assert post(as_owner, channel, "ok").json()["data"]["original_language"] == "id"
    # What is clearly of another language is, and so is what others write, and what is said elsewhere.
    assert post(as_owner, channel, NEWS).json()["data"]["original_language"] == "en"
    assert post(as_member, channel, "ok").json()["data"]["original_language"] == "th"
    other = actions.create_channel(member=workspace.members.get(user=owner), name="elsewhere")
    assert post(as_owner, other, "ok").json()["data"]["original_language"] == "en"


def test_a_conversation_remembers_the_last_writers(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str, settings: Settings
) -> None:
    full = [[f"user:{10**12 + number}", "ja"] for number in range(correct.MAX_TAUGHT)]
    Conversation.objects.filter(pk=channel.pk).update(taught_languages=full)
    said(as_member, channel, message, "id")
    taught = Conversation.objects.get(pk=channel.pk).taught_languages
    assert len(taught) == correct.MAX_TAUGHT
    assert taught[0] == full[1]
    assert taught[-1] == [f"user:{Message.objects.get(pk=message).sender_user_id}", "id"]


def test_what_people_wrote_stays(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    body = {"content": UNSURE, "translations": {"th": "คาลิมบาโร"}}
    message_id = as_owner.post(path_of(channel), body, format="json").json()["data"]["id"]
    said(as_member, channel, message_id, "id")
    translate_pending()
    assert newest(as_member, channel)["display_content"] == "คาลิมบาโร"
    assert newest(as_owner, channel)["display_content"] == servers.said("en", UNSURE)
    assert newest(as_owner, channel)["translation_status"] == "completed"


def test_none_of_ours_needs_no_translation(
    as_member: APIClient, channel: Channel, message: str, engine: servers.Service
) -> None:
    data = said(as_member, channel, message, "und").json()["data"]
    assert (data["original_language"], data["translation_status"]) == ("und", "not_needed")
    assert newest(as_member, channel)["display_content"] == UNSURE
    assert translate_pending() == 0
    # "und" teaches nothing.
    assert Conversation.objects.get(pk=channel.pk).taught_languages is None


def test_the_author_corrects_it_with_the_text_too(as_owner: APIClient, channel: Channel, message: str) -> None:
    data = said(as_owner, channel, message, "id", content=UNSURE).json()["data"]
    assert (data["original_language"], data["edited_at"]) == ("id", None)
    data = said(as_owner, channel, message, "ja", content="Kalimbaro!").json()["data"]
    assert (data["original_language"], data["edited_at"] is not None) == ("ja", True)


def test_a_skipped_message_stays_skipped(as_owner: APIClient, channel: Channel, engine: servers.Service) -> None:
    body = {"content": UNSURE, "skip_translation": True}
    message_id = as_owner.post(path_of(channel), body, format="json").json()["data"]["id"]
    data = said(as_owner, channel, message_id, "id").json()["data"]
    assert (data["original_language"], data["translation_status"]) == ("id", "skipped")


def test_a_webhooks_language_is_learnt(as_owner: APIClient, channel: Channel) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    first = hook(webhook, {"content": "ok"}).json()["data"]
    assert first["original_language"] == "en"
    said(as_owner, channel, first["id"], "ja")
    assert hook(webhook, {"content": "ok"}).json()["data"]["original_language"] == "ja"


def test_who_may_not_and_what_is_refused(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str
) -> None:
    outsider = token_client(make_user("Outsider", "en"))
    assert said(outsider, channel, message, "id").status_code == 404
    for body in ({}, {"language": None}, {"language": "id", "translations": {"th": "x"}}):
        answer = as_owner.patch(f"{path_of(channel)}/{message}", body, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["content"]), body
    for language in ("ko", "tlh", "", "EN", 5, ["id"]):
        assert said(as_member, channel, message, language).status_code == 422, language  # type: ignore[arg-type]
    # The text is its author's.
    assert said(as_member, channel, message, "id", content="Mine").status_code == 403
    as_owner.delete(f"{path_of(channel)}/{message}")
    answer = said(as_member, channel, message, "id")
    assert (answer.status_code, answer.json()["errors"]["code"]) == (409, ["message_deleted"])


def test_it_is_limited(as_member: APIClient, channel: Channel, message: str, settings: Settings) -> None:
    settings.THROTTLE = True  # type: ignore[attr-defined]
    cache.clear()
    statuses = [said(as_member, channel, message, code).status_code for code in ("id", "en") * 16]
    assert statuses == [200] * 30 + [429] * 2


def test_in_a_direct_conversation(as_owner: APIClient, as_member: APIClient, member_user: User, owner: User) -> None:
    opened = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}).json()["data"]
    path = f"/api/v1/direct-conversations/{opened['id']}/messages"
    first = as_owner.post(path, {"content": UNSURE}).json()["data"]
    answer = as_member.patch(f"{path}/{first['id']}", {"language": "th"}, format="json")
    assert answer.json()["data"]["original_language"] == "th"
    assert as_owner.post(path, {"content": "ok"}).json()["data"]["original_language"] == "th"
