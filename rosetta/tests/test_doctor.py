"""``manage.py doctor``: it finds what is broken, says how to fix it, and reports nothing for a running service."""

import re
from pathlib import Path

import pytest

from rosetta.tests.processes import free_port, manage

REFUSED = "127.0.0.1:1"


# Each run of the command has one set of variables, and is asked for several parts.
BROKEN: list[tuple[dict[str, str], dict[str, tuple[str, str]]]] = [
    (
        {"DEBUG": "on", "CORS_ORIGINS": "https://app.other.example"},
        {
            "database": ("migrations are missing", "run manage.py prepare"),
            "queue": ("0 workers listen", "start a worker"),
            "service": ("does not answer", "make run"),
            "jobs": ("", "run manage.py prepare"),
            "settings": ("DEBUG is on", "set DEBUG=off"),
            "addresses": ("https://app.other.example cannot use sessions", "set PUBLIC_URL to an https:// address"),
        },
    ),
    (
        {
            "REDIS_URL": f"redis://:hush@{REFUSED}/0",
            "BROKER_URL": f"amqp://u:hush@{REFUSED}//",
            "EMAIL_URL": f"smtp://u:hush@{REFUSED}",
            "OIDC_ISSUER": f"http://{REFUSED}",
            "OIDC_CLIENT_ID": "x",
            "OIDC_CLIENT_SECRET": "hush",
            "TRANSLATION_ENGINES": "libretranslate",
            "LIBRETRANSLATE_URL": f"http://{REFUSED}",
            "CLAMD_URL": f"tcp://{REFUSED}",
            "EXPO_URL": f"http://{REFUSED}",
            "PUBLIC_URL": "http://chat.example.com",
            "ALLOWED_HOSTS": "other.example.com",
        },
        {
            "redis": ("", "check REDIS_URL"),
            "queue": ("", "check BROKER_URL"),
            "mail": ("refused", "check EMAIL_URL"),
            "sign-in": ("refused", "check OIDC_ISSUER"),
            "translation": ("libretranslate: ", "check LIBRETRANSLATE_URL"),
            "files": ("", "check CLAMD_URL"),
            "push": ("expo: 127.0.0.1 does not answer", "check EXPO_URL"),
            "addresses": ("ALLOWED_HOSTS does not accept chat.example.com", "put TLS before it"),
        },
    ),
    ({"DATABASE_URL": f"postgres://u:hush@{REFUSED}/x"}, {"database": ("", "check DATABASE_URL")}),
    (
        {
            "TRANSLATION_ENGINES": "deepl",
            "GOOGLE_TRANSLATE_API_KEY": "hush",
            "PUBLIC_URL": "https://chat.example.com",
            "FRONTEND_URL": "http://app.example.com",
        },
        {
            "settings": ("deepl needs DEEPL_API_KEY", "leave deepl out"),
            "translation": ("deepl needs DEEPL_API_KEY", "remove deepl from TRANSLATION_ENGINES"),
            "addresses": ("FRONTEND_URL is plain http", "set FRONTEND_URL to an https:// address"),
        },
    ),
]


@pytest.mark.parametrize(("variables", "parts"), BROKEN)
def test_what_is_broken_is_named_with_its_fix(
    variables: dict[str, str], parts: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    own = {"VAR_DIR": str(tmp_path), "SECRET_KEY": "k" * 50, "PORT": str(free_port())}
    done = manage("doctor", *parts, **own | variables)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "hush" not in done.stdout + done.stderr
    for part, (what, fix) in parts.items():
        # A finding begins with its part's name; its fix is indented below.
        findings = re.findall(rf"^{part} +(?:BROKEN|could be better).*(?:\n .*)*", done.stdout, re.MULTILINE)
        assert any(what in finding for finding in findings), done.stdout
        assert any(fix in finding for finding in findings), done.stdout


def test_a_part_that_does_not_exist_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = manage("doctor", "weather", VAR_DIR=str(tmp_path))
    assert "No such part: weather. There are: settings, " in done.stderr
