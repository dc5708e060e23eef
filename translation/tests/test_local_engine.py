"""The local engine: a process of its own, whatever becomes of it, and the command that brings its models."""

import os
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from translation.context.text_context import NO_CONTEXT
from translation.engines.base import RefusedByEngine, TransientError
from translation.engines.local import Local
from translation.engines.model_files import best_models

FAKE = "translation.tests.fake_translator:Translator"


def put_model(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / f"model.{name}.intgemm.alphas.bin").write_text(name)
    (folder / name / f"vocab.{name}.spm").write_bytes(b"v")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    for name in ("en-ja", "ja-en", "en-zh", "id-en", "en-id", "xx-en", "not a pair"):
        put_model(folder, name)
    (folder / "en-th").mkdir()
    return folder


@pytest.fixture
def engine(models: Path) -> Iterator[Local]:
    local = Local(models, FAKE)
    yield local
    local.stop()


def ask(engine: Local, *texts: str, source: str = "en", target: str = "ja", timeout: float = 10.0) -> list[str]:
    return engine.translate(texts, source=source, target=target, context=[NO_CONTEXT] * len(texts), timeout=timeout)


def test_pairs_are_what_has_models_directly_or_through_english(engine: Local) -> None:
    codes = ("en", "zh-CN", "ja", "th", "id")
    offered = {(one, other) for one in codes for other in codes if engine.offers(one, other)}
    assert offered == {
        ("en", "ja"), ("ja", "en"), ("en", "zh-CN"), ("en", "id"), ("id", "en"), ("ja", "zh-CN"), ("ja", "id"), ("id", "ja"),
        ("id", "zh-CN"),
    }  # fmt: skip


def test_texts_are_translated_in_another_process(engine: Local) -> None:
    assert ask(engine, "one", "ส") == ["en-ja(one)", "en-ja(ส)"]
    assert ask(engine, "pid") != [str(os.getpid())]


def test_a_pivot_goes_through_both_models(engine: Local) -> None:
    assert ask(engine, "satu", source="id", target="ja") == ["en-ja(id-en(satu))"]


def test_a_process_that_dies_is_started_again(engine: Local) -> None:
    first = ask(engine, "pid")
    with pytest.raises(TransientError):
        ask(engine, "die")
    assert ask(engine, "pid") != first


def test_a_panic_ends_the_process_and_not_us(engine: Local) -> None:
    first = ask(engine, "pid")
    with pytest.raises(TransientError, match="index out of bounds"):
        ask(engine, "panic")
    assert ask(engine, "pid") != first


def test_an_error_leaves_the_process_at_work(engine: Local) -> None:
    first = ask(engine, "pid")
    with pytest.raises(RefusedByEngine, match="ValueError"):
        ask(engine, "error")
    assert ask(engine, "pid") == first


def test_a_process_that_hangs_is_left(engine: Local) -> None:
    ask(engine, "warm")
    started = time.monotonic()
    with pytest.raises(TransientError):
        ask(engine, "sleep", timeout=0.3)
    assert time.monotonic() - started < 20
    assert ask(engine, "again") == ["en-ja(again)"]


def test_without_models_nothing_is_offered_and_no_process_runs(tmp_path: Path) -> None:
    engine = Local(tmp_path / "none")
    assert not engine.offers("en", "ja")
    with pytest.raises(RefusedByEngine):
        ask(engine, "one")
    assert engine._process is None


def test_a_broken_model_is_refused_by_the_real_library(models: Path) -> None:
    engine = Local(models)
    try:
        with pytest.raises(RefusedByEngine):
            ask(engine, "one")
    finally:
        engine.stop()


def test_the_process_ends_with_its_owner(engine: Local) -> None:
    ask(engine, "one")
    process = engine._process
    assert process is not None and process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=5) == 0


# --- the command ---


def installed_pairs(folder: Path) -> dict[tuple[str, str], str]:
    return {pair: model.name for pair, model in best_models(folder).items()}


def run(*args: str) -> str:
    out = StringIO()
    call_command("translation_models", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def var(db, settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.LOCAL_MODELS_URL = "http://127.0.0.1:1/index.json"
    return settings.VAR_DIR


def test_an_empty_folder_is_told(var: Path) -> None:
    assert "No models" in run("list")


def test_models_come_from_a_folder_of_pairs(var: Path, models: Path) -> None:
    told = run("add", "--from", str(models))
    assert "en → ja" in told
    assert ("en", "zh-CN") in installed_pairs(var / "models")
    assert "installed" in run("list")


def test_models_come_from_a_folder_of_files(var: Path, models: Path) -> None:
    run("add", "ja", "th", "--from", str(models / "en-ja"))
    assert installed_pairs(var / "models") == {("ja", "th"): "ja-th"}


def test_a_model_is_removed(var: Path, models: Path) -> None:
    run("add", "--from", str(models))
    run("remove", "en", "ja")
    assert ("en", "ja") not in installed_pairs(var / "models")
    with pytest.raises(CommandError, match="no model"):
        run("remove", "en", "ja")


@pytest.mark.parametrize("args", [("add", "en", "ja"), ("add", "--all"), ("list", "--available")])
def test_offline_is_one_clear_line(var: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]) -> None:
    monkeypatch.setenv("FXTRANSLATE_RECORDS_URL", "http://127.0.0.1:1/records")
    with pytest.raises(CommandError, match="cannot be reached") as caught:
        run(*args)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("args", [("add",), ("add", "en", "en"), ("add", "en", "ja", "--from", "/nowhere")])
def test_a_senseless_call_is_one_clear_line(var: Path, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*args)
