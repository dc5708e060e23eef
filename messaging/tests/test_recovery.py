"""A translation that fails is told at once, and made as soon as something can."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from messaging.models import MessageTranslation
from messaging.tasks import retry_translations, translate_owed
from messaging.tests.client import NEWS, newest, post
from translation import engines
from translation.actions import set_policy
from translation.engines import breakers
from translation.engines.base import PermanentError
from translation.health import check_engines
from translation.tests import servers
from translation.tests.argos_packages import sentences
from translation.tests.installing import unpack
from workspaces.models import Channel, Event

pytestmark = pytest.mark.django_db
State = MessageTranslation.State
KNOWN = sentences()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def kinds(channel: Channel) -> list[str]:
    return list(Event.objects.filter(stream_id=channel.pk).order_by("seq").values_list("kind", flat=True))


def states() -> list[tuple[str, str]]:
    return list(MessageTranslation.objects.order_by("message").values_list("state", "reason"))


def test_a_failure_is_told_once(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings
) -> None:
    settings.TRANSLATION_ENGINES = ()
    message = post(as_owner, channel, NEWS).json()["data"]
    translate_owed()
    event = Event.objects.filter(stream_id=channel.pk).latest("seq")
    assert (event.kind, event.data) == ("message.untranslated", {"message_id": message["id"], "language": "th"})
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        assert translate_owed() == 1
    assert kinds(channel) == ["message.created", "message.untranslated"]


@pytest.mark.parametrize("status", [500, 403, 429])
def test_whatever_the_engine_did_the_failure_is_told(
    as_owner: APIClient, channel: Channel, engine: servers.Service, status: int
) -> None:
    engine.handle = servers.always(status)
    post(as_owner, channel, NEWS)
    translate_owed()
    assert kinds(channel) == ["message.created", "message.untranslated"]


def test_a_spent_budget_is_told(as_owner: APIClient, channel: Channel, engine: servers.Service) -> None:
    set_policy(scope_id=channel.workspace_id, local_only=False, monthly_characters=1)
    post(as_owner, channel, NEWS)
    translate_owed()
    assert states() == [(State.SKIPPED, "budget")]
    assert kinds(channel) == ["message.created", "message.untranslated"]


def test_readers_of_the_language_alone_are_told(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings
) -> None:
    settings.TRANSLATION_ENGINES = ()
    post(as_owner, channel, NEWS)
    translate_owed()

    def told(client: APIClient) -> list[Any]:
        frames = client.get(f"/api/v1/conversations/{channel.pk}/events").json()["data"]
        return [
            (frame["event"], frame["data"]["translation_status"], frame["data"]["translation_reason"])
            for frame in frames
        ]

    assert told(as_owner) == [("message.created", "failed", None)]
    assert told(as_member) == [
        ("message.created", "failed", "no_engine"),
        ("message.untranslated", "failed", "no_engine"),
    ]


def test_what_failed_without_a_model_is_translated_when_there_is_one_newest_first(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings, tmp_path: Path
) -> None:
    settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("local",), {}
    settings.VAR_DIR, settings.LOCAL_MODELS_THREADS = tmp_path, 1
    try:
        for text in KNOWN["en"][:3]:
            post(as_owner, channel, text)
        translate_owed()
        assert states() == [(State.FAILED, "no_engine")] * 3
        assert retry_translations() == 0
        unpack(tmp_path / "models", "en-th")
        with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=True):
            engines.engine("local")._looked = 0.0
            assert retry_translations() == 3
            turns = list(MessageTranslation.objects.order_by("turn").values_list("message", flat=True))
            assert turns == sorted(turns, reverse=True)
            assert translate_owed() == 3
        assert newest(as_member, channel)["display_content"] == KNOWN["th"][2]
        assert {state for state, _reason in states()} == {State.READY}
    finally:
        engines.engine("local").stop()


def test_what_failed_while_an_engine_was_out_is_translated_when_it_is_back(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    healthy, engine.handle = engine.handle, servers.always(403)
    post(as_owner, channel, NEWS)
    translate_owed()
    assert retry_translations() == 0
    engine.handle = healthy
    assert check_engines() == 1
    assert retry_translations() == 1
    assert translate_owed() == 1
    assert newest(as_member, channel)["display_content"] == servers.said("th", NEWS)


def test_what_fails_while_a_pair_has_just_become_possible_does_not_wait_either(
    as_owner: APIClient, channel: Channel, settings: Settings, engine: servers.Service
) -> None:
    chain, settings.TRANSLATION_ENGINES = settings.TRANSLATION_ENGINES, ()
    post(as_owner, channel, NEWS)
    settings.TRANSLATION_ENGINES = chain
    assert retry_translations() == 0
    settings.TRANSLATION_ENGINES = ()
    translate_owed()
    settings.TRANSLATION_ENGINES = chain
    assert retry_translations() == 1
    assert translate_owed() == 1


def test_what_an_engine_breaks_waits_for_its_next_attempt(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    engine.handle = servers.libretranslate(lambda text, source, target: "")
    post(as_owner, channel, NEWS)
    translate_owed()
    assert states() == [(State.FAILED, "protection")]
    assert retry_translations() == 0


def test_it_costs_one_query_while_nothing_changes(
    engine: servers.Service, django_assert_num_queries: Any, channel: Channel
) -> None:
    retry_translations()
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        retry_translations()
        with django_assert_num_queries(1):
            retry_translations()


def test_an_engine_that_is_out_makes_no_pair_possible(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    engine.handle = servers.always(403)
    post(as_owner, channel, NEWS)
    translate_owed()
    state = breakers.snapshot(["libretranslate"], trials=False)
    state.failed("libretranslate", PermanentError("no"))
    state.save()
    assert retry_translations() == 0
