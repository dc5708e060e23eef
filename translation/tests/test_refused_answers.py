"""What an engine says in the place of a translation is neither shown nor remembered, and staff see how often that happens."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from translation.models import EngineState, MemoryEntry, RefusedAnswers
from translation.service import Job, JobResult, translate_batch
from translation.tests import servers

pytestmark = pytest.mark.django_db

SEA = "She was invited to talk about the sea."


def one(scope: str, text: str, target: str = "ja", source: str = "en") -> JobResult:
    return translate_batch([Job(None, scope, text, source, target)])[0]


def answering(answer: str) -> Any:
    return servers.libretranslate(lambda text, source, target: answer)


@pytest.mark.parametrize(
    ("target", "answer", "fault"),
    [
        ("ja", SEA, "echo"),
        ("ja", "Dia diundang untuk berbicara tentang laut.", "script"),
        ("ja", "그녀는 바다에 대해 이야기하도록 초대받았다.", "script"),
        ("ja", "彼女は海 was invited to talk about the sea", "untranslated"),
        ("th", "You have exceeded your quota", "refusal"),
        ("id", "You have exceeded your quota", "refusal"),
        ("ja", "申し訳ありませんが、翻訳できません。", "refusal"),
        ("ja", "彼女は海について話すよう招かれた。（注：直訳です）", "note"),
        ("ja", "彼女は海\ufffdついて話すよう招かれた。", "characters"),
        ("ja", "海海の海の" + "話す話す" * 20, "repetition"),
    ],
)
def test_it_fails_and_is_translated_once_the_engine_is_well(
    scope: str, libre: servers.Service, time_machine: Any, target: str, answer: str, fault: str
) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = answering(answer)
    outcome = one(scope, SEA, target)
    assert (outcome.state, outcome.reason) == ("failed", "not_a_translation")
    assert not MemoryEntry.objects.exists()
    assert not EngineState.objects.filter(failures__gt=0).exists()
    assert list(RefusedAnswers.objects.values_list("engine", "target", "fault", "count")) == [
        ("libretranslate", target, fault, 1)
    ]
    libre.handle = servers.libretranslate()
    assert outcome.retry_after is not None
    time_machine.shift(outcome.retry_after + 1)
    assert one(scope, SEA, target).text == servers.said(target, SEA)


def test_marks_of_markdown_that_the_author_did_not_write_are_no_translation(scope: str, libre: servers.Service) -> None:
    libre.handle = answering("彼女は海について**話す**よう招かれた。")
    outcome = one(scope, SEA, "ja")
    assert (outcome.state, outcome.reason) == ("failed", "protection")
    assert not MemoryEntry.objects.exists()


@pytest.mark.parametrize(
    ("text", "target", "answer", "shown"),
    [
        ("Important: bring your identity card on Monday", "ja", "【重要】月曜日に身分証をお持ちください", None),
        ("Settings, network, proxy", "th", "การตั้งค่า > เครือข่าย > พร็อกซี", None),
        (SEA, "ja", "「彼女は海について話すよう招かれた。」", "彼女は海について話すよう招かれた。"),
        (SEA, "ja", "翻訳：彼女は海について話すよう招かれた。", "彼女は海について話すよう招かれた。"),
        (SEA, "id", "\u2581Dia\u2581diundang bicara tentang laut.", "Dia diundang bicara tentang laut."),
        (SEA, "ja", "\u202e彼女は海について話すよう招かれた。", "彼女は海について話すよう招かれた。"),
    ],
)
def test_what_was_added_is_taken_off_and_punctuation_of_the_language_stays(
    scope: str, libre: servers.Service, text: str, target: str, answer: str, shown: str | None
) -> None:
    libre.handle = answering(answer)
    assert one(scope, text, target).text == (shown or answer)
    assert MemoryEntry.objects.get().text == (shown or answer)


@pytest.mark.parametrize(("text", "target"), [("Tokyo Osaka", "ja"), ("Budi Santoso", "th"), ("GitHub API", "zh-CN")])
def test_names_that_come_back_are_shown_and_not_remembered(
    scope: str, libre: servers.Service, text: str, target: str
) -> None:
    libre.handle = answering(text)
    assert (one(scope, text, target).state, one(scope, text, target).text) == ("ready", text)
    assert not MemoryEntry.objects.exists()


@pytest.fixture
def both(settings: Any) -> Iterator[tuple[servers.Service, servers.Service]]:
    """DeepL, which repeats what it is sent, and LibreTranslate behind it."""
    cache.clear()

    def echo(request: servers.Request) -> servers.Reply:
        return servers.Reply(body={"translations": [{"text": text} for text in request.body["text"]]})

    with servers.serve(echo) as first, servers.serve(servers.libretranslate()) as second:
        settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("deepl", "libretranslate"), {}
        settings.DEEPL_API_KEY, settings.DEEPL_URL = "secret", first.url
        settings.LIBRETRANSLATE_URL = second.url
        yield first, second


def test_the_next_engine_is_asked(scope: str, both: Any) -> None:
    outcome = one(scope, SEA)
    assert (outcome.text, outcome.engine) == (servers.said("ja", SEA), "libretranslate")
    assert MemoryEntry.objects.get().engine == "libretranslate"


def test_staff_see_the_faults(scope: str, libre: servers.Service, client: Client) -> None:
    libre.handle = answering(SEA)
    one(scope, SEA)
    client.force_login(User.objects.create_superuser("root@example.com", "x"))
    assert "echo" in client.get("/admin/translation/refusedanswers/").content.decode()
    assert "en → ja" in client.get("/admin/").content.decode()
