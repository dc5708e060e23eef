"""Jobs through memory and engines, over a socket to a server that speaks LibreTranslate's format."""

import threading
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tasks import send_owed_mail
from rosetta.devtools.pretending import pretended
from rosetta.ids import new_ulid
from translation.models import EngineState, MemoryEntry, Usage
from translation.service import (
    Job,
    engines_health,
    preview,
    recall,
    remember_correction,
    translate_batch,
)
from translation.tests import servers
from translation.tests.factories import GlossaryTermFactory, TranslationPolicyFactory

pytestmark = pytest.mark.django_db


def job(scope: str, text: str, target: str = "ja", source: str = "en", key: object = None) -> Job:
    return Job(key, scope, text, source, target)


def one(scope: str, text: str, target: str = "ja", source: str = "en"):
    return translate_batch([job(scope, text, target, source)])[0]


def test_an_engines_result_is_ready_and_remembered(scope: str, libre: servers.Service) -> None:
    first = one(scope, "The cat sat")
    assert (first.state, first.text, first.engine) == ("ready", servers.said("ja", "The cat sat"), "libretranslate")
    assert one(scope, "The cat sat") == first
    assert len(libre.requests) == 1
    assert recall(scope_id=scope, text="The cat sat", source="en", targets=["ja", "th"]) == {
        "ja": recall(scope_id=scope, text="The cat sat", source="en", targets=["ja"])["ja"]
    }


def test_the_engines_own_codes_are_used(scope: str, libre: servers.Service) -> None:
    assert one(scope, "The cat sat", "zh-CN").text == servers.said("zh-CN", "The cat sat")
    assert libre.requests[0].body["source"] == "en"
    assert libre.requests[0].body["target"] == "zh-Hans"


def test_pieces_are_not_sent_to_the_engine(scope: str, libre: servers.Service) -> None:
    text = "Hello @[Bob](user:1), see https://example.com/a and `x = 1` 👍\nfor $5.00 now"
    shown = one(scope, text).text
    assert shown == servers.said("ja", text)
    assert [
        piece for piece in ("@[Bob](user:1)", "https://example.com/a", "`x = 1` 👍\n", "$5.00") if piece not in shown
    ] == []
    assert "example.com" not in str([request.body for request in libre.requests])


def test_memory_serves_other_names_and_amounts(scope: str, libre: servers.Service) -> None:
    one(scope, "Ask @[Bob](user:1) for $5.00")
    found = recall(scope_id=scope, text="Ask @[Ann](user:2) for $9.99", source="en", targets=["ja"])
    assert found["ja"].text == servers.said("ja", "Ask @[Ann](user:2) for $9.99")


def test_memory_is_never_shared_between_scopes(scope: str, libre: servers.Service) -> None:
    one(scope, "The cat sat")
    other = new_ulid()
    assert recall(scope_id=other, text="The cat sat", source="en", targets=["ja"]) == {}
    one(other, "The cat sat")
    assert len(libre.requests) == 2


def test_the_phrasebook_needs_no_engine(scope: str, libre: servers.Service) -> None:
    outcome = one(scope, "Thank you!")
    assert (outcome.state, outcome.engine) == ("ready", "phrasebook")
    assert libre.requests == []
    assert recall(scope_id=scope, text="Thank you! 👍", source="en", targets=["id"])["id"].engine == "phrasebook"


@pytest.mark.parametrize(
    "text,shown",
    [
        ("@[Bob](user:1) Thank you very much", "@[Bob](user:1) ขอบคุณมาก"),
        ("Hello! How are you?", "สวัสดี! สบายดีไหม"),
        (
            "Good morning everyone 🎉\n\nSee you tomorrow @[Bob](user:1)!",
            "สวัสดีตอนเช้าทุกคน 🎉\n\nเจอกันพรุ่งนี้ @[Bob](user:1)!",
        ),
    ],
)
def test_sentences_names_and_lines_of_the_phrasebook_need_no_engine(
    scope: str, libre: servers.Service, text: str, shown: str
) -> None:
    outcome = one(scope, text, "th")
    assert (outcome.state, outcome.text, outcome.engine) == ("ready", shown, "phrasebook")
    assert recall(scope_id=scope, text=text, source="en", targets=["th"])["th"].text == shown
    assert libre.requests == []


