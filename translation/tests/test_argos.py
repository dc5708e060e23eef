"""Argos packages in the local engine, with the real libraries and models that know a few sentences by heart."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from translation import engines
from translation.context.text_context import NO_CONTEXT
from translation.engines.base import RefusedByEngine
from translation.engines.local import Local, LocalOptions
from translation.engines.local_process import Models
from translation.engines.model_files import Kind, best_models
from translation.service import Job, translate_batch
from translation.tests.argos_packages import DIRECTIONS, sentences
from translation.tests.installing import unpack

KNOWN = sentences()
CODES = {"zh": "zh-CN"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("models"), *DIRECTIONS)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Local]:
    local = Local(folder, options=LocalOptions(threads=1))
    yield local
    local.stop()


def ask(engine: Local, *texts: str, source: str = "en", target: str = "th") -> list[str]:
    return engine.translate(texts, source=source, target=target, context=[NO_CONTEXT] * len(texts), timeout=60)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_direction_translates(engine: Local, direction: str) -> None:
    source, target = direction.split("-")
    asked = {"source": CODES.get(source, source), "target": CODES.get(target, target)}
    assert ask(engine, *KNOWN[source], **asked) == KNOWN[target]


def test_every_pair_is_offered(engine: Local) -> None:
    codes = ("en", "zh-CN", "ja", "th", "id")
    assert all(engine.offers(one, other) for one in codes for other in codes if one != other)


@pytest.mark.parametrize(("source", "target"), [("th", "ja"), ("ja", "id"), ("id", "zh"), ("zh", "th")])
def test_other_pairs_go_through_english(engine: Local, source: str, target: str) -> None:
    asked = {"source": CODES.get(source, source), "target": CODES.get(target, target)}
    assert ask(engine, *KNOWN[source][:5], **asked) == KNOWN[target][:5]


def test_sentences_of_a_line_are_translated_one_by_one_and_joined_as_they_were(engine: Local) -> None:
    boat, cats, moon = (KNOWN["en"][index] for index in (0, 1, 5))
    thai = [KNOWN["th"][index] for index in (0, 1, 5)]
    assert ask(engine, f"{boat} {cats}\n\n  {moon}") == [f"{thai[0]} {thai[1]}\n\n  {thai[2]}"]


def test_a_line_without_blanks_gets_them_in_a_language_that_has_them(engine: Local) -> None:
    assert ask(engine, "".join(KNOWN["zh"][:3]), source="zh-CN", target="en") == [" ".join(KNOWN["en"][:3])]


def test_a_long_line_of_thai_is_cut_at_its_blanks(engine: Local) -> None:
    numbers = (0, 1, 2, 4, 6)
    line = " ".join(KNOWN["th"][number] for number in numbers)
    assert len(line) > 100
    assert ask(engine, line, source="th", target="en") == [" ".join(KNOWN["en"][number] for number in numbers)]


def test_many_texts_are_translated_in_batches(folder: Path) -> None:
    local = Local(folder, options=LocalOptions(threads=1, batch=3))
    try:
        assert ask(local, *KNOWN["en"], *KNOWN["en"]) == KNOWN["th"] * 2
    finally:
        local.stop()


@pytest.mark.parametrize("text", ["", " ", "\n", "🙂", "ก" * 3000, "\x00", "▁▁", "<unk> </s>", "ﷺ" * 500])
def test_any_text_is_answered(engine: Local, text: str) -> None:
    assert len(ask(engine, text)) == 1


def test_marks_come_back(engine: Local) -> None:
    assert ask(engine, "Ask [0] about the boat.") == ["ถาม [0] เกี่ยวกับเรือลำนั้น"]


def test_a_mention_and_a_link_stay_in_a_translation(
    scope: str, folder: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.VAR_DIR = tmp_path
    settings.LOCAL_MODELS_THREADS = 1
    (tmp_path / "models").symlink_to(folder)
    settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("local",), {}
    texts = ["Ask @Budi about the boat.", "https://a.example/x and @Ann paint the bridge.", KNOWN["en"][0]]
    try:
        results = translate_batch([Job(None, scope, text, "en", "th") for text in texts])
    finally:
        engines.engine("local").stop()
    assert [(result.state, result.text, result.engine) for result in results] == [
        ("ready", "ถาม @Budi เกี่ยวกับเรือลำนั้น", "local"),
        ("ready", "https://a.example/x และ @Ann ทาสีสะพาน", "local"),
        ("ready", KNOWN["th"][0], "local"),
    ]


# --- which model is used, and how many are loaded ---


def test_firefox_goes_before_argos(tmp_path: Path) -> None:
    unpack(tmp_path, "en-th", "th-en")
    (tmp_path / "en-th").mkdir()
    for name in ("model.enth.bin", "vocab.enth.spm"):
        (tmp_path / "en-th" / name).write_bytes(b"x")
    kinds = {pair: model.kind for pair, model in best_models(tmp_path).items()}
    assert kinds == {("en", "th"): Kind.FIREFOX, ("th", "en"): Kind.ARGOS}


def test_the_newest_version_is_used(tmp_path: Path) -> None:
    unpack(tmp_path, "en-th")
    old = next(tmp_path.iterdir())
    for version in ("1.9", "1.10"):
        other = tmp_path / f"another-{version}"
        other.mkdir()
        for path in old.rglob("*"):
            if path.is_file():
                (other / path.relative_to(old)).parent.mkdir(exist_ok=True)
                (other / path.relative_to(old)).write_bytes(path.read_bytes())
        metadata = json.loads((other / "metadata.json").read_text())
        (other / "metadata.json").write_text(json.dumps(metadata | {"package_version": version}))
    assert best_models(tmp_path)["en", "th"].version == "1.10"


def test_the_model_used_last_stays_loaded(folder: Path) -> None:
    names = [f"translate-en_{target}-1_0" for target in ("th", "ja", "id")]
    size = sum(path.stat().st_size for path in (folder / names[0]).rglob("*") if path.is_file())
    models = Models(folder, memory_mb=0, threads=1)
    models.translate([names[0]], ["x"])
    models.translate([names[1]], ["x"])
    assert list(models.memory) == [names[1]]
    assert models.memory[names[1]] > 0.5 * size
    models = Models(folder, memory_mb=500, threads=1)
    for name in (*names, names[0]):
        models.translate([name], ["x"])
    assert list(models.memory) == [names[1], names[2], names[0]]


def test_a_replaced_model_is_loaded_again(tmp_path: Path) -> None:
    unpack(tmp_path, "en-th", "en-ja")
    thai, japanese = (tmp_path / f"translate-en_{target}-1_0" for target in ("th", "ja"))
    models = Models(tmp_path, threads=1)
    assert models.translate([thai.name], KNOWN["en"][:1]) == KNOWN["th"][:1]
    thai.rename(tmp_path / ".old")
    japanese.rename(thai)
    assert models.translate([thai.name], KNOWN["en"][:1]) == KNOWN["ja"][:1]


@pytest.mark.parametrize("missing", ["sentencepiece.model", "model/model.bin", "metadata.json"])
def test_a_folder_that_lacks_a_file_is_no_model(tmp_path: Path, missing: str) -> None:
    unpack(tmp_path, "en-th")
    next(tmp_path.glob(f"*/{missing}")).unlink()
    assert not Local(tmp_path).offers("en", "th")


@pytest.mark.parametrize("broken", ["sentencepiece.model", "model/model.bin", "model/shared_vocabulary.json"])
def test_a_broken_model_is_refused_and_the_others_work(tmp_path: Path, broken: str) -> None:
    unpack(tmp_path, "en-th", "en-ja")
    (tmp_path / "translate-en_th-1_0" / broken).write_bytes(b"garbage")
    local = Local(tmp_path, options=LocalOptions(threads=1))
    try:
        with pytest.raises(RefusedByEngine):
            ask(local, KNOWN["en"][0])
        assert ask(local, KNOWN["en"][0], target="ja") == KNOWN["ja"][:1]
    finally:
        local.stop()


def test_the_libraries_are_imported_by_the_process_of_models_alone() -> None:
    program = (
        "import django, sys; django.setup(); from translation import engines; engines.engine('local').offers('en', 'th');"
        "import translation.engines.local_process;"
        "print([name for name in ('ctranslate2', 'sentencepiece', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={"DJANGO_SETTINGS_MODULE": "rosetta.settings", "PATH": "/usr/bin"},
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
