"""The probes: what is ready, what is missing, and who may read the metrics."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from rosetta.tests.probing import ask

pytestmark = pytest.mark.django_db


def test_liveness_needs_nothing() -> None:
    answer = ask("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["X-Request-Id"]


def test_readiness_is_about_the_database_alone(settings: Settings, tmp_path: Path) -> None:
    settings.BROKER_URL, settings.REDIS_URL, settings.QUEUE_DIR = "", "", tmp_path / "no folder"
    answer = ask("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": ["database"]})


@pytest.mark.parametrize("query", ["deep", "deep=", "deep=1", "a=b&deep"])
def test_the_deep_look_names_the_checks_that_passed(query: str, settings: Settings, tmp_path: Path) -> None:
    settings.BROKER_URL, settings.REDIS_URL, settings.QUEUE_DIR = "", "", tmp_path
    answer = ask(f"/readyz?{query}")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": ["database", "queue", "storage"]})


def test_the_deep_look_names_what_is_missing(settings: Settings, tmp_path: Path) -> None:
    settings.BROKER_URL, settings.REDIS_URL, settings.QUEUE_DIR = "", "", tmp_path / "queue"
    answer = ask("/readyz?deep")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "missing": {"queue": "unavailable"},
    }


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_metrics_are_answered_to_this_machine(client: Client, settings: Settings, address: str) -> None:
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert answer.status_code == 200
    assert b"rosetta_jobs_late" in answer.content


@pytest.mark.parametrize("address", ["10.0.0.1", "203.0.113.9", "2001:db8::1", "", "not an address"])
def test_metrics_are_a_404_to_every_other_machine(client: Client, settings: Settings, address: str) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


def test_metrics_are_a_404_to_what_a_proxy_on_this_machine_forwards(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 404


def test_the_metrics_token_opens_them_from_anywhere(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-token"
    asked = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer a-long-token", **asked).status_code == 200
    for wrong in ("Bearer a-long-toke", "Bearer ", "", "a-long-tökén"):
        assert client.get("/metrics", HTTP_AUTHORIZATION=wrong, **asked).status_code == 404
