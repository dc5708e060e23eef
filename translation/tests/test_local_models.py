"""Models of the local engine by themselves.

Which are wanted, and how they come over a bad network.
"""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from translation.engines.model_files import Kind
from translation.local_models import demand, fetching, packages, progress
from translation.models import LocalModel
from translation.tests.installing import package
from translation.tests.model_host import Host
from translation.tests.model_rows import FROM_TH, TH, fetch_again, installed, row

State = LocalModel.State

pytestmark = pytest.mark.django_db


def seconds_to_next(pair: tuple[str, str] = TH) -> float:
    return (row(pair).due_at - timezone.now()).total_seconds()


# --- which are wanted ---


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> dict[str, int]:
    """How many people read each language, instead of those in the database."""
    people: dict[str, int] = {}
    monkeypatch.setattr(demand, "READERS", [lambda: people])
    settings.LOCAL_MODELS = "auto"
    return people


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({}, []),
        ({"en": 9}, []),
        ({"th": 3}, []),
        ({"en": 3, "xx": 3}, []),
        ({"en": 3, "th": 1}, ["en-th", "th-en"]),
        ({"ja": 2, "th": 5}, ["en-th", "th-en", "en-ja", "ja-en"]),
        ({"en": 1, "zh-CN": 4, "id": 2}, ["en-zh-CN", "zh-CN-en", "en-id", "id-en"]),
    ],
)
def test_what_the_languages_in_use_need_is_wanted(
    readers: dict[str, int], people: dict[str, int], expected: list[str]
) -> None:
    readers.update(people)
    assert ["-".join(pair) for pair in demand.wanted_directions()] == expected


def test_off_wants_nothing(readers: dict[str, int], settings: Settings, host: Host) -> None:
    readers.update(en=3, th=2)
    host.offer("en-th", "th-en")
    settings.LOCAL_MODELS = "off"
    assert fetching.fetch_due() == 0
    assert host.requests == []


def test_nobody_is_asked_while_all_share_a_language(readers: dict[str, int], settings: Settings, host: Host) -> None:
    host.offer("en-th", "th-en")
    settings.LOCAL_MODELS = "auto"
    readers.update(th=5)
    assert fetching.fetch_due() == 0
    assert host.requests == []
    readers.update(en=1)
    assert fetching.fetch_due() == 2


# --- over the network ---


def test_what_is_wanted_is_installed(host: Host) -> None:
    host.offer("en-th", "th-en", "en-ja")
    assert fetching.fetch_due() == 2
    assert installed() == {TH, FROM_TH}
    assert [path for path, _range in host.requests] == ["/index.json", host.path("en-th"), host.path("th-en")]
    ready = row()
    assert (ready.state, ready.kind, ready.version) == (State.READY, Kind.ARGOS, "1.0")
    assert ready.bytes_done == ready.bytes_total > 50_000
    assert ready.sha256 == hashlib.sha256(package("en-th").read_bytes()).hexdigest()
    host.requests.clear()
    assert fetching.fetch_due() == 0
    assert host.requests == []


def test_a_download_goes_on_where_it_broke_off(host: Host) -> None:
    host.offer("en-th", "th-en")
    host.faults[host.path("en-th")] = ["cut", "cut"]
    size = len(package("en-th").read_bytes())
    fetching.fetch_due()
    assert installed() == {FROM_TH}
    assert (row().state, row().reason) == (State.FAILED, "interrupted")
    fetch_again()
    fetch_again()
    assert installed() == {TH, FROM_TH}
    assert host.fetched("en-th") == ["", f"bytes={size // 2}-", f"bytes={size - size // 4}-"] or host.fetched(
        "en-th"
    ) == ["", f"bytes={size // 2}-", f"bytes={size // 2 + (size - size // 2) // 2}-"]


@pytest.mark.parametrize("told", [True, False])
def test_a_server_without_ranges_is_asked_for_all_again(host: Host, told: bool) -> None:
    host.offer("en-th", "th-en", told=told)
    host.has_ranges = False
    host.faults[host.path("en-th")] = ["cut"]
    fetching.fetch_due()
    assert TH not in installed()
    fetch_again()
    assert TH in installed()


