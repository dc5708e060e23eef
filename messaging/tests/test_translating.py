"""What is written in one language is read in another.

At once from memory, soon from an engine, honestly without one.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from messaging.access import channel_context
from messaging.actions.post import post_message
from messaging.context import Sender
from messaging.drafts import NewMessage
from messaging.models import MessageTranslation
from messaging.tasks import sweep_translations, translate_owed
from messaging.tests.client import NEWS, hook, make_webhook, newest, path_of, post
from messaging.translations.worker import TranslationRef, claim, store
from rosetta.celery import app as celery_app
from translation.actions import set_policy
from translation.service import Job, JobResult
from translation.tests import servers
from workspaces import actions
from workspaces.models import Channel, Event, Workspace

pytestmark = pytest.mark.django_db


def test_a_phrase_of_the_phrasebook_is_there_at_once(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    assert post(as_owner, channel, "Thank you").json()["data"]["translation_status"] == "completed"
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["display_language"], seen["display_source"]) == ("ขอบคุณ", "th", "translation")
    assert seen["original_content"] == "Thank you"


def test_an_engines_words_reach_the_reader_and_an_event_says_so(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message = post(as_owner, channel, NEWS).json()["data"]
    assert message["translation_status"] == "pending"
    assert newest(as_member, channel)["display_source"] == "original"
    assert translate_owed() == 1
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["translation_status"]) == (servers.said("th", NEWS), "completed")
    event = Event.objects.filter(stream_id=channel.pk).latest("seq")
    assert (event.seq, event.kind, event.data) == (
        2,
        "message.translated",
        {"message_id": message["id"], "language": "th"},
    )


def test_the_same_text_is_paid_for_once(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    post(as_owner, channel, NEWS)
    translate_owed()
    assert post(as_owner, channel, NEWS).json()["data"]["translation_status"] == "completed"
    assert len(engine.requests) == 1


def test_without_an_engine_the_original_is_shown_with_its_honest_status(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings
) -> None:
    settings.TRANSLATION_ENGINES = ()
    post(as_owner, channel, NEWS)
    translate_owed()
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["display_source"], seen["translation_status"]) == (NEWS, "original", "failed")
    assert translate_owed() == 0


def test_readers_are_told_why_a_message_is_not_in_their_language_and_nobody_else(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    healthy, engine.handle = engine.handle, servers.always(500)
    message = post(as_owner, channel, NEWS).json()["data"]
    assert message["translation_reason"] is None
    assert newest(as_member, channel)["translation_reason"] is None, "pending"
    translate_owed()
    assert newest(as_member, channel)["translation_reason"] == "engine_passing"
    assert newest(as_owner, channel)["translation_reason"] is None, "they wrote it"
    as_owner.patch(f"{path_of(channel)}/{message['id']}", {"content": "The crane is fine after all."})
    assert newest(as_member, channel)["translation_reason"] is None, "other words"
    engine.handle = healthy
    translate_owed()
    assert newest(as_member, channel)["translation_reason"] is None, "translated"


@pytest.mark.parametrize("language", ["th", "ja", "id", "zh-CN"])
def test_the_want_of_an_engine_is_told_in_every_language_until_there_is_one(
    as_owner: APIClient,
    as_member: APIClient,
    channel: Channel,
    engine: servers.Service,
    settings: Settings,
    language: str,
) -> None:
    engines, settings.TRANSLATION_ENGINES = settings.TRANSLATION_ENGINES, ()
    post(as_owner, channel, NEWS)
    newest(as_member, channel, f"&language={language}")
    translate_owed()
    assert newest(as_member, channel, f"&language={language}")["translation_reason"] == "no_engine"
    settings.TRANSLATION_ENGINES = engines
    MessageTranslation.objects.update(due_at=timezone.now())
    translate_owed()
    seen = newest(as_member, channel, f"&language={language}")
    assert (seen["display_language"], seen["translation_reason"]) == (language, None)


def test_a_deleted_message_says_nothing_of_why_it_was_not_translated(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings
) -> None:
    settings.TRANSLATION_ENGINES = ()
    message = post(as_owner, channel, NEWS).json()["data"]
    translate_owed()
    as_owner.delete(f"{path_of(channel)}/{message['id']}")
    assert newest(as_member, channel)["translation_reason"] is None


def test_after_an_outage_everything_is_translated_without_a_person(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    healthy, engine.handle = engine.handle, servers.always(500)
    post(as_owner, channel, NEWS)
    translate_owed()
    assert newest(as_member, channel)["translation_status"] == "failed"
    engine.handle = healthy
    for minutes in range(1, 6):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
            sweep_translations()
    assert newest(as_member, channel)["display_content"] == servers.said("th", NEWS)


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    post(as_owner, channel, NEWS)
    assert len(claim(limit=10)) == 1
    assert claim(limit=10) == []
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=True):
        assert len(claim(limit=10)) == 1


def test_a_result_for_words_that_were_edited_meanwhile_is_never_shown(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message_id = post(as_owner, channel, NEWS).json()["data"]["id"]
    (row,) = claim(limit=10)
    job = Job(TranslationRef(row.pk, channel.pk, message_id, 1), channel.workspace_id, NEWS, "en", "th")
    as_owner.patch(f"{path_of(channel)}/{message_id}", {"content": "The crane is fine after all, do not come."})
    store([JobResult(job, "ready", "old words", "libretranslate")])
    assert newest(as_member, channel)["display_source"] == "original"
    translate_owed()
    seen = newest(as_member, channel)
    assert seen["display_content"] == servers.said("th", "The crane is fine after all, do not come.")


def test_variants_of_the_author_are_used_as_they_are(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    post(as_owner, channel, NEWS, translations={"th": "เครนจะซ่อมวันพฤหัส", "ja": "木曜に直します"})
    assert newest(as_member, channel)["display_content"] == "เครนจะซ่อมวันพฤหัส"
    assert newest(as_member, channel, "&language=ja")["display_content"] == "木曜に直します"


@pytest.mark.parametrize("words", ["", " \n", "x" * 8001, "\x00", "\ud800", None, 7])
def test_variants_that_say_nothing_or_too_much_are_refused(as_owner: APIClient, channel: Channel, words: Any) -> None:
    answer = as_owner.generic(
        "POST", path_of(channel), json.dumps({"content": NEWS, "translations": {"th": words}}), "application/json"
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["translations.th"])


def test_variants_are_kept_as_content_is(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "👍", translations={"th": " ดี\x00มาก "})
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["translation_status"]) == ("ดีมาก", "completed")


def test_an_edit_brings_variants_of_its_own(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    message = post(as_owner, channel, NEWS, translations={"th": "วันพฤหัส"}).json()["data"]["id"]
    body = {"content": "It is Friday now.", "translations": {"th": "วันศุกร์"}}
    assert as_owner.patch(f"{path_of(channel)}/{message}", body).json()["data"]["translation_status"] == "completed"
    assert newest(as_member, channel)["display_content"] == "วันศุกร์"
    as_owner.patch(f"{path_of(channel)}/{message}", {"content": "It is Saturday now."})
    assert newest(as_member, channel)["display_source"] == "original"


def test_what_the_service_itself_says_is_translated_like_all_else(
    owner: User, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    context = channel_context(owner, channel.workspace_id, channel.pk, to_write=True)
    post_message(sender=Sender(), context=context, draft=NewMessage(content=NEWS, type="system"))
    assert translate_owed() == 1
    seen = newest(as_member, channel)
    assert (seen["type"], seen["sender"], seen["display_content"]) == ("system", None, servers.said("th", NEWS))


def test_threads_webhooks_automation_and_direct_messages_go_the_same_way(
    as_owner: APIClient, as_member: APIClient, owner: User, member_user: User, channel: Channel, engine: servers.Service
) -> None:
    parent = post(as_owner, channel, "👍").json()["data"]["id"]
    post(as_owner, channel, "An answer in a thread, one of many", parent_message_id=parent)
    hook(make_webhook(as_owner, channel, default_channel_id=channel.pk), {"text": "The build is green again"})
    robot = token_client(owner, ["automation:messages"])
    path = f"/api/v1/automation/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"
    robot.post(path, {"content": "The nightly build is ready for you"})
    direct = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}).json()["data"]["id"]
    as_owner.post(f"/api/v1/direct-conversations/{direct}/messages", {"content": "Between the two of us"})
    assert translate_owed() == 4
    shown = as_member.get(path_of(channel)).json()["data"][:3]
    shown += as_member.get(f"/api/v1/direct-conversations/{direct}/messages").json()["data"]
    assert [one["display_content"] for one in shown] == [
        servers.said("th", "The nightly build is ready for you"),
        servers.said("th", "The build is green again"),
        servers.said("th", "An answer in a thread, one of many"),
        servers.said("th", "Between the two of us"),
    ]


def test_a_message_may_be_left_untranslated(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    assert post(as_owner, channel, "Thank you", skip_translation=True).json()["data"]["translation_status"] == "skipped"
    assert newest(as_member, channel)["display_content"] == "Thank you"
    assert not MessageTranslation.objects.exists()


def test_a_text_without_words_is_skipped(as_owner: APIClient, channel: Channel) -> None:
    assert post(as_owner, channel, "https://example.com/a?b=1 👍").json()["data"]["translation_status"] == "skipped"


def test_nothing_is_owed_where_everybody_reads_the_language(as_owner: APIClient, workspace: Workspace) -> None:
    general = Channel.objects.get(workspace=workspace)
    assert post(as_owner, general, NEWS).json()["data"]["translation_status"] == "not_needed"


def test_a_language_that_comes_later_is_translated_when_read_and_paid_for_once(
    as_owner: APIClient, workspace: Workspace, outsider: User, as_outsider: APIClient, engine: servers.Service
) -> None:
    general = Channel.objects.get(workspace=workspace)
    post(as_owner, general, NEWS)
    actions.add_member(workspace=workspace, user=outsider)
    for _look in range(3):
        assert newest(as_outsider, general)["translation_status"] == "pending"
    assert translate_owed() == 1
    assert newest(as_outsider, general)["display_content"] == servers.said("ja", NEWS)
    assert len(engine.requests) == 1


def test_a_spent_budget_is_told_and_keeps_no_later_language_from_its_readers(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=0)
    message = post(as_owner, channel, NEWS).json()["data"]["id"]
    translate_owed()
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["translation_status"]) == (NEWS, "skipped")
    assert seen["translation_reason"] == "budget"
    (row,) = as_owner.get(f"/api/v1/messages/{message}/translations").json()["data"]
    assert (row["state"], row["reason"]) == ("skipped", "budget")
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=None)
    newest(as_member, channel, "&language=ja")
    assert translate_owed() == 1
    assert newest(as_member, channel, "&language=ja")["display_content"] == servers.said("ja", NEWS)


def test_what_a_spent_budget_left_is_translated_when_read_once_staff_raised_it(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=0)
    post(as_owner, channel, NEWS)
    translate_owed()
    for _look in range(2):
        assert newest(as_member, channel)["translation_status"] == "skipped"
    # Room, but for less than this.
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=len(NEWS) - 1)
    assert newest(as_member, channel)["translation_status"] == "skipped"
    assert translate_owed() == 0
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=len(NEWS))
    assert newest(as_member, channel)["translation_status"] == "pending"
    assert newest(as_member, channel)["translation_status"] == "pending"
    assert translate_owed() == 1
    assert newest(as_member, channel)["display_content"] == servers.said("th", NEWS)
    assert len(engine.requests) == 1


def test_a_new_month_pays_for_what_is_read_newest_first_and_for_no_more_than_its_budget(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    news = [f"The {colour} crane will be repaired on Thursday." for colour in ("red", "old", "big")]
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=2 * len(news[0]))
    for text in news[:2]:
        post(as_owner, channel, text)
    assert translate_owed() == 2
    for text in (news[2], "The harbour opens late.", "Where is the captain?"):
        post(as_owner, channel, text)
    translate_owed()

    def shown() -> list[str]:
        return [row["display_source"] for row in as_member.get(path_of(channel)).json()["data"]]

    assert shown() == ["original"] * 3 + ["translation"] * 2
    assert translate_owed() == 0
    next_month = (timezone.now().replace(day=1) + timedelta(days=40)).replace(day=2)
    with time_machine.travel(next_month, tick=False):
        shown()
        assert translate_owed() == 2
        assert shown() == ["translation"] * 2 + ["original"] + ["translation"] * 2


def test_what_was_skipped_for_another_reason_is_not_owed_by_a_look(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    post(as_owner, channel, NEWS)
    MessageTranslation.objects.update(state="skipped", reason="nothing_to_translate")
    newest(as_member, channel)
    assert translate_owed() == 0


def test_metrics_tell_what_is_owed_and_for_how_long(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    def told() -> list[str]:
        lines = as_owner.get("/metrics").content.decode().splitlines()
        return [
            line for line in lines if line.startswith(("rosetta_translations_owed{", "rosetta_translation_queue_age"))
        ]

    assert told() == []
    with time_machine.travel(timezone.now() - timedelta(seconds=90), tick=False):
        post(as_owner, channel, NEWS)
    owed, age = told()
    assert owed == 'rosetta_translations_owed{source="en",state="pending",target="th"} 1.0'
    assert age.startswith('rosetta_translation_queue_age_seconds{source="en",target="th"} 9')
    engine.handle = servers.always(500)
    translate_owed()
    assert told() == ['rosetta_translations_owed{source="en",state="failed",target="th"} 1.0']


def test_mentions_links_and_code_come_through_unchanged(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service, member_user: User
) -> None:
    text = f"Please look at `x = 1`, @[Mali](user:{member_user.pk}), see https://example.com/Path?q=Ab before 12:30"
    mentions = post(as_owner, channel, text).json()["data"]["mentions"]
    assert mentions == [{"kind": "user", "id": member_user.pk, "name": "Mali"}]
    translate_owed()
    shown = newest(as_member, channel)["display_content"]
    assert shown == servers.said("th", text)
    assert "`x = 1`" in shown
    assert f"@[Mali](user:{member_user.pk})" in shown
    assert "https://example.com/Path?q=Ab" in shown


def test_a_worker_is_woken_after_the_commit(
    as_owner: APIClient, channel: Channel, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with celery_app.connection_for_read() as broker, broker.SimpleQueue("rosetta-translation") as queue:
        queue.clear()
        cache.clear()
        with django_capture_on_commit_callbacks(execute=True):
            assert post(as_owner, channel, NEWS).status_code == 201
            assert post(as_owner, channel, NEWS + " Again.").status_code == 201
        assert queue.get(timeout=30).headers["task"] == "messaging.tasks.translate_owed"


def test_one_nudge_waits_for_a_worker_however_many_posts_there_are(
    as_owner: APIClient,
    channel: Channel,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
    engine: servers.Service,
) -> None:
    if not settings.REDIS_URL:
        pytest.skip("without Redis every nudge is sent")
    with celery_app.connection_for_read() as broker, broker.SimpleQueue("rosetta-translation") as queue:
        queue.clear()
        cache.clear()
        with django_capture_on_commit_callbacks(execute=True):
            for number in range(5):
                post(as_owner, channel, f"{NEWS} {number}")
        assert queue.qsize() == 1
        translate_owed()
        with django_capture_on_commit_callbacks(execute=True):
            post(as_owner, channel, f"{NEWS} at last")
        assert queue.qsize() == 2
