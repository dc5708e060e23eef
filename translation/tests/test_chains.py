"""Chains of engines: the next one answers when one cannot, for pairs of their own, and across scopes and languages."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache

from rosetta.devtools.pretending import pretended
from rosetta.ids import new_ulid
from translation.models import EngineState, MemoryEntry, TranslationPolicy, Usage
from translation.service import Job, engines_health, translate_batch
from translation.tests import servers
from translation.tests.factories import TranslationPolicyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(settings) -> Iterator[tuple[servers.Service, servers.Service]]:
    """DeepL first, then LibreTranslate."""
    cache.clear()
    with servers.serve(servers.deepl) as first, servers.serve(servers.libretranslate()) as second:
        settings.TRANSLATION_ENGINES = ("deepl", "libretranslate")
        settings.TRANSLATION_PAIR_ENGINES = {}
        settings.DEEPL_API_KEY, settings.DEEPL_URL = "secret", first.url
        settings.LIBRETRANSLATE_URL = second.url
        yield first, second


def one(scope: str, text: str = "The cat sat", target: str = "ja", source: str = "en"):
    return translate_batch([Job(None, scope, text, source, target)])[0]


def test_the_first_engine_answers(scope: str, both) -> None:
    assert (one(scope).text, one(scope).engine) == (servers.said("ja", "The cat sat"), "deepl")
    assert both[1].requests == []


@pytest.mark.parametrize(
    "handle",
    [
        servers.always(429, {}, headers={"Retry-After": "60"}),
        servers.always(500, {}),
        servers.always(200, raw=b"garbage"),
        servers.always(456, {"message": "Quota for this billing period has been exceeded"}),
        servers.always(403, {}),
        servers.always(200, {"translations": []}),
        servers.always(200, {}, wait=60),
    ],
    ids=["429", "500", "garbage", "spent", "key", "too few", "hang"],
)
def test_the_second_answers_when_the_first_cannot(scope: str, both, settings, handle) -> None:
    settings.TRANSLATION_CHAIN_SECONDS = 6  # half of it for the first, so that the second has its own
    both[0].handle = handle
    assert (one(scope).text, one(scope).engine) == (servers.said("ja", "The cat sat"), "libretranslate")


def test_an_engine_that_breaks_pieces_is_followed_by_the_next(scope: str, both) -> None:
    def shout(request: servers.Request) -> servers.Reply:
        return servers.Reply(body={"translations": [{"text": "@everyone!"} for _ in request.body["text"]]})

    both[0].handle = shout
    outcome = one(scope, "Ask @[Bob](user:1) today")
    assert (outcome.text, outcome.engine) == (servers.said("ja", "Ask @[Bob](user:1) today"), "libretranslate")
    assert not EngineState.objects.exists()


def test_a_text_stays_retryable_until_every_engine_was_tried(scope: str, both) -> None:
    both[0].handle = servers.always(500, {})
    both[1].handle = servers.libretranslate(lambda *_: "@everyone!")
    outcome = one(scope, "Ask @[Bob](user:1) today")
    assert outcome.reason == "engine_passing"
    assert outcome.retry_after is not None
    both[0].handle = servers.deepl
    assert one(scope, "Ask @[Bob](user:1) today").engine == "deepl"


def test_a_pair_has_its_own_chain(scope: str, both, settings) -> None:
    settings.TRANSLATION_PAIR_ENGINES = {("en", "zh-CN"): ("libretranslate",)}
    assert one(scope, target="zh-CN").engine == "libretranslate"
    assert one(scope, target="ja").engine == "deepl"


def test_engines_recover_by_trial_calls(scope: str, both, time_machine) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    for service in both:
        service.handle = servers.always(500)
    for _ in range(4):
        assert one(scope).state == "failed"
    assert {told["status"] for told in engines_health()} == {"open"}
    both[0].handle, both[1].handle = servers.deepl, servers.libretranslate()
    time_machine.move_to("2026-05-11T05:01:00Z", tick=False)
    assert one(scope).state == "ready"


def test_a_failed_trial_lengthens_the_backoff(scope: str, libre: servers.Service, time_machine) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    libre.handle = servers.always(500)
    for _ in range(3):
        one(scope)
    first = EngineState.objects.get().retry_at
    time_machine.move_to("2026-05-11T05:00:30Z", tick=False)
    outcome = one(scope)
    second = EngineState.objects.get()
    assert second.status == "open"
    assert second.retry_at is not None and first is not None
    assert (second.retry_at - first).total_seconds() > 30
    assert outcome.retry_after == 20.0


def test_a_trial_whose_worker_died_is_repeated(scope: str, libre: servers.Service, time_machine) -> None:
    time_machine.move_to("2026-05-11T05:00:00Z", tick=False)
    EngineState.objects.create(engine="libretranslate", status="half_open", failures=3, retry_at="2026-05-11T04:59:59Z")
    assert one(scope).state == "ready"


def test_texts_of_many_pairs_are_translated_concurrently(scope: str, libre: servers.Service) -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def handle(request: servers.Request) -> servers.Reply:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.1)
        with lock:
            inside -= 1
        return servers.libretranslate()(request)

    libre.handle = handle
    targets, scopes = ("ja", "th", "id", "zh-CN"), (scope, new_ulid())
    jobs = [Job(n, who, f"Sentence {'y' * n}", "en", target) for n in range(60) for target in targets for who in scopes]
    outcomes = translate_batch(jobs)
    assert all(outcome.state == "ready" for outcome in outcomes)
    assert [outcome.job for outcome in outcomes] == jobs
    assert max(len(request.body["q"]) for request in libre.requests) <= 32
    assert most >= 4


def test_results_of_a_call_are_kept_when_the_next_call_fails(scope: str, libre: servers.Service) -> None:
    def handle(request: servers.Request) -> servers.Reply:
        if any("<x0/>" in text for text in request.body["q"]):
            return servers.Reply(500, {})
        return servers.libretranslate(lambda text, source, target: pretended(text, target).replace("[0]", "lost"))(
            request
        )

    libre.handle = handle
    plain, marked = translate_batch(
        [Job(None, scope, text, "en", "ja") for text in ("The cat sat", "Ask @[Bob](user:1)")]
    )
    assert (plain.state, marked.state) == ("ready", "failed")
    assert MemoryEntry.objects.get().source_text == "The cat sat"


def test_costs_use_the_operators_prices(scope: str, both, settings) -> None:
    settings.TRANSLATION_PRICES = {"deepl": 20}
    one(scope)
    assert Usage.objects.get(engine="deepl").cost_micros == 20 * len("The cat sat")


def test_a_spent_budget_leaves_free_engines(scope: str, both, settings, tmp_path) -> None:
    TranslationPolicyFactory.create(scope_id=scope, monthly_characters=0)
    assert one(scope).reason == "budget"
    assert both[0].requests == both[1].requests == []
    assert TranslationPolicy.objects.get().told_month is not None


def test_another_month_has_its_own_budget(scope: str, both, time_machine) -> None:
    TranslationPolicyFactory.create(scope_id=scope, monthly_characters=12)
    time_machine.move_to("2026-05-31T23:59:00Z", tick=False)
    assert one(scope).state == "ready"
    assert one(scope, "The dog ran").state == "skipped"
    time_machine.move_to("2026-06-01T00:00:01Z", tick=False)
    assert one(scope, "The dog ran").state == "ready"


def test_local_only_uses_only_the_operators_machines(scope: str, both, settings) -> None:
    TranslationPolicyFactory.create(scope_id=scope, local_only=True)
    assert one(scope).engine == "libretranslate"
    assert both[0].requests == []