def test_an_engine_gets_the_lines_that_are_no_phrases(scope: str, libre: servers.Service) -> None:
    assert one(scope, "Hi @[Bob](user:1),\n\nThank you! The cat sat.\n\nThe dog sat.\n\nThank you").text == (
        f"@[Bob](user:1) こんにちは。\n\n{servers.said('ja', 'Thank you! The cat sat.')}\n\n"
        f"{servers.said('ja', 'The dog sat.')}\n\nありがとうございます"
    )
    assert [text for request in libre.requests for text in request.body["q"]] == [
        "Thank you! The cat sat.",
        "The dog sat.",
    ]


def test_a_word_that_is_a_cell_in_one_of_the_texts_goes_to_the_engine(scope: str, libre: servers.Service) -> None:
    texts = ("Done\n\nThe cat sat.", "| Done | The dog sat. |", "Done")
    shown = [result.text for result in translate_batch([job(scope, text) for text in texts])]
    assert shown == [*(servers.said("ja", text) for text in texts[:2]), "完了しました"]


def test_a_term_of_the_glossary_goes_before_a_phrase(scope: str, libre: servers.Service) -> None:
    GlossaryTermFactory(scope_id=scope, source="en", target="ja", term="Welcome", rendering="歓迎")
    assert one(scope, "Welcome back").text == servers.said("ja", "{} back").replace("{}", "歓迎")


@pytest.mark.parametrize("text", ["👍", "https://example.com", "555", "@[Bob](user:1)", "`code here`"])
def test_a_text_without_words_is_skipped(scope: str, libre: servers.Service, text: str) -> None:
    assert (one(scope, text).state, one(scope, text).reason) == ("skipped", "nothing_to_translate")
    assert libre.requests == []


def test_equal_texts_are_sent_once(scope: str, libre: servers.Service) -> None:
    jobs = [job(scope, f"Ask @[P](user:{n}) about it", target, key=n) for n in range(5) for target in ("ja", "th")]
    outcomes = translate_batch(jobs)
    assert [outcome.job.key for outcome in outcomes] == [job.key for job in jobs]
    assert {outcome.state for outcome in outcomes} == {"ready"}
    assert outcomes[8].text == servers.said("ja", "Ask @[P](user:4) about it")
    assert sorted(request.body["target"] for request in libre.requests) == ["ja", "th"]
    assert all(len(request.body["q"]) == 1 for request in libre.requests)


def test_recall_takes_one_query_at_most(scope: str, libre: servers.Service) -> None:
    one(scope, "The cat sat\nand the dog ran")
    TranslationPolicyFactory.create(scope_id=scope, monthly_characters=10**6)
    for cold in (True, False):
        if cold:
            from translation.glossary import scope_cache

            scope_cache.forget(scope)
        with CaptureQueriesContext(connection) as seen:
            found = recall(scope_id=scope, text="The cat sat\nand the dog ran", source="en", targets=["ja", "th", "id"])
        assert found["ja"].text == servers.said("ja", "The cat sat\nand the dog ran")
        assert len(seen) == 1, seen.captured_queries


def test_queries_grow_with_engine_calls_alone(scope: str, libre: servers.Service) -> None:
    counts = []
    for size in (1, 30):
        with CaptureQueriesContext(connection) as seen:
            translate_batch([job(scope, f"Sentence {'x' * n} of {size}", t) for n in range(size) for t in ("ja", "th")])
        counts.append(len(seen))
    # Scopes, memory and engines' health are read once; each of the two calls is kept and booked.
    assert max(counts) <= 8
    assert len(libre.requests) == 4


def test_finished_results_are_stored_before_the_rest_is_done(scope: str, libre: servers.Service) -> None:
    def handle(request: servers.Request) -> servers.Reply:
        slow = servers.slow(servers.libretranslate(), 0.3)
        return slow(request) if request.body["target"] == "th" else servers.libretranslate()(request)

    libre.handle = handle
    with CaptureQueriesContext(connection) as seen:
        translate_batch([job(scope, "The cat sat", target) for target in ("ja", "th")])
    stored = [query["sql"] for query in seen.captured_queries if query["sql"].startswith("INSERT")]
    stored = [sql for sql in stored if "memoryentry" in sql]
    assert len(stored) == 2, "each pair is stored when it is done"


def test_a_correction_takes_precedence_and_is_kept(scope: str, libre: servers.Service) -> None:
    one(scope, "The cat sat")
    remember_correction(scope_id=scope, source="en", target="ja", source_text="The cat sat", text="猫が座った")
    assert recall(scope_id=scope, text="The cat sat", source="en", targets=["ja"])["ja"].engine == "correction"
    assert one(scope, "The cat sat").text == "猫が座った"
    assert MemoryEntry.objects.get(scope_id=scope).origin == "correction"


