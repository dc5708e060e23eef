"""What browsers are told about answers, and what a service in the open must be set to."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from rest_framework.test import APIClient

from rosetta.http import headers
from rosetta.tests.processes import manage

SERVICE = {
    "DATABASE_URL": "postgres://rosetta@127.0.0.1:1/rosetta",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR",
    "PUBLIC_URL": "https://chat.example.com",
    "TRUSTED_PROXIES": "1",
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/nothing", "/api/schema"])
def test_json_may_do_nothing_in_a_browser_and_is_framed_by_nobody(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer["Content-Security-Policy"] == headers.NOTHING
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_answers_of_the_api_are_kept_by_no_cache(as_owner: APIClient) -> None:
    assert as_owner.get("/api/v1/me")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/admin/login/", "/api/docs", "/"])
def test_pages_load_scripts_from_here_alone_and_run_none_of_their_own_text(client: Client, path: str) -> None:
    policy = client.get(path)["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "'unsafe-inline'" not in rules["script-src"]
    assert set(rules["script-src"].split()) <= {"'self'", "'unsafe-eval'"}
    assert (rules["base-uri"], rules["frame-ancestors"]) == ("'none'", "'none'")


def test_the_widget_may_be_loaded_by_other_sites(client: Client) -> None:
    assert client.get("/static/web/widget.js")["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_no_answer_names_what_it_was_served_by(client: Client) -> None:
    assert {"Server", "X-Powered-By"} & set(client.get("/").headers) == set()


def test_service_mode_has_no_open_deployment_check(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), **SERVICE)
    assert done.returncode == 0, done.stderr


def test_https_without_a_proxy_to_trust_is_named(tmp_path: Path) -> None:
    done = manage("check", VAR_DIR=str(tmp_path), **(SERVICE | {"TRUSTED_PROXIES": "0"}))
    assert "rosetta.W002" in done.stderr


def test_over_https_pages_lead_there_and_the_api_does_not(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    plain = Client(headers={"X-Forwarded-Proto": "http"})
    led = plain.get("/admin/login/")
    assert (led.status_code, led["Location"]) == (301, "https://testserver/admin/login/")
    assert plain.get("/api/v1/me").status_code == 401
    secure = Client(headers={"X-Forwarded-Proto": "https"}).get("/admin/login/")
    assert (secure.status_code, secure["Strict-Transport-Security"][:16]) == (200, "max-age=31536000")
