"""Settings from the environment.

What is right is taken, what is wrong stops the start with one line that names it.
"""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rosetta import env
from rosetta.tests.processes import manage


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PORT": "0"}, "PORT='0'"),
        ({"PORT": "http"}, "PORT='http'"),
        ({"THROTTLE": "of"}, "THROTTLE='of': write on or off"),
        ({"DATABASE_URL": "mysql://u:hush@h/x"}, "DATABASE_URL='mysql://…@h/x'"),
        ({"DATABASE_URL": "postgres://127.0.0.1/x"}, "SECRET_KEY"),
        ({"BROKER_URL": "kafka://h"}, "BROKER_URL='kafka://h'"),
        ({"EMAIL_URL": "smtp://h:twentyfive"}, "EMAIL_URL="),
        ({"TRANSLATION_ENGINES": "babelfish"}, "babelfish"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE="),
        ({"VAR_DIR": "/dev/null/var"}, "VAR_DIR="),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line_that_names_it(
    variables: dict[str, str], named: str, tmp_path: Path
) -> None:
    done = manage("check", **({"VAR_DIR": str(tmp_path)} | variables))
    assert done.returncode != 0
    assert (done.stdout, len(done.stderr.splitlines())) == ("", 1), done.stderr
    assert named in done.stderr
    assert "hush" not in done.stderr


def settings_with(monkeypatch: pytest.MonkeyPatch, folder: Path, **variables: str) -> dict[str, Any]:
    """The settings that these variables give, without a process of their own."""
    for name, value in {"VAR_DIR": str(folder), **variables}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(settings.BASE_DIR / "rosetta" / "settings.py"))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"ALLOWED_HOSTS": "chat.example.com,http://x"}, "ALLOWED_HOSTS='http://x'"),
        ({"ALLOWED_HOSTS": "chat.example.com:8000"}, "ALLOWED_HOSTS='chat.example.com:8000'"),
        ({"CORS_ORIGINS": "https://chat.example.com,zz"}, "CORS_ORIGINS='zz'"),
        ({"CORS_ORIGINS": "https://h:x"}, "CORS_ORIGINS="),
        ({"SOCIAL_CALLBACK_URL": "zz"}, "SOCIAL_CALLBACK_URL='zz'"),
        ({"FILES_DENIED_TYPES": "image/*,zz"}, "FILES_DENIED_TYPES='zz'"),
        ({"EXPO_URL": "HTTP://push.example.com"}, "EXPO_URL="),
        ({"TRANSLATION_ENGINES_EN_ZH": "local"}, "TRANSLATION_ENGINES_EN_ZH: no such pair"),
        ({"TRANSLATION_ENGINES_EN_EN": "local"}, "TRANSLATION_ENGINES_EN_EN: no such pair"),
        ({"TRANSLATION_ENGINES_EN_ZH_CN": "local,zz"}, "TRANSLATION_ENGINES_EN_ZH_CN: 'zz'"),
        ({"OIDC_ISSUER": "https://id.example.com"}, "OIDC_ISSUER without OIDC_CLIENT_ID, OIDC_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_ID": "x"}, "GOOGLE_CLIENT_ID without GOOGLE_CLIENT_SECRET"),
        ({"LINE_CLIENT_SECRET": "hush"}, "LINE_CLIENT_SECRET without LINE_CLIENT_ID"),
        ({"APPLE_CLIENT_ID": "x", "APPLE_CLIENT_SECRET": "hush"}, "without APPLE_KEY_ID, APPLE_TEAM_ID"),
    ],
)
def test_a_value_that_would_be_wrong_later_is_named(
    variables: dict[str, str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_with(monkeypatch, tmp_path, **variables)
    assert named in str(refused.value)
    assert "hush" not in str(refused.value)


def test_what_is_unusual_but_right_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_with(
        monkeypatch,
        tmp_path,
        ALLOWED_HOSTS="*,.example.com,[::1],10.0.0.1",
        SOCIAL_CALLBACK_URL="chat.example.app://auth/{provider}/",
        FILES_DENIED_TYPES="none",
        TRANSLATION_ENGINES_EN_ZH_CN="deepl,local",
        TRANSLATION_ENGINES_EN_ZH="",
    )
    assert given["ALLOWED_HOSTS"] == ["*", ".example.com", "[::1]", "10.0.0.1"]
    assert given["SOCIAL_CALLBACK_URL"] == "chat.example.app://auth/{provider}/"
    assert given["TRANSLATION_PAIR_ENGINES"] == {("en", "zh-CN"): ("deepl", "local")}


def test_origins_are_compared_as_browsers_write_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_with(
        monkeypatch,
        tmp_path,
        PUBLIC_URL="HTTPS://Chat.Example.com:443/rosetta/",
        FRONTEND_URL="http://app.example.com:80/chat",
        CORS_ORIGINS="https://A.example.com:8443/,https://[2001:DB8::1]:443,capacitor://localhost",
    )
    cors = {
        "http://app.example.com", "https://a.example.com:8443", "https://[2001:db8::1]", "capacitor://localhost",
    }  # fmt: skip
    assert given["ALLOWED_ORIGINS"] == {"https://chat.example.com", *cors}
    assert set(given["CORS_ALLOWED_ORIGINS"]) == cors
    assert given["HTTPS"] is True
    assert given["FRONTEND_URL"] == "http://app.example.com:80/chat"


def test_the_default_port_is_no_part_of_the_local_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_with(monkeypatch, tmp_path, PORT="80", PUBLIC_URL="", FRONTEND_URL="", CORS_ORIGINS="")
    assert given["ALLOWED_ORIGINS"] == {"http://127.0.0.1", "http://localhost"}


def test_switches_take_three_spellings(monkeypatch: pytest.MonkeyPatch) -> None:
    for raw, value in {"on": True, "TRUE": True, "1": True, "off": False, "False": False, "0": False}.items():
        monkeypatch.setenv("A_SWITCH", raw)
        assert env.switch("A_SWITCH", not value) is value
    monkeypatch.setenv("A_SWITCH", " ")
    assert env.switch("A_SWITCH", True) is True


@pytest.mark.parametrize("raw", ["example.com", "ftp://example.com", "https://", "https://h:x", "://h"])
def test_what_is_no_web_address_is_refused(raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AN_ADDRESS", raw)
    with pytest.raises(ImproperlyConfigured, match="AN_ADDRESS"):
        env.url("AN_ADDRESS")


def test_a_secret_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("hush\n")
    monkeypatch.setenv("A_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("A_KEY") == "hush"


def test_a_dotenv_file_fills_in_what_the_environment_leaves_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LEFT_OPEN", "QUOTED"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("SAID", "by the environment")
    (tmp_path / ".env").write_text("# a comment\nSAID=by the file\nexport LEFT_OPEN = a=b # c\nQUOTED='two words'\n")
    env.load_file(tmp_path / ".env")
    assert [env.text(name) for name in ("SAID", "LEFT_OPEN", "QUOTED")] == [
        "by the environment",
        "a=b # c",
        "two words",
    ]


def test_a_broken_line_of_a_dotenv_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nnot a setting\n")
    with pytest.raises(ImproperlyConfigured, match="line 2"):
        env.load_file(tmp_path / ".env")


def test_the_secret_key_of_embedded_mode_is_made_at_the_first_start(tmp_path: Path) -> None:
    assert manage("check", VAR_DIR=str(tmp_path)).returncode == 0
    key = (tmp_path / "secret_key").read_text()
    assert (len(key) > 40, (tmp_path / "secret_key").stat().st_mode & 0o777) == (True, 0o600)


@pytest.mark.parametrize(
    ("host", "public_url", "allowed"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", "127.0.0.1"),
        ("::1", "http://[::1]:8000", "[::1]"),
        ("[::1]", "http://[::1]:8000", "[::1]"),
        ("::", "http://[::1]:8000", "[::1]"),
        ("0.0.0.0", "http://127.0.0.1:8000", "127.0.0.1"),
        ("fe80::1", "http://[fe80::1]:8000", "[fe80::1]"),
    ],
)
def test_the_public_address_follows_the_host_that_is_listened_on(
    host: str, public_url: str, allowed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = settings_with(monkeypatch, tmp_path, HOST=host, PORT="8000")
    assert values["PUBLIC_URL"] == public_url
    assert allowed in values["ALLOWED_HOSTS"]
    assert public_url in values["ALLOWED_ORIGINS"]


def test_a_missing_dotenv_file_is_ignored_and_an_unreadable_one_is_named(tmp_path: Path) -> None:
    env.load_file(tmp_path / ".env")
    with pytest.raises(ImproperlyConfigured, match="Is a directory"):
        env.load_file(tmp_path)


@pytest.mark.parametrize(("raw", "value"), [("", 2.5), (" ", 2.5), ("0", 0.0), ("0.25", 0.25), ("1e3", 1000.0)])
def test_a_number_is_read(raw: str, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_NUMBER", raw)
    assert env.number("A_NUMBER", 2.5) == value


@pytest.mark.parametrize("raw", ["many", "-1", "nan", "inf", "1,5"])
def test_what_is_not_a_number_in_range_is_refused(raw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_NUMBER", raw)
    with pytest.raises(ImproperlyConfigured, match="A_NUMBER"):
        env.number("A_NUMBER", 2.5)


def test_a_choice_is_one_of_the_allowed_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_CHOICE", "json")
    assert env.choice("A_CHOICE", "console", ("json", "console")) == "json"
    monkeypatch.setenv("A_CHOICE", "xml")
    with pytest.raises(ImproperlyConfigured, match="A_CHOICE='xml': write one of json, console"):
        env.choice("A_CHOICE", "console", ("json", "console"))


def test_a_file_must_be_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_FILE", "")
    assert env.readable_file("A_FILE") == ""
    (tmp_path / "key.json").write_text("{}")
    monkeypatch.setenv("A_FILE", str(tmp_path / "key.json"))
    assert env.readable_file("A_FILE") == str(tmp_path / "key.json")
    monkeypatch.setenv("A_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="A_FILE="):
        env.readable_file("A_FILE")


def test_a_secret_in_a_file_that_is_missing_is_named_without_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "")
    monkeypatch.setenv("A_KEY_FILE", "/nowhere/key")
    with pytest.raises(ImproperlyConfigured, match="A_KEY_FILE='/nowhere/key'"):
        env.secret("A_KEY")


@pytest.mark.parametrize("package", ["no_such_package", "no_such_package.part"])
def test_a_setting_whose_package_is_missing_is_refused(package: str) -> None:
    env.needs_package("A_SETTING", "json")
    with pytest.raises(ImproperlyConfigured, match=f"A_SETTING is set, but {package} is not installed"):
        env.needs_package("A_SETTING", package)


@pytest.mark.parametrize(
    "value", ["https://push.example.com", "http://127.0.0.1:9", "http://localhost", "http://[::1]:9"]
)
def test_plain_http_is_accepted_only_to_this_machine(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AN_ADDRESS", value)
    assert env.safe_url("AN_ADDRESS") == value
    monkeypatch.setenv("AN_ADDRESS", "http://push.example.com")
    with pytest.raises(ImproperlyConfigured, match="AN_ADDRESS"):
        env.safe_url("AN_ADDRESS")
