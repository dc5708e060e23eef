"""Translators serve all: a flood, an outage or a curious reader holds nobody else up, and no words are paid for twice."""

import itertools
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from messaging.models import MessageTranslation
from messaging.tests.client import path_of, post
from messaging.tests.together import at_once, same_caller
from messaging.translations.worker import claim, translate_pending
from translation.tests import servers
from workspaces import actions
from workspaces.models import Channel, Workspace
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
NUMBERS = itertools.count(1)


@pytest.fixture
def quiet(as_owner: APIClient, channel: Channel) -> Channel:
    """A second channel."""
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    return Channel.objects.get(pk=as_owner.post(base, {"name": "Quiet"}).json()["data"]["id"])


def flood(client: APIClient, channel: Channel, number: int = 100) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for _n in range(number):
            assert post(client, channel, f"{next(NUMBERS)} is the number of this evening").status_code == 201


def test_a_flood_in_one_conversation_does_not_starve_another(
    as_owner: APIClient, channel: Channel, quiet: Channel
) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # however long the flood takes to post
        flood(as_owner, channel)
        post(as_owner, quiet, "A quiet word about the harbour")
    first = claim(limit=32)
    assert [row.message.conversation_id for row in first].count(quiet.pk) == 1
    assert len(first) == 32


def test_a_flood_is_translated_in_its_own_order(as_owner: APIClient, channel: Channel) -> None:
    flood(as_owner, channel, 40)
    assert [row.message.seq for row in claim(limit=32)] == list(range(1, 33))
    assert [row.message.seq for row in claim(limit=32)] == list(range(33, 41))


def test_a_flood_gets_all_there_is_when_nobody_else_writes(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    flood(as_owner, channel, 50)
    done = [translate_pending(limit=32) for _ in range(3)]
    assert done == [32, 18, 0]
    assert not MessageTranslation.objects.exclude(state="ready").exists()


def test_a_flooders_turn_comes(as_owner: APIClient, channel: Channel, quiet: Channel) -> None:
    flood(as_owner, channel, 40)
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        flood(as_owner, quiet, 40)
        assert {row.message.conversation_id for row in claim(limit=40)} == {channel.pk}


def test_what_failed_does_not_hold_up_what_is_new_nor_the_other_way_round(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    healthy, engine.handle = engine.handle, servers.always(500)
    flood(as_owner, channel, 40)
    translate_pending()
    engine.handle = healthy
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=True):
        flood(as_owner, channel, 40)
        states = [row.state for row in claim(limit=32)]
        assert (states.count("failed"), states.count("pending")) == (8, 24)


def test_claiming_reads_by_an_index(as_owner: APIClient, channel: Channel) -> None:
    post(as_owner, channel)
    with CaptureQueriesContext(connection) as seen:
        claim(limit=32)
    for query in [one["sql"] for one in seen.captured_queries if "ORDER BY" in one["sql"]][:2]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN {query}")
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {query}")
            assert "translation_" in str(cursor.fetchall())


def test_engines_that_take_it_see_what_was_said_before(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Settings
) -> None:
    cache.clear()
    with servers.serve(servers.openai) as service:
        settings.TRANSLATION_ENGINES, settings.OPENAI_BASE_URL = ("openai",), service.url
        settings.OPENAI_MODEL = "small"
        for number in range(5):
            translations = {"th": f"เรื่องที่ {number}"} if number < 4 else {}
            post(as_owner, channel, f"Line number {number} of the story", translations=translations)
        assert translate_pending() == 1
    asked = str(service.requests[0].body)
    assert "Line number 4" in asked
    assert "Line number 3 of the story" in asked


def test_a_batch_takes_no_more_queries_for_twenty_messages_than_for_two(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    counts = []
    for rows in (2, 20):
        flood(as_owner, channel, rows)
        with CaptureQueriesContext(connection) as seen:
            assert translate_pending() == rows
        counts.append(len(seen))
    assert counts[1] <= counts[0], [one["sql"][:120] for one in seen.captured_queries]


def test_a_history_read_in_a_new_language_takes_no_more_queries_for_fifty_rows_than_for_one(
    as_owner: APIClient, workspace: Workspace, channel: Channel
) -> None:
    counts = []
    for rows, language in ((1, "ja"), (50, "id")):
        for n in range(rows):
            post(as_owner, channel, f"Line {n} of the long history", translations={"th": "x"})
        with CaptureQueriesContext(connection) as seen:
            assert as_owner.get(f"{path_of(channel)}?language={language}").status_code == 200
        counts.append(len(seen))
    assert counts[1] <= counts[0], "\n".join(one["sql"][:150] for one in seen.captured_queries)


def test_a_history_read_in_a_new_language_shows_what_the_memory_knows(as_owner: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "Thank you")
    shown = as_owner.get(f"{path_of(channel)}?language=ja").json()["data"][0]
    assert (shown["display_source"], shown["display_language"]) == ("translation", "ja")


def test_a_long_history_waits_behind_what_is_said_now(as_owner: APIClient, channel: Channel, quiet: Channel) -> None:
    flood(as_owner, channel, 50)
    MessageTranslation.objects.all().delete()
    as_owner.get(f"{path_of(channel)}?language=ja")
    post(as_owner, quiet, "A quiet word about the harbour")
    assert quiet.pk in {row.message.conversation_id for row in claim(limit=16)}


@pytest.mark.django_db(transaction=True)
def test_many_readers_of_a_new_language_and_many_workers_make_one_engine_call(
    as_owner: APIClient, workspace: Workspace, channel: Channel, engine: servers.Service
) -> None:
    message = post(as_owner, channel, "The crane will be repaired", translations={"th": "x"}).json()["data"]["id"]
    members = MemberFactory.create_batch(8, workspace=workspace, user__preferred_language="ja")
    readers = [token_client(member.user) for member in members]
    answers = at_once(*[partial(reader.get, path_of(channel)) for reader in readers])
    assert [answer.status_code for answer in answers] == [200] * 8
    assert MessageTranslation.objects.filter(message=message, language="ja").count() == 1
    assert sum(at_once(*[translate_pending] * 4)) == 1
    assert len(engine.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_reading_in_a_new_language_during_edits_leaves_no_old_words(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message = post(as_owner, channel, "Version 0 of the plan", translations={"th": "x"}).json()["data"]["id"]
    other = same_caller(as_owner)

    def edit() -> set[int]:
        path = f"{path_of(channel)}/{message}"
        return {other.patch(path, {"content": f"Version {n} of the plan"}).status_code for n in range(1, 9)}

    def read() -> set[int]:
        return {as_owner.get(f"{path_of(channel)}?language={code}").status_code for code in ("ja", "id") * 6}

    assert at_once(edit, read, translate_pending) == [{200}, {200}, pytest.approx(0, abs=99)]
    as_owner.get(f"{path_of(channel)}?language=ja")
    while translate_pending():
        pass
    shown = as_owner.get(f"{path_of(channel)}?language=ja").json()["data"][0]
    assert shown["display_content"] == servers.said("ja", "Version 8 of the plan")
    assert not MessageTranslation.objects.exclude(revision=9).exists()


def test_a_member_with_a_new_language_is_owed_what_comes(
    as_owner: APIClient, workspace: Workspace, channel: Channel, outsider: User
) -> None:
    actions.add_member(workspace=workspace, user=outsider)
    message = post(as_owner, channel, "The crane will be repaired").json()["data"]["id"]
    languages = MessageTranslation.objects.filter(message=message).values_list("language", flat=True)
    assert sorted(languages) == ["ja", "th"]
