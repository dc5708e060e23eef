"""Packages of models: bad ones are refused, good ones installed, tried and packed again."""

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from translation.engines.model_files import best_models
from translation.local_models import fetching, packages
from translation.models import LocalModel
from translation.tests.installing import package, unpack
from translation.tests.model_host import Host
from translation.tests.model_rows import FROM_TH, TH, installed, row

State = LocalModel.State

pytestmark = pytest.mark.django_db


def rewritten(change: Any, direction: str = "en-th") -> bytes:
    """Return a package whose entries ``change`` maps from (name, content) to a list of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(package(direction)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            for name, content in change(entry.filename, old.read(entry)):
                new.writestr(name, content)
    return out.getvalue()


def with_more(*more: tuple[Any, bytes]) -> bytes:
    """Return a package with ``more`` entries at its end."""
    out = io.BytesIO(package("en-th").read_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in more:
            archive.writestr(name, content)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


BAD: dict[str, tuple[bytes, str]] = {
    "no zip": (b"PK nonsense", "no package"),
    "cut off": (package("en-th").read_bytes()[:30_000], "no package"),
    "a file outside": (with_more(("../evil.py", b"x")), "outside"),
    "an absolute path": (with_more(("/evil", b"x")), "outside"),
    "backslashes": (with_more(("a\\..\\evil", b"x")), "outside"),
    "a link": (with_more((link("translate-en_th-1_0/model/l"), b"/etc")), "ordinary"),
    "two folders": (rewritten(lambda name, body: [(name, body), (f"b/{name.replace('/', '-')}", body)]), "single folder"),
    "too many files": (with_more(*((f"a/{number}", b"") for number in range(1001))), "files, and"),
    "no model": (rewritten(lambda name, body: [] if "model.bin" in name else [(name, body)]), "model.bin"),
    "an old one": (
        rewritten(lambda name, body: [(name.replace("sentencepiece.model", "bpe.model"), body)]), "not supported"
    ),
    "another pair": (package("en-ja").read_bytes(), "translates en to ja"),
    "a language of none of ours": (
        rewritten(lambda name, body: [(name, body.replace(b'"to_code": "th"', b'"to_code": "xx"'))]), "our languages"
    ),
    "a model that does not load": (
        rewritten(lambda name, body: [(name, body[:1000] if "model.bin" in name else body)]), "does not work"
    ),
    "a vocabulary of another": (
        rewritten(lambda name, body: [(name, b"x" * 90 if "sentencepiece" in name else body)]), "does not work"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_package_is_refused_and_leaves_nothing(host: Host, name: str, tmp_path: Path) -> None:
    content, told = BAD[name]
    host.offer("en-th", "th-en", told=False)
    host.files[host.path("en-th")] = content
    assert fetching.fetch_due() == 1
    assert installed() == {FROM_TH}
    assert (row().state, row().reason) == (State.FAILED, "bad_package")
    assert told in row().error
    left = {path.name for path in fetching.models_folder().iterdir()}
    assert left == {".lock", ".partial", "argos-th-en-1.0"}
    assert not list(tmp_path.rglob("evil*"))


def test_a_package_larger_than_allowed_is_refused(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_BYTES", 50_000)
    host.offer("en-th", "th-en")
    assert fetching.fetch_due() == 0
    assert "larger than" in row().error


def test_a_new_version_takes_the_place_of_the_old(host: Host, settings: Settings, tmp_path: Path) -> None:
    newer = tmp_path / "newer.argosmodel"
    newer.write_bytes(
        rewritten(lambda name, body: [(name, body.replace(b'"package_version": "1.0"', b'"package_version": "1.1"'))])
    )
    models = fetching.models_folder()
    with packages.locked(models):
        packages.install(package("en-th"), models)
        packages.install(newer, models)
    assert [path.name for path in models.iterdir() if path.is_dir()] == ["argos-en-th-1.1"]


def test_what_a_model_takes_is_measured_when_it_is_installed(host: Host) -> None:
    host.offer("en-th", "th-en")
    fetching.fetch_due()
    assert (row().memory_bytes or 0) > 50_000
    assert row().sentence_ms is not None


def test_a_model_that_was_put_there_by_hand_has_no_measures(host: Host) -> None:
    unpack(fetching.models_folder(), "en-th")
    fetching.sync_rows(())
    assert (row().state, row().memory_bytes, row().sentence_ms) == (State.READY, None, None)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"memory_bytes": "x", "sentence_ms": 1}', '{"memory_bytes": null}']
)
def test_measures_that_cannot_be_read_are_none(host: Host, content: str) -> None:
    folder = unpack(fetching.models_folder(), "en-th")
    for model in folder.iterdir():
        (model / "trial.json").write_text(content)
    fetching.sync_rows(())
    assert (row().state, row().memory_bytes) == (State.READY, None)


def test_measures_of_one_machine_are_not_in_its_mirror(host: Host, tmp_path: Path) -> None:
    host.offer("en-th", "th-en")
    fetching.fetch_due()
    packages.pack(best_models(fetching.models_folder())[TH], tmp_path / "one.argosmodel")
    assert not [name for name in zipfile.ZipFile(tmp_path / "one.argosmodel").namelist() if "trial" in name]


def test_a_mirror_may_have_firefox_models(host: Host, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "en-ja"
    folder.mkdir()
    for name in ("model.enja.bin", "vocab.enja.spm"):
        (folder / name).write_bytes(b"not a real one")
    model = best_models(tmp_path)["en", "ja"]
    packages.pack(model, tmp_path / "firefox.argosmodel")
    # It goes the whole way up to the trial, which a real model would pass.
    with packages.locked(tmp_path / "models"), pytest.raises(packages.BadPackage, match="does not work"):
        packages.install(tmp_path / "firefox.argosmodel", tmp_path / "models")
