"""The probes tell strangers nothing but names of parts, and cost little, however often they are asked."""

import time
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from rosetta.observability.health import Part

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


@pytest.mark.django_db
def test_a_probe_names_the_missing_part_and_nothing_else(settings: Settings, tmp_path: Path) -> None:
    settings.BROKER_URL, settings.QUEUE_DIR = "", tmp_path / "no folder"
    for headers in ({}, {"X-Forwarded-For": "203.0.113.9"}):
        answer = Client().get("/readyz", headers=headers)
        assert answer.status_code == 503
        assert answer.json() == {"status": "unavailable", "missing": {"queue": "unavailable"}}


@pytest.mark.django_db
def test_a_probe_names_storage_that_is_no_folder(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    folder(settings, tmp_path / "occupied")
    answer = Client().get("/readyz")
    assert (answer.status_code, list(answer.json()["missing"])) == (503, ["storage"])
    assert str(tmp_path) not in answer.content.decode()


@pytest.mark.django_db
def test_a_probe_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    folder(settings, tmp_path / "files")
    assert [Client().get("/readyz").status_code for _ in range(3)] == [200] * 3
    assert list(tmp_path.iterdir()) == []
    default_storage.save("first", ContentFile(b"x"))
    assert Client().get("/readyz").status_code == 200
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["first"]


class Counted:
    """A check that counts its calls, and fails while ``is_missing``."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls = 0
        self.is_missing = False
        self.seconds = seconds

    def __call__(self) -> None:
        self.calls += 1
        time.sleep(self.seconds)
        if self.is_missing:
            raise ConnectionError("db.internal:5432 refused")


def test_what_was_found_is_kept_for_its_time() -> None:
    check = Counted()
    part = Part("storage", check, seconds=60)
    assert [part.is_ready() for _ in range(100)] == [True] * 100
    assert check.calls == 1


def test_a_missing_part_is_looked_at_again_soon() -> None:
    check = Counted()
    check.is_missing = True
    part = Part("storage", check, seconds=0.1)
    assert [part.is_ready() for _ in range(100)] == [False] * 100
    assert check.calls == 1
    check.is_missing = False
    time.sleep(0.15)
    assert part.is_ready()


def test_another_configuration_is_looked_at_at_once() -> None:
    check, configuration = Counted(), ["a"]
    part = Part("queue", check, seconds=60, configuration=lambda: configuration[0])
    assert part.is_ready()
    configuration[0], check.is_missing = "b", True
    assert not part.is_ready()
    assert check.calls == 2


def test_one_thread_waits_for_a_part_that_does_not_answer() -> None:
    check = Counted()
    part = Part("database", check, seconds=0)
    assert part.is_ready()
    check.seconds = 1.0
    barrier, took = Barrier(8), []

    def ask() -> None:
        barrier.wait()
        began = time.monotonic()
        part.is_ready()
        took.append(time.monotonic() - began)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert check.calls == 2
    assert sum(seconds > 0.9 for seconds in took) == 1
