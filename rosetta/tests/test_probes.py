"""The probes tell strangers nothing but names of parts, and cost little, however often they are asked."""

import asyncio
import time
from pathlib import Path
from threading import Event

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from rosetta.observability.health import Part
from rosetta.serving.probes import Probes
from rosetta.tests.probing import ask

FORWARDED = [
    ("Forwarded", "for=203.0.113.9"),
    ("Forwarded", ""),
    ("Via", "1.1 proxy"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("X-Forwarded-For", ""),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "chat.example.com"),
    ("X-Forwarded-Server", "proxy"),
    ("X-Forwarded", "for=203.0.113.9"),
    ("X-Real-IP", "203.0.113.9"),
    ("X-Client-IP", "203.0.113.9"),
    ("Client-IP", "203.0.113.9"),
    ("X-Cluster-Client-IP", "203.0.113.9"),
    ("True-Client-IP", "203.0.113.9"),
    ("X-Original-Forwarded-For", "203.0.113.9"),
    ("X-Envoy-External-Address", "203.0.113.9"),
    ("CF-Connecting-IP", "203.0.113.9"),
    ("CF-Ray", "1"),
    ("CF-Visitor", "{}"),
    ("CDN-Loop", "cloudflare"),
    ("Fastly-Client-IP", "203.0.113.9"),
    ("Fly-Client-IP", "203.0.113.9"),
    ("Proxy-Client-IP", "203.0.113.9"),
]


def folder(settings: Settings, path: Path) -> None:
    options = {"location": path, "base_url": None}
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), FORWARDED)
def test_a_forwarded_request_reads_no_metrics_from_this_machine(name: str, value: str, settings: Settings) -> None:
    settings.METRICS_TOKEN = "scrape"
    client = Client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={name: value}).status_code == 404
    headers = {name: value, "Authorization": "Bearer scrape"}
    assert client.get("/metrics", headers=headers).status_code == 200
    assert client.get("/metrics", headers={**headers, "Authorization": "Bearer other"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "", "unix"])
def test_other_machines_read_no_metrics(address: str) -> None:
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 404


@pytest.fixture
def no_servers(settings: Settings, tmp_path: Path) -> Settings:
    settings.BROKER_URL, settings.REDIS_URL, settings.QUEUE_DIR = "", "", tmp_path
    return settings


@pytest.mark.django_db
def test_a_probe_names_the_missing_part_and_nothing_else(no_servers: Settings, tmp_path: Path) -> None:
    no_servers.QUEUE_DIR = tmp_path / "no folder"
    for headers in ({}, {"X-Forwarded-For": "203.0.113.9"}):
        answer = ask("/readyz?deep", **headers)
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "missing": {"queue": "unavailable"}}


@pytest.mark.django_db
def test_a_probe_names_storage_that_is_no_folder(no_servers: Settings, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    folder(no_servers, tmp_path / "occupied")
    answer = ask("/readyz?deep")
    assert (answer.status_code, list(answer.json()["missing"])) == (503, ["storage"])
    assert str(tmp_path) not in answer.text
    assert ask("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_probe_writes_nothing(no_servers: Settings, tmp_path: Path) -> None:
    folder(no_servers, tmp_path / "files")
    assert [ask("/readyz?deep").status_code for _ in range(3)] == [200] * 3
    assert list(tmp_path.iterdir()) == []
    default_storage.save("first", ContentFile(b"x"))
    assert ask("/readyz?deep").status_code == 200
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["first"]


@pytest.mark.django_db
def test_storage_is_looked_at_once_a_minute_however_often_it_is_asked_for(no_servers: Settings, tmp_path: Path) -> None:
    folder(no_servers, tmp_path / "files")
    probes = Probes(None)
    assert ask("/readyz?deep", probes).status_code == 200
    (tmp_path / "files").write_text("no folder any more")
    assert [ask("/readyz?deep", probes).status_code for _ in range(5)] == [200] * 5
    assert ask("/readyz?deep").status_code == 503


class Counted:
    """A check that counts its calls, fails while ``is_missing``, and takes until ``may_end`` is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.is_missing = False
        self.may_end = Event()
        self.may_end.set()

    def __call__(self) -> None:
        self.calls += 1
        assert self.may_end.wait(20)
        if self.is_missing:
            raise ConnectionError("db.internal:5432 refused")


def is_ready(part: Part, times: int = 1, within: float = 5.0) -> list[bool]:
    """Ask so many times at once."""

    async def main() -> list[bool]:
        return await asyncio.gather(*(part.is_ready(within) for _ in range(times)))

    return asyncio.run(main())


def test_what_was_found_is_kept_for_its_time() -> None:
    check = Counted()
    part = Part("storage", check, seconds=60)
    assert [is_ready(part) for _ in range(100)] == [[True]] * 100
    assert check.calls == 1


def test_a_missing_part_is_looked_at_again_after_its_time() -> None:
    check = Counted()
    check.is_missing = True
    part = Part("storage", check, seconds=0.5)
    assert is_ready(part, 100) == [False] * 100
    assert check.calls == 1
    check.is_missing = False
    time.sleep(0.6)
    assert is_ready(part) == [True]


def test_all_who_ask_wait_for_one_check_and_no_longer_than_they_want_to() -> None:
    check = Counted()
    part = Part("database", check, seconds=0)
    check.may_end.clear()
    began = time.monotonic()
    assert is_ready(part, 8, within=0.2) == [False] * 8
    assert is_ready(part, 8, within=0.2) == [False] * 8
    assert time.monotonic() - began < 5
    assert check.calls == 1
    check.may_end.set()
    assert is_ready(part) == [True]


def test_a_check_that_takes_too_long_is_cut_and_another_one_finds_the_part() -> None:
    check = Counted()
    part = Part("database", check, seconds=0, cut=check.may_end.set)
    check.may_end.clear()
    assert is_ready(part, within=0.1) == [False]
    assert check.may_end.is_set()
    assert is_ready(part) == [True]
