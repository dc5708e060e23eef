"""What an engine is told of a message besides its words, over sockets to servers that speak the engines' formats."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message
from messaging.tasks import translate_owed
from messaging.tests.client import hook, make_webhook, newest, path_of, post
from translation.context.tokens import tokens
from translation.engines import chat_request
from translation.models import MemoryEntry
from translation.tests import servers
from translation.tests.factories import GlossaryTermFactory
from workspaces.models import Channel, Member
from workspaces.tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db

PATH = Path(__file__).parent / "data" / "lines_that_need_context.csv"
SMALL_TALK = (
    "The kettle in the kitchen is boiling.",
    "Nobody has watered the ferns.",
    "My screen has a scratch.",
    "Rain again.",
)


@pytest.fixture(params=["openai", "deepl"])
def service(request: pytest.FixtureRequest, settings: Any) -> Iterator[servers.Service]:
    yield from _served(request.param, settings)


@pytest.fixture
def model(settings: Any) -> Iterator[servers.Service]:
    yield from _served("openai", settings)


@pytest.fixture
def deepl(settings: Any) -> Iterator[servers.Service]:
    yield from _served("deepl", settings)


def _served(name: str, settings: Any) -> Iterator[servers.Service]:
    cache.clear()
    with servers.serve(getattr(servers, name)) as service:
        settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = (name,), {}
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL = (
            f"{service.url}/v1",
            "secret",
            "a-model",
        )
        settings.DEEPL_API_KEY, settings.DEEPL_URL = "secret", service.url
        yield service


@pytest.fixture
def japanese(member_user: User, membership: Member) -> None:
    """Mali reads Japanese."""
    User.objects.filter(pk=member_user.pk).update(preferred_language="ja")
    Member.objects.filter(pk=membership.pk).update(language="ja")


def contexts_in(service: servers.Service, text: str) -> list[list[str]]:
    """Return what the service was told of each time that it was to translate ``text``."""
    told: list[list[str]] = []
    for request in service.requests:
        if "messages" not in request.body:
            if text in request.body["text"]:
                told.append((request.body.get("context") or "").split("\n"))
            continue
        task = json.loads(request.body["messages"][-1]["content"])
        for line in task["lines"]:
            if line["text"] == text:
                numbers = [*([line["reply_to"]] if "reply_to" in line else []), *line.get("after", [])]
                told.append([task["said"][number] for number in numbers])
    return told


def say(client: APIClient, channel: Channel, content: str, **more: Any) -> str:
    answer = post(client, channel, content, **more)
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["data"]["id"])


def another(channel: Channel) -> Channel:
    return ChannelFactory.create(member=Member.objects.get(workspace=channel.workspace, role="owner"))


def translate_all() -> None:
    while translate_owed():
        pass


def test_the_line_that_a_text_needs_is_in_each_request(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, service: servers.Service
) -> None:
    cases = list(csv.DictReader(PATH.open(encoding="utf-8")))
    assert len(cases) >= 60
    for number, case in enumerate(cases):
        said = {"language": case["language"]}
        place = channel if number % 8 else another(channel)
        parent = say(as_owner, place, case["needed"], **said)
        distance = 1 if case["where"] == "thread" else int(case["where"])
        for between in SMALL_TALK[: distance - 1]:
            say(as_owner, place, f"{between} {number}")
        thread = {"parent_message_id": parent} if case["where"] == "thread" else {}
        if thread:
            say(as_member, place, f"{SMALL_TALK[0]} {number}")
        say(as_member, place, case["text"], **said, **thread)
    translate_all()
    for case in cases:
        told = contexts_in(service, case["text"])
        assert told, case
        assert all(any(case["needed"] in line for line in lines) for lines in told), (case, told)


def test_a_request_has_at_most_1_6_times_the_tokens_of_one_with_three_messages_before(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, model: servers.Service
) -> None:
    said: list[str] = []
    for case in csv.DictReader(PATH.open(encoding="utf-8")):
        for text in (case["needed"], case["text"]):
            say(as_member if len(said) % 2 else as_owner, channel, text, language=case["language"])
            said.append(text)
            if len(said) % 3 == 0:  # as in a lively channel: a few lines a call
                translate_owed()
    translate_all()
    assert len(model.requests) > 20
    ratios = []
    for request in model.requests:
        system, user = (message["content"] for message in request.body["messages"])
        lines = json.loads(user)["lines"]
        plain = chat_request._PLAIN_SYSTEM
        for line in lines:
            place = said.index(line["text"])
            plain += 8 + tokens(line["text"]) + sum(3 + tokens(text) for text in said[max(0, place - 3) : place])
        ratios.append((tokens(system) + tokens(user)) / plain)
    assert max(ratios) <= 1.6


def test_nobody_is_named_and_private_pieces_are_left_out(
    as_owner: APIClient, as_member: APIClient, owner: User, channel: Channel, service: servers.Service
) -> None:
    say(
        as_member,
        channel,
        f"@[{owner.name}](user:{owner.pk}) the pump at https://pump.example/a?key=1 hums, mail ann@pump.example",
    )
    say(as_owner, channel, "I heard it too this morning")
    translate_all()
    (told,) = contexts_in(service, "I heard it too this morning")
    assert told == ["A: @B the pump at … hums, mail …"]
    asked = json.dumps([request.body for request in service.requests])
    assert owner.name not in asked
    assert "pump.example" not in asked


def test_deleted_messages_untranslated_ones_and_other_conversations_are_no_context(
    as_owner: APIClient, as_member: APIClient, channel: Channel, service: servers.Service
) -> None:
    gone = say(as_owner, channel, "The secret colour is violet")
    say(as_owner, channel, "Keep this one in English please", skip_translation=True)
    say(as_owner, another(channel), "Another room talks about ships")
    root = say(as_owner, channel, "The shelves have arrived today")
    say(as_owner, channel, "A word within the thread only", parent_message_id=root)
    assert as_owner.delete(f"{path_of(channel)}/{gone}").status_code == 204
    say(as_owner, channel, "Did they survive the trip?")
    translate_all()
    (told,) = contexts_in(service, "Did they survive the trip?")
    assert told == ["A: The shelves have arrived today"]


def test_a_webhook_is_not_told_what_people_said(
    as_owner: APIClient, channel: Channel, service: servers.Service
) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    say(as_owner, channel, "The deploy key is under the mat")
    assert hook(webhook, {"text": "Build 12 of it has failed"}).status_code in (200, 201)
    translate_all()
    assert contexts_in(service, "Build 12 of it has failed") in ([[]], [[""]])


def test_the_tone_of_a_channel_reaches_the_engine_and_has_a_memory_of_its_own(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, model: servers.Service
) -> None:
    text = "The quarterly figures of the harbour will be published on Thursday morning"
    say(as_owner, channel, text)
    translate_all()
    path = path_of(channel).removesuffix("/messages")
    assert as_owner.patch(path, {"formality": "formal"}).json()["data"]["formality"] == "formal"
    assert as_owner.patch(path, {"formality": "rude"}).status_code == 422
    assert as_member.get(path).json()["data"]["formality"] == "formal"
    say(as_owner, channel, text)
    assert newest(as_member, channel)["display_source"] == "original", "the memory has it in another tone only"
    translate_all()
    tasks = [json.loads(request.body["messages"][-1]["content"]) for request in model.requests]
    assert [task.get("tone") for task in tasks] == [None, "formal"]
    say(as_owner, channel, text)
    assert newest(as_member, channel)["display_source"] == "translation", "recalled in the tone"


def test_deepl_gets_the_formality_only_where_the_target_has_it(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, deepl: servers.Service
) -> None:
    as_owner.patch(path_of(channel).removesuffix("/messages"), {"formality": "casual"})
    say(as_owner, channel, "The harbour opens at nine today")
    say(as_member, channel, "港は九時に開きます")
    translate_all()
    assert {request.body["target_lang"]: request.body.get("formality") for request in deepl.requests} == {
        "JA": "prefer_less",
        "EN-US": None,
    }


def test_terms_and_earlier_renderings_are_told(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, model: servers.Service
) -> None:
    GlossaryTermFactory.create(scope_id=channel.workspace_id, term="Blue Whale", rendering="青い鯨")
    say(as_owner, channel, "The Kowloon gantry has a new driver")
    translate_all()
    say(as_owner, channel, "Is the Kowloon gantry ready for Blue Whale?")
    translate_all()
    task = json.loads(model.requests[-1].body["messages"][-1]["content"])
    (line,) = task["lines"]
    assert list(line["terms"].values()) == ["青い鯨"]
    assert next(iter(line["terms"])) in line["text"]
    assert line["rendered"] == [
        ["The Kowloon gantry has a new driver", servers.said("ja", "The Kowloon gantry has a new driver")]
    ]


def test_what_leans_on_its_context_is_not_recalled_in_another_and_the_rest_is(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, model: servers.Service
) -> None:
    whole = "The harbour crane will be repaired by the new company on Thursday"
    for before in ("The lamp is broken again", "The key of the shed is missing"):
        say(as_owner, channel, before)
        say(as_owner, channel, "I put it on the table")
        say(as_owner, channel, whole)
        translate_all()
    assert len(contexts_in(model, "I put it on the table")) == 2
    assert len(contexts_in(model, whole)) == 1
    assert MemoryEntry.objects.filter(source_text="I put it on the table", is_bound=True).count() == 2


def test_a_correction_is_right_in_every_context_and_tone(
    as_owner: APIClient, as_member: APIClient, channel: Channel, japanese: None, model: servers.Service
) -> None:
    say(as_owner, channel, "The lamp is broken again")
    message = say(as_owner, channel, "I put it on the table")
    translate_all()
    corrected = as_owner.put(f"{path_of(channel)}/{message}/translations/ja", {"text": "机に置きました"})
    assert corrected.status_code == 200
    as_owner.patch(path_of(channel).removesuffix("/messages"), {"formality": "casual"})
    say(as_owner, channel, "The key of the shed is missing")
    say(as_owner, channel, "I put it on the table")
    assert newest(as_member, channel)["display_content"] == "机に置きました"


def test_the_same_text_after_two_things_is_asked_for_twice_in_one_batch(
    as_owner: APIClient, channel: Channel, japanese: None, service: servers.Service
) -> None:
    other = another(channel)
    for place, before in ((channel, "The lamp is broken again"), (other, "The key of the shed is missing")):
        say(as_owner, place, before)
        say(as_owner, place, "Who has seen it last?")
    translate_all()
    told = contexts_in(service, "Who has seen it last?")
    assert sorted(lines[-1].partition(": ")[2] for lines in told) == [
        "The key of the shed is missing",
        "The lamp is broken again",
    ]
    assert not Message.objects.exclude(translation_status="completed").exists()
