"""What readers think of translations, and what follows from it."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from messaging.models import MessageTranslation, TranslationFeedback
from messaging.tasks import translate_owed
from messaging.tests.client import NEWS, newest, path_of, post
from translation.models import GlossaryTerm, MemoryEntry
from translation.tests import servers
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_engines(settings: Any) -> Iterator[tuple[servers.Service, servers.Service]]:
    """LibreTranslate, and a model behind it."""
    cache.clear()
    with servers.serve(servers.libretranslate()) as first, servers.serve(servers.openai) as second:
        settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("libretranslate", "openai"), {}
        settings.LIBRETRANSLATE_URL = first.url
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL = f"{second.url}/v1", "secret", "m"
        yield first, second


def translated(client: APIClient, channel: Channel, text: str = NEWS) -> str:
    message = str(post(client, channel, text).json()["data"]["id"])
    translate_owed()
    return f"{path_of(channel)}/{message}/translations/th"


def test_a_rating_is_one_for_each_reader_and_can_be_taken_back(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, channel: Channel, engine: servers.Service
) -> None:
    path = translated(as_owner, channel)
    for verdict in ("good", "bad", "bad"):
        assert as_member.put(f"{path}/feedback", {"verdict": verdict}).json()["data"]["verdict"] == verdict
    row = TranslationFeedback.objects.get()
    assert (row.verdict, row.engine, row.source) == ("bad", "libretranslate", "en")
    assert as_member.put(f"{path}/feedback", {"verdict": "ugly"}).status_code == 422
    assert as_outsider.put(f"{path}/feedback", {"verdict": "bad"}).status_code == 404
    assert as_member.put(f"{path.removesuffix('th')}id/feedback", {"verdict": "bad"}).status_code == 404
    assert [as_member.delete(f"{path}/feedback").status_code for _ in range(2)] == [204, 204]
    assert not TranslationFeedback.objects.exists()


def test_bad_ones_are_listed_by_pair_and_engine_for_owners_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service, staff: Client
) -> None:
    path = translated(as_owner, channel)
    for client in (as_owner, as_member):
        client.put(f"{path}/feedback", {"verdict": "bad"})
    listed = f"/api/v1/workspaces/{channel.workspace_id}/rejected-translations"
    (row,) = as_owner.get(f"{listed}?source=en&target=th&engine=libretranslate").json()["data"]
    assert (row["bad_count"], row["original_content"], row["engine"]) == (2, NEWS, "libretranslate")
    assert as_owner.get(f"{listed}?engine=deepl").json()["data"] == []
    assert as_member.get(listed).status_code == 403
    assert "libretranslate" in staff.get("/admin/messaging/translationfeedback/?verdict__exact=bad").content.decode()


def test_another_engine_translates_again_and_the_memory_keeps_its_words(
    as_owner: APIClient, as_member: APIClient, channel: Channel, two_engines: tuple[servers.Service, servers.Service]
) -> None:
    path = translated(as_owner, channel)
    as_member.put(f"{path}/feedback", {"verdict": "bad"})
    assert as_member.post(f"{path}/again").status_code == 403
    answer = as_owner.post(f"{path}/again")
    assert (answer.status_code, answer.json()["data"]["state"]) == (202, "pending")
    translate_owed()
    first, second = two_engines
    assert (len(first.requests), len(second.requests)) == (1, 1)
    assert MessageTranslation.objects.get().engine == "openai"
    assert newest(as_member, channel)["display_source"] == "translation"
    assert MemoryEntry.objects.get(target="th").engine == "openai"
    assert as_owner.get(f"/api/v1/workspaces/{channel.workspace_id}/rejected-translations").json()["data"] == []


def test_staff_have_it_translated_again(
    as_owner: APIClient, channel: Channel, two_engines: tuple[servers.Service, servers.Service], staff: Client
) -> None:
    as_owner.put(f"{translated(as_owner, channel)}/feedback", {"verdict": "bad"})
    chosen = {"action": "translate_again", "_selected_action": [TranslationFeedback.objects.get().pk]}
    assert staff.post("/admin/messaging/translationfeedback/", chosen).status_code == 302
    translate_owed()
    assert MessageTranslation.objects.get().engine == "openai"


def test_there_must_be_another_engine(as_owner: APIClient, channel: Channel, engine: servers.Service) -> None:
    path = translated(as_owner, channel)
    answer = as_owner.post(f"{path}/again")
    assert answer.status_code == 409


@pytest.mark.parametrize(("logprob", "is_low"), [(-0.01, False), (-3.0, True)])
def test_what_the_model_says_of_its_own_words_counts(
    as_owner: APIClient, as_member: APIClient, channel: Channel, settings: Any, logprob: float, is_low: bool
) -> None:
    def rated(request: servers.Request) -> servers.Reply:
        assert request.body["logprobs"] is True
        reply = servers.openai(request)
        choice = reply.body["choices"][0]
        content = json.dumps(json.loads(choice["message"]["content"]), ensure_ascii=False)
        choice["message"]["content"] = content
        choice["logprobs"] = {"content": [{"token": letter, "logprob": logprob} for letter in content]}
        return reply

    cache.clear()
    with servers.serve(rated) as service:
        settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("openai",), {}
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.OPENAI_MODEL = f"{service.url}/v1", "secret", "m"
        translated(as_owner, channel)
    seen = newest(as_member, channel)
    assert (seen["translation_confidence"] < 0.5) is is_low
    assert newest(as_owner, channel)["translation_confidence"] is None, "she reads what she wrote"
    assert math.exp(logprob) < 1


def test_the_same_correction_in_three_texts_proposes_a_term(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    engine.handle = servers.libretranslate(lambda text, source, target: "เครนเก่ามาก" if "old" in text else "ซ่อมเครนแล้ว")
    proposals = f"/api/v1/workspaces/{channel.workspace_id}/term-proposals"
    texts = ("The gantry is old today", "An old gantry again today", "This gantry was old before")
    for number, text in enumerate(texts):
        path = translated(as_owner, channel, text)
        for _again in range(2):
            assert as_owner.put(path, {"text": "ปั้นจั่นเก่ามาก"}).status_code == 200
        assert len(as_owner.get(proposals).json()["data"]) == (number == 2)
    (proposal,) = as_owner.get(proposals).json()["data"]
    assert (proposal["term"], proposal["rendering"], proposal["instead_of"]) == ("gantry", "ปั้นจั่น", "เครน")
    assert as_member.get(proposals).status_code == 403
    accepted = as_owner.post(f"{proposals}/{proposal['id']}/accept", {})
    assert (accepted.status_code, accepted.json()["data"]["term"]) == (201, "gantry")
    assert GlossaryTerm.objects.get().rendering == "ปั้นจั่น"
    assert as_owner.post(f"{proposals}/{proposal['id']}/accept", {}).status_code == 404
    assert as_owner.get(proposals).json()["data"] == []


def test_a_dismissed_proposal_does_not_come_back(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    engine.handle = servers.libretranslate(lambda text, source, target: "เครนเก่ามาก")
    proposals = f"/api/v1/workspaces/{channel.workspace_id}/term-proposals"
    for number in range(4):
        as_owner.put(
            translated(as_owner, channel, f"The gantry number {'abcd'[number]} is old"), {"text": "ปั้นจั่นเก่ามาก"}
        )
        for proposal in as_owner.get(proposals).json()["data"]:
            assert as_owner.delete(f"{proposals}/{proposal['id']}").status_code == 204
    assert as_owner.get(proposals).json()["data"] == []
