"""``manage.py translation_models``: fetch, add, remove and mirror models."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from translation.local_models import fetching
from translation.models import LocalModel
from translation.tests.installing import package, unpack
from translation.tests.model_host import Host
from translation.tests.model_rows import FROM_TH, TH, fetch_again, installed, row

State = LocalModel.State

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command("translation_models", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_fetch_installs_what_is_named_whatever_the_setting(host: Host, settings: Settings) -> None:
    host.offer("en-th", "th-en", "en-ja")
    settings.LOCAL_MODELS = "off"
    assert "en → th" in run("fetch", "en-th", "EN-JA")
    assert installed() == {TH, ("en", "ja")}
    assert "argos" in run("list")


def test_fetch_tells_what_failed(host: Host) -> None:
    host.offer("th-en")
    with pytest.raises(CommandError, match=r"en → th: .* has no model"):
        run("fetch", "en-th", "th-en")
    assert installed() == {FROM_TH}
    assert "failed: " in run("list")


@pytest.mark.parametrize("words", [("fetch", "en-xx"), ("fetch", "en"), ("fetch", "en-en"), ("mirror", "/dev/null/x")])
def test_a_senseless_call_is_one_clear_line(host: Host, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*words)


def test_a_removed_model_is_not_fetched_again_unless_asked(host: Host) -> None:
    host.offer("en-th", "th-en")
    fetching.fetch_due()
    run("remove", "en", "th")
    assert fetch_again() == 0
    assert installed() == {FROM_TH}
    assert "removed" in run("list")
    run("fetch", "en-th")
    assert installed() == {TH, FROM_TH}


def test_a_package_is_added_from_a_file_and_from_a_folder(host: Host, tmp_path: Path) -> None:
    run("add", "--from", str(package("en-th")))
    assert installed() == {TH}
    assert row().state == State.READY
    run("add", "--from", str(package("en-th").parent))
    assert len(installed()) == 8
    (tmp_path / "bad.argosmodel").write_bytes(b"x")
    with pytest.raises(CommandError, match="cannot be installed"):
        run("add", "--from", str(tmp_path / "bad.argosmodel"))


def test_an_unpacked_package_is_added(host: Host, tmp_path: Path) -> None:
    run("add", "--from", str(unpack(tmp_path / "unpacked", "en-th", "en-ja")))
    assert installed() == {TH, ("en", "ja")}


def test_a_mirror_serves_another_machine(host: Host, settings: Settings, tmp_path: Path) -> None:
    host.offer("en-th", "th-en")
    fetching.fetch_due()
    firefox = fetching.models_folder() / "en-ja"
    firefox.mkdir()
    for name in ("model.enja.bin", "vocab.enja.spm"):
        (firefox / name).write_bytes(name.encode())
    run("mirror", str(tmp_path / "mirror"))
    host.files = {f"/{path.name}": path.read_bytes() for path in (tmp_path / "mirror").iterdir()}
    entries = json.loads(host.files["/index.json"])
    assert [(entry["from_code"], entry["to_code"], entry["type"]) for entry in entries] == [
        ("en", "th", "translate"), ("th", "en", "translate"), ("en", "ja", "firefox"),
    ]  # fmt: skip
    assert all(entry["size"] and entry["sha256"] for entry in entries)
    settings.VAR_DIR = tmp_path / "other"
    LocalModel.objects.all().delete()
    assert fetching.fetch_due() == 2
    assert installed() == {TH, FROM_TH}