def test_parts_of_two_files_are_never_mixed(host: Host) -> None:
    host.offer("en-th", "th-en", told=False)
    host.faults[host.path("en-th")] = ["cut"]
    fetching.fetch_due()
    # Meanwhile the host has another file there.
    other = io.BytesIO(package("en-th").read_bytes())
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("translate-en_th-1_0/README.md", "another")
    host.files[host.path("en-th")] = other.getvalue()
    fetch_again()
    assert TH in installed()
    assert row().sha256 == hashlib.sha256(other.getvalue()).hexdigest()


def test_without_a_way_to_tell_files_apart_it_starts_again(host: Host) -> None:
    host.offer("en-th", "th-en", told=False)
    host.has_etags = False
    host.faults[host.path("en-th")] = ["cut"]
    fetching.fetch_due()
    fetch_again()
    assert TH in installed()
    assert host.fetched("en-th") == ["", ""]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(404, "not_found"), (410, "not_found"), (429, "rate_limited"), (503, "refused"), (403, "refused")],
)
def test_a_refusal_is_told_and_the_others_are_fetched(host: Host, fault: int, reason: str) -> None:
    host.offer("en-th", "th-en")
    host.faults[host.path("en-th")] = [fault]
    assert fetching.fetch_due() == 1
    assert installed() == {FROM_TH}
    assert (row().state, row().reason) == (State.FAILED, reason)
    assert str(fault) in row().error
    assert seconds_to_next() > 5
    assert fetching.fetch_due() == 0
    assert fetch_again() == 1


def test_a_server_that_asks_for_patience_gets_it(host: Host) -> None:
    host.offer("en-th", "th-en")
    host.headers = {"Retry-After": "1234"}
    host.faults[host.path("en-th")] = [429]
    fetching.fetch_due()
    assert 1200 < seconds_to_next() <= 1234


def test_pauses_grow(host: Host) -> None:
    host.offer("en-th", "th-en")
    host.faults[host.path("en-th")] = [503] * 3
    pauses = []
    for _attempt in range(3):
        fetch_again()
        pauses.append(seconds_to_next())
    assert pauses[0] < pauses[1] < pauses[2]


def test_without_network_one_line_is_told_and_it_is_tried_again(
    host: Host, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    url, settings.LOCAL_MODELS_URL = settings.LOCAL_MODELS_URL, "http://127.0.0.1:1/index.json"
    settings.LOG_FORMAT = "console"
    pauses = []
    for _attempt in range(3):
        LocalModel.objects.update(due_at=timezone.now())
        fetching.fetch_due(progress.ProgressLine())
        pauses.append(seconds_to_next())
    assert pauses[0] < pauses[1] < pauses[2] < 900
    assert {(found.state, found.reason) for found in LocalModel.objects.all()} == {(State.FAILED, "unreachable")}
    assert capfd.readouterr().out.count("no network") == 1
    host.offer("en-th", "th-en")
    settings.LOCAL_MODELS_URL = url
    assert fetch_again() == 2


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"\xff\xfe", b'"x"', b"[" * 100_000])
def test_a_page_that_is_no_index_is_told(host: Host, content: bytes) -> None:
    host.files["/index.json"] = content
    assert fetching.fetch_due() == 0
    assert (row().state, row().reason) == (State.FAILED, "bad_index")


def test_strange_entries_of_an_index_are_left_out(host: Host) -> None:
    strange: list[Any] = [
        None, 1, "x", {}, {"from_code": "en", "to_code": "th"}, {"from_code": "en", "to_code": "th", "links": "http://x"},
        {"from_code": "en", "to_code": "th", "links": ["ipfs://x", 3], "package_version": "9"},
        {"from_code": "en", "to_code": "th", "links": ["http://x/"], "package_version": "9", "type": "sbd"},
    ]  # fmt: skip
    host.files["/index.json"] = json.dumps(strange).encode()
    host.offer("en-th", "th-en")
    assert fetching.fetch_due() == 2