def test_a_correction_takes_precedence_over_the_phrasebook(scope: str) -> None:
    remember_correction(scope_id=scope, source="en", target="ja", source_text="Thank you", text="どうも")
    assert recall(scope_id=scope, text="Thank you", source="en", targets=["ja"])["ja"].text == "どうも"


def test_a_correction_of_lines_serves_each_line(scope: str) -> None:
    remember_correction(
        scope_id=scope, source="en", target="ja", source_text="- one cat\n- two dogs", text="- 猫一匹\n- 犬二匹"
    )
    assert recall(scope_id=scope, text="two dogs", source="en", targets=["ja"])["ja"].text == "犬二匹"


def test_a_correction_that_loses_a_mention_is_refused(scope: str) -> None:
    from rosetta.errors import Invalid

    with pytest.raises(Invalid):
        remember_correction(scope_id=scope, source="en", target="ja", source_text="Hi @[Bob](user:1)", text="やあ")


def test_usage_is_recorded(scope: str, libre: servers.Service) -> None:
    one(scope, "The cat sat")
    one(scope, "The dog ran")
    usage = Usage.objects.get(scope_id=scope)
    assert (usage.engine, usage.source, usage.target) == ("libretranslate", "en", "ja")
    assert (usage.calls, usage.characters, usage.errors) == (2, 22, 0)


def test_without_an_engine_for_the_pair_it_fails_at_once(scope: str, settings, tmp_path) -> None:
    settings.TRANSLATION_ENGINES = ("local",)
    settings.VAR_DIR = tmp_path
    outcome = one(scope, "The quick brown fox")
    assert (outcome.state, outcome.reason, outcome.retry_after) == ("failed", "no_engine", None)


