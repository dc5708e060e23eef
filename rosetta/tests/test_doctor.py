"""``manage.py doctor``: it finds what is broken, says what mends it, and is content with a running service."""

import sys
from pathlib import Path

import pytest

from rosetta.tests.processes import eventually, free_port, manage
from rosetta.tests.supervised import Supervised

REFUSED = "127.0.0.1:1"


@pytest.mark.parametrize(
    ("part", "variables", "told", "mend"),
    [
        ("database", {}, "migrations are missing", "run manage.py prepare"),
        ("database", {"DATABASE_URL": f"postgres://u:hush@{REFUSED}/x"}, "", "check DATABASE_URL"),
        ("redis", {"REDIS_URL": f"redis://:hush@{REFUSED}/0"}, "", "check REDIS_URL"),
        ("queue", {"BROKER_URL": f"amqp://u:hush@{REFUSED}//"}, "", "check BROKER_URL"),
        ("queue", {}, "0 workers listen", "start a worker"),
        ("mail", {"EMAIL_URL": f"smtp://u:hush@{REFUSED}"}, "refused", "check EMAIL_URL"),
        (
            "sign-in",
            {"OIDC_ISSUER": f"http://{REFUSED}", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "hush"},
            "refused",
            "check OIDC_ISSUER",
        ),
        ("settings", {"TRANSLATION_ENGINES": "deepl"}, "deepl needs DEEPL_API_KEY", "leave deepl out"),
        ("settings", {"DEBUG": "on"}, "DEBUG is on", "set DEBUG=off"),
        (
            "translation",
            {"TRANSLATION_ENGINES": "libretranslate", "LIBRETRANSLATE_URL": f"http://{REFUSED}"},
            "libretranslate: ",
            "check LIBRETRANSLATE_URL",
        ),
        (
            "translation",
            {"TRANSLATION_ENGINES": "deepl", "GOOGLE_TRANSLATE_API_KEY": "hush"},
            "deepl needs DEEPL_API_KEY",
            "leave deepl out of TRANSLATION_ENGINES",
        ),
        ("service", {}, "does not answer", "make run"),
        ("jobs", {}, "", "run manage.py prepare"),
        ("files", {"CLAMD_URL": f"tcp://{REFUSED}"}, "", "check CLAMD_URL"),
        ("push", {"EXPO_URL": f"http://{REFUSED}"}, "expo: 127.0.0.1 does not answer", "check EXPO_URL"),
        (
            "addresses",
            {"PUBLIC_URL": "http://chat.example.com", "ALLOWED_HOSTS": "other.example.com"},
            "ALLOWED_HOSTS does not take chat.example.com",
            "put TLS before it",
        ),
        (
            "addresses",
            {"PUBLIC_URL": "https://chat.example.com", "FRONTEND_URL": "http://app.example.com"},
            "FRONTEND_URL is plain http",
            "set FRONTEND_URL to an https:// address",
        ),
    ],
)
def test_what_is_broken_is_named_with_what_mends_it(
    part: str, variables: dict[str, str], told: str, mend: str, tmp_path: Path
) -> None:
    done = manage("doctor", part, VAR_DIR=str(tmp_path), SECRET_KEY="k" * 50, **{"PORT": str(free_port())} | variables)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{part:<12} BROKEN" in done.stdout
    assert told in done.stdout
    assert mend in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_a_part_that_does_not_exist_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = manage("doctor", "weather", VAR_DIR=str(tmp_path))
    assert "No such part: weather. There are: settings, " in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_running_service_is_well(tmp_path: Path) -> None:
    port = str(free_port())
    running = Supervised(tmp_path, PORT=port)
    try:
        assert eventually(running.is_ready), running.said()
        own = {"VAR_DIR": str(tmp_path / "var"), "PORT": port}
        assert eventually(lambda: manage("doctor", "jobs", **own).returncode == 0), "no job ran"
        done = manage("doctor", **own)
    finally:
        running.end()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 workers listen" in done.stdout