def test_the_newest_version_and_a_link_that_works_are_taken(host: Host) -> None:
    host.offer("en-th", package_version="1.9", links=[f"{host.url}/none"])
    host.offer("en-th", package_version="1.10", links=[f"{host.url}/none", "translate-en_th-1_0.argosmodel"])
    host.offer("th-en")
    assert fetching.fetch_due() == 2
    assert "/none" in {path for path, _range in host.requests}


@pytest.mark.parametrize("wrong", [{"size": 10}, {"size": 10**9}, {"sha256": "0" * 64}])
def test_a_file_that_is_not_what_was_announced_is_refused(host: Host, wrong: dict[str, Any]) -> None:
    host.offer("en-th", **wrong)
    host.offer("th-en")
    assert fetching.fetch_due() == 1
    assert installed() == {FROM_TH}
    assert row().reason == ("wrong_checksum" if "sha256" in wrong else "wrong_size")
    assert seconds_to_next() > 30
    assert list((fetching.models_folder() / ".partial").iterdir()) == []


def test_a_file_that_changed_since_its_first_use_is_refused(host: Host) -> None:
    host.offer("en-th", "th-en", told=False)
    fetching.fetch_due()
    with packages.locked(fetching.models_folder()):
        packages.remove(fetching.models_folder(), TH)
    changed = io.BytesIO(package("en-th").read_bytes())
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("translate-en_th-1_0/README.md", "another")
    host.files[host.path("en-th")] = changed.getvalue()
    assert fetching.fetch_due() == 0
    assert (row().state, row().reason) == (State.FAILED, "changed")
    host.files[host.path("en-th")] = package("en-th").read_bytes()
    assert fetch_again() == 1


def test_a_full_disk_is_told_before_anything_is_fetched(host: Host, settings: Settings) -> None:
    host.offer("en-th", "th-en")
    settings.LOCAL_MODELS_FREE_MB = 10**9
    assert fetching.fetch_due() == 0
    assert (row().state, row().reason) == (State.FAILED, "disk_full")
    assert "MB are free" in row().error
    assert host.fetched("en-th") == []
    settings.LOCAL_MODELS_FREE_MB = 0
    assert fetch_again() == 2


def test_one_process_at_a_time_fetches(host: Host) -> None:
    host.offer("en-th", "th-en")
    with packages.locked(fetching.models_folder()):
        assert fetching.fetch_due() == 0
    assert host.requests == []
    assert fetching.fetch_due() == 2


def test_a_process_that_died_half_way_is_followed_by_another(host: Host) -> None:
    host.offer("en-th", "th-en")
    host.faults[host.path("en-th")] = ["cut"]
    fetching.fetch_due()
    LocalModel.objects.update(state=State.FETCHING)
    assert fetch_again() == 2 or installed() == {TH, FROM_TH}


def test_what_is_no_longer_wanted_is_not_waited_for(host: Host, settings: Settings) -> None:
    host.faults["/index.json"] = [503]
    fetching.fetch_due()
    settings.LOCAL_MODELS = (FROM_TH,)
    host.offer("en-th", "th-en")
    fetch_again()
    assert {(found.source, found.state) for found in LocalModel.objects.all()} == {("th", State.READY)}


def test_a_model_whose_files_vanished_is_fetched_again(host: Host) -> None:
    host.offer("en-th", "th-en")
    fetching.fetch_due()
    (next(fetching.models_folder().glob("argos-en-th*")) / "model" / "model.bin").unlink()
    assert fetching.fetch_due() == 1
    assert installed() == {TH, FROM_TH}


def test_progress_is_told(host: Host, settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    settings.LOG_FORMAT = "console"
    host.offer("en-th", "th-en")
    fetching.fetch_due(progress.ProgressLine())
    told = capfd.readouterr().out
    assert "en → th is ready; 1 of 2 models ready" in told
    assert "th → en is ready; 2 of 2 models ready" in told