@pytest.mark.parametrize(
    "handle",
    [
        servers.always(500, {"error": "oops"}),
        servers.always(200, raw=b"<html>"),
        servers.always(200, {"translatedText": []}),
        servers.always(200, {"nothing": 1}),
        servers.always(200, ["x"]),
        servers.always(302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["500", "html", "too few", "no texts", "a list", "redirect"],
)
def test_a_transient_failure_has_a_retry_time(scope: str, libre: servers.Service, handle) -> None:
    libre.handle = handle
    outcome = one(scope, "The cat sat")
    assert (outcome.state, outcome.reason) == ("failed", "engine_passing")
    assert outcome.retry_after is not None
    libre.handle = servers.libretranslate()
    assert one(scope, "The cat sat").state == "ready"
    assert EngineState.objects.get().failures == 0


def test_an_unreachable_server_fails_quickly(scope: str, libre: servers.Service, settings) -> None:
    settings.LIBRETRANSLATE_URL = "http://127.0.0.1:1"
    assert one(scope, "The cat sat").reason == "engine_passing"


@pytest.mark.parametrize(
    "handle",
    [servers.always(200, {}, wait=60), servers.always(200, {"translatedText": ["x" * 999]}, wait=0.2, drip=True)],
)
def test_a_server_that_hangs_is_left(scope: str, libre: servers.Service, settings, handle) -> None:
    settings.TRANSLATION_CHAIN_SECONDS = 0.6
    libre.handle = handle
    started = time.monotonic()
    assert one(scope, "The cat sat").state == "failed"
    assert time.monotonic() - started < 30


def test_after_three_failures_the_engine_backs_off_then_gets_one_trial(
    scope: str, libre: servers.Service, time_machine
) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = servers.always(500)
    for _ in range(3):
        one(scope, "The cat sat")
    assert EngineState.objects.get().status == "open"
    asked = len(libre.requests)
    outcome = one(scope, "The cat sat")
    assert (outcome.reason, len(libre.requests)) == ("engines_down", asked)
    time_machine.move_to("2026-05-11T05:00:11Z", tick=False)
    libre.handle = servers.libretranslate()
    assert one(scope, "The cat sat").state == "ready"
    assert EngineState.objects.get().status == "closed"


def test_retry_after_is_respected(scope: str, libre: servers.Service, time_machine) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = servers.always(429, {"error": "slow down"}, headers={"Retry-After": "40"})
    outcome = one(scope, "The cat sat")
    assert (outcome.reason, outcome.retry_after) == ("engine_quota", 40.0)
    libre.handle = servers.libretranslate()
    time_machine.move_to("2026-05-11T05:00:39Z", tick=False)
    assert one(scope, "The cat sat").state == "failed"
    assert len(libre.requests) == 1
    time_machine.move_to("2026-05-11T05:00:41Z", tick=False)
    assert one(scope, "The cat sat").state == "ready"


def test_a_wrong_key_disables_the_engine_until_a_check_succeeds(scope: str, libre: servers.Service) -> None:
    from translation.tasks import check_engines

    libre.handle = servers.always(403, {"error": "Invalid API key"})
    assert one(scope, "The cat sat").reason == "engine_permanent"
    assert one(scope, "The cat sat").reason == "engines_down"
    assert len(libre.requests) == 1
    assert check_engines() == 0
    assert engines_health()[0]["status"] == "out"
    libre.handle = servers.libretranslate()
    assert check_engines() == 1
    assert one(scope, "The cat sat").state == "ready"


def test_one_refused_text_does_not_fail_the_others(scope: str, libre: servers.Service) -> None:
    def handle(request: servers.Request) -> servers.Reply:
        if any("poison" in text for text in request.body["q"]):
            return servers.Reply(400, {"error": "cannot translate this"})
        return servers.libretranslate()(request)

    libre.handle = handle
    outcomes = translate_batch([job(scope, text) for text in ("The cat sat", "A poison text", "The dog ran")])
    assert [outcome.state for outcome in outcomes] == ["ready", "failed", "ready"]
    assert outcomes[1].reason == "protection"
    assert not EngineState.objects.exists()


def test_an_engine_that_breaks_marks_is_asked_in_other_ways(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.libretranslate(
        lambda text, source, target: pretended(text, target).replace("[0]", "?").replace("<x0/>", "?")
    )
    assert one(scope, "Ask @[Bob](user:1) today").text == servers.said("ja", "Ask @[Bob](user:1) today")
    assert [request.body["q"][0] for request in libre.requests] == [
        "Ask [0] today",
        "Ask <x0/> today",
        "Ask XZ0Q today",
    ]


def test_an_engine_that_breaks_every_mark_is_asked_segment_by_segment(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.libretranslate(
        lambda text, source, target: "".join(c for c in pretended(text, target) if c.isalpha() or c == " ")
    )
    assert one(scope, "Ask @[Bob](user:1) today").text == servers.said("ja", "Ask @[Bob](user:1) today")
    assert libre.requests[-1].body["q"] == ["Ask", "today"]


def test_an_engine_with_useless_answers_fails_the_text(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.libretranslate(lambda text, source, target: "@everyone " + text)
    outcome = one(scope, "Ask @[Bob](user:1) today")
    assert (outcome.state, outcome.reason) == ("failed", "protection")
    asked = len(libre.requests)
    assert one(scope, "Ask @[Bob](user:1) today").reason == "protection"
    assert len(libre.requests) == asked, "it is not paid for again and again"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="an in-memory SQLite has one connection")
def test_a_worker_waits_for_the_translation_of_another(scope: str, libre: servers.Service, transactional_db) -> None:
    arrived, go = threading.Event(), threading.Event()

    def handle(request: servers.Request) -> servers.Reply:
        arrived.set()
        go.wait(5)
        return servers.libretranslate()(request)

    libre.handle = handle
    results = []

    def work() -> None:
        results.append(one(scope, "The cat sat"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    threads[0].start()
    arrived.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)
    go.set()
    for thread in threads:
        thread.join()
    assert [result.text for result in results] == [servers.said("ja", "The cat sat")] * 3
    assert len(libre.requests) == 1


def test_a_spent_budget_skips_texts_and_notifies_staff_once(
    scope: str, libre: servers.Service, mailoutbox, django_user_model
) -> None:
    django_user_model.objects.create_user("staff@example.com", "x", name="Staff", is_staff=True)
    TranslationPolicyFactory.create(scope_id=scope, monthly_characters=20)
    assert one(scope, "Twelve chars").state == "ready"
    for text in ("Another twelve", "And yet another"):
        outcome = one(scope, text)
        assert (outcome.state, outcome.reason) == ("skipped", "budget")
    send_owed_mail()
    assert [mail.to for mail in mailoutbox] == [["staff@example.com"]]
    assert len(libre.requests) == 1


def test_a_local_only_scope_sends_nothing_to_other_machines(scope: str, libre: servers.Service, settings) -> None:
    settings.LIBRETRANSLATE_URL = "https://translate.example.com"
    TranslationPolicyFactory.create(scope_id=scope, local_only=True)
    assert one(scope, "The cat sat").reason == "no_engine"


def test_a_preview_has_the_translation_back(scope: str, libre: servers.Service) -> None:
    told = preview(scope_id=scope, text="The cat sat", source="en", target="ja", seconds=5)
    assert (told.text, told.back) == (
        servers.said("ja", "The cat sat"),
        servers.said("en", servers.said("ja", "The cat sat")),
    )
