"""Hits, eviction, metrics, and what workers do at the same time."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts.models import OutgoingMail
from accounts.tasks import send_owed_mail
from translation import tasks
from translation.engines import breakers, budgets
from translation.engines.base import EngineError, PermanentError, QuotaError
from translation.engines.requests import Cost, UnitRequest, UnitResult
from translation.memory import store
from translation.models import EngineState, MemoryEntry, TranslationPolicy, Usage
from translation.protection.protect import parse
from translation.service import Job, recall, remember_correction, translate_batch
from translation.tests import servers

HIT = {"found": "memory", "engine": "libretranslate", "source": "en", "target": "th"}

threads_have_connections = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="an in-memory SQLite has one connection, which threads cannot share"
)


def side_by_side(*calls: Callable[[], object]) -> list[object]:
    """What the calls answered, made at the same time, each with a connection of its own."""
    results: list[object] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = calls[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db
def test_hits_are_saved_by_a_worker(scope: str, libre: servers.Service) -> None:
    translate_batch([Job(None, scope, "The cat sat", "en", "ja")])
    entry = MemoryEntry.objects.get()
    tasks.note_hits([[scope, entry.key, 3], [scope, "no such key", 1]])
    entry.refresh_from_db()
    assert entry.hits == 3


@pytest.mark.django_db
def test_unused_results_are_evicted_and_corrections_kept(scope: str, libre: servers.Service) -> None:
    translate_batch([Job(None, scope, text, "en", "ja") for text in ("The cat sat", "The dog ran")])
    remember_correction(scope_id=scope, source="en", target="ja", source_text="The bird flew", text="鳥が飛んだ")
    old = timezone.now() - tasks.EVICT_AFTER - timedelta(days=1)
    MemoryEntry.objects.exclude(source_text="The dog ran").update(last_used_at=old)
    assert tasks.evict_memory() == 1
    assert set(MemoryEntry.objects.values_list("source_text", flat=True)) == {"The dog ran", "The bird flew"}


@pytest.mark.django_db
def test_eviction_runs_in_bounded_batches(scope: str) -> None:
    old = timezone.now() - timedelta(days=2)
    MemoryEntry.objects.bulk_create(
        MemoryEntry(
            scope_id=scope,
            key=str(n),
            source="en",
            target="ja",
            source_text="x",
            text="y",
            origin="engine",
            engine="e",
            last_used_at=old,
        )
        for n in range(7)
    )
    assert store.evict(older_than=timedelta(days=1), at_most=5) == 5
    assert store.evict(older_than=timedelta(days=1), at_most=5) == 2


@pytest.mark.django_db
def test_metrics_have_engine_and_pair(scope: str, libre: servers.Service) -> None:
    labels = {"engine": "libretranslate", "source": "en", "target": "th"}

    def value(name: str, **more: str) -> float:
        return REGISTRY.get_sample_value(name, {**labels, **more}) or 0.0

    before = value("rosetta_translation_characters_total"), value("rosetta_translation_seconds_count")
    errors = value("rosetta_translation_errors_total", kind="passing")
    refused = value("rosetta_translation_refused_answers_total", fault="pieces")
    translate_batch([Job(None, scope, "The cat sat", "en", "th")])
    assert value("rosetta_translation_characters_total") == before[0] + 11
    assert value("rosetta_translation_seconds_count") == before[1] + 1
    libre.handle = servers.libretranslate(lambda *_: "")
    translate_batch([Job(None, scope, "The dog ran", "en", "th")])
    assert value("rosetta_translation_refused_answers_total", fault="pieces") == refused + 1
    libre.handle = servers.always(500)
    translate_batch([Job(None, scope, "The bird flew", "en", "th")])
    assert value("rosetta_translation_errors_total", kind="passing") == errors + 2, "the text, and a harmless phrase"
    memory_hits = REGISTRY.get_sample_value("rosetta_translation_recalls_total", HIT) or 0.0
    recall(scope_id=scope, text="The cat sat", source="en", targets=["th"])
    assert REGISTRY.get_sample_value("rosetta_translation_recalls_total", HIT) == memory_hits + 1


@threads_have_connections
@pytest.mark.django_db(transaction=True)
def test_usage_of_many_workers_adds_up(scope: str) -> None:
    request = UnitRequest(scope, "k", parse("hello").units[0], "en", "ja")
    result = UnitResult(request, costs=(Cost("deepl", 10, 1, 0, 200, True),))

    def record() -> None:
        for _ in range(5):
            budgets.record([result])

    side_by_side(*[record] * 6)
    usage = Usage.objects.get()
    assert (usage.characters, usage.calls, usage.cost_micros, usage.metered) == (300, 30, 6000, True)


@threads_have_connections
@pytest.mark.django_db(transaction=True)
def test_only_one_worker_gets_the_trial(db: None) -> None:
    EngineState.objects.create(
        engine="deepl", status="open", failures=3, retry_at=timezone.now() - timedelta(seconds=1)
    )
    admitted = side_by_side(*[lambda: breakers.snapshot(["deepl"]).admits("deepl")] * 6)
    assert sorted(admitted) == [False] * 5 + [True]


@pytest.mark.django_db
def test_a_success_of_an_earlier_batch_leaves_a_breaker_open() -> None:
    EngineState.objects.create(engine="deepl", failures=1)
    early, late = breakers.snapshot(["deepl"]), breakers.snapshot(["deepl"])
    late.failed("deepl", QuotaError("enough", retry_after=3600))
    late.save()
    early.succeeded("deepl")
    early.save()
    state = EngineState.objects.get()
    assert (state.status, state.failures) == ("open", 2)
    early, late = breakers.snapshot(["deepl"]), breakers.snapshot(["deepl"])
    early.failed("deepl", EngineError("slow"))
    early.save()
    again = EngineState.objects.get()
    assert (again.status, again.failures, again.retry_at) == ("open", 3, state.retry_at)
    late.failed("deepl", PermanentError("wrong key"))
    late.save()
    early.failed("deepl", EngineError("slow"))
    early.save()
    assert EngineState.objects.get().status == "out"


@pytest.mark.django_db
def test_failures_of_concurrent_batches_add_up_until_a_later_success() -> None:
    for batch in [breakers.snapshot(["deepl"]) for _ in range(3)]:
        batch.failed("deepl", EngineError("slow"))
        batch.save()
    state = EngineState.objects.get()
    assert (state.status, state.failures) == ("open", 3)
    EngineState.objects.update(retry_at=timezone.now())
    trial = breakers.snapshot(["deepl"])
    assert trial.admits("deepl")
    trial.succeeded("deepl")
    trial.save()
    state = EngineState.objects.get()
    assert (state.status, state.failures, state.retry_at) == ("closed", 0, None)


@threads_have_connections
@pytest.mark.django_db(transaction=True)
def test_one_worker_notifies_staff_of_a_spent_budget(scope: str, mailoutbox, django_user_model) -> None:
    django_user_model.objects.create_user("staff@example.com", "x", name="Staff", is_staff=True)
    side_by_side(*[lambda: budgets.notify_staff_once(scope, 10)] * 5)
    send_owed_mail()
    assert len(mailoutbox) == 1
    assert TranslationPolicy.objects.get().told_month is not None


@pytest.mark.django_db
def test_staff_are_notified_although_the_mail_server_fails_once(
    scope: str, mailoutbox, django_user_model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> int:
        raise OSError("mail server away")

    django_user_model.objects.create_user("staff@example.com", "x", name="Staff", is_staff=True)
    with monkeypatch.context() as outage:
        outage.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        budgets.notify_staff_once(scope, 10)
        send_owed_mail()
    OutgoingMail.objects.update(due_at=timezone.now())
    budgets.notify_staff_once(scope, 10)
    send_owed_mail()
    [mail] = mailoutbox
    assert mail.to == ["staff@example.com"]
    assert "budget is spent" in mail.subject
    assert scope in mail.body


@threads_have_connections
@pytest.mark.django_db(transaction=True)
def test_a_correction_wins_over_a_concurrent_result(scope: str, libre: servers.Service) -> None:
    libre.handle = servers.slow(servers.libretranslate(), 0.1)
    side_by_side(
        lambda: translate_batch([Job(None, scope, "The cat sat", "en", "ja")]),
        lambda: remember_correction(
            scope_id=scope, source="en", target="ja", source_text="The cat sat", text="猫が座った"
        ),
    )
    assert MemoryEntry.objects.get().text == "猫が座った"
