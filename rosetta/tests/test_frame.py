"""The frame: ids, errors, health, and what every answer carries."""

import gzip
import logging
import uuid
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings
from rest_framework.test import APIClient
from ulid import ULID

from accounts.models import User
from rosetta.ids import from_uuid, new_ulid, parse_ulid, to_uuid
from rosetta.tests.probing import ask


def test_ulids_grow_and_survive_the_way_through_the_database() -> None:
    made = [new_ulid() for _ in range(1000)]
    assert made == sorted(set(made))
    assert from_uuid(to_uuid(made[0])) == made[0]


@pytest.mark.parametrize("value", [0, 1, 1 << 60, (1 << 128) - 1, *(7**n for n in range(40, 46))])
def test_ulids_are_spelled_as_everybody_else_spells_them(value: int) -> None:
    spelled = str(ULID(value.to_bytes(16, "big"))).lower()
    assert from_uuid(uuid.UUID(int=value)) == spelled
    assert to_uuid(spelled.upper()) == uuid.UUID(int=value)


@pytest.mark.parametrize(
    "raw", ["", "x", "0" * 25, "0" * 27, "u" * 26, "8" * 26, "0_" * 13, "0" * 26 + "\n", None, 5, "é" * 26]
)
def test_what_is_no_ulid_is_none(raw: Any) -> None:
    assert parse_ulid(raw) is None


def test_a_ulid_is_taken_in_either_case() -> None:
    ulid = new_ulid()
    assert parse_ulid(ulid.upper()) == ulid


@pytest.mark.django_db
def test_the_process_says_that_it_lives_and_that_it_is_ready() -> None:
    assert ask("/healthz").status_code == 200
    ready = ask("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


def test_an_unknown_path_is_a_json_404_with_a_request_id(client: Client) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})
    assert answer["X-Request-Id"]


@pytest.mark.parametrize("path", ["/nonsense", "/login", "/settings"])
def test_a_browser_at_an_unknown_address_gets_a_page_with_a_way_home(
    path: str, client: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://example.com/chat"
    page = client.get(path, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "ja"})
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/chat/"' in page.content.decode()
    assert 'lang="ja"' in page.content.decode()
    assert "ページが見つかりません" in page.content.decode()
    assert "style-src 'self'" in page["Content-Security-Policy"]
    assert client.get(path).json() == {"message": "Not found."}
    below_api = client.get(f"/api/v1{path}", headers={"Accept": "text/html"})
    assert (below_api.status_code, below_api.json()) == (404, {"message": "Not found."})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/favicon.ico", b"\0\0\1\0"),
        ("/apple-touch-icon.png", b"\x89PNG"),
        ("/apple-touch-icon-precomposed.png", b"\x89PNG"),
    ],
)
def test_browsers_find_pictures_at_the_addresses_that_they_guess(path: str, kind: bytes, client: Client) -> None:
    picture = client.get(path)
    assert picture.status_code == 200
    assert picture["Content-Type"].startswith("image/")
    assert b"".join(picture.streaming_content).startswith(kind)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_compressed_body_is_refused_with_the_reason(owner: Any, as_owner: Any) -> None:
    body = gzip.compress(b'{"name": "Olivia"}')
    refused = as_owner.generic("PATCH", "/api/v1/me", body, "application/json", HTTP_CONTENT_ENCODING="gzip")
    message = "Content-Encoding gzip is not supported: send the body uncompressed."
    assert (refused.status_code, refused.json()) == (415, {"message": message})
    plain = as_owner.generic(
        "PATCH", "/api/v1/me", gzip.decompress(body), "application/json", HTTP_CONTENT_ENCODING="identity"
    )
    assert plain.status_code == 200


def test_a_host_that_is_not_allowed_is_a_json_400(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["chat.example"]
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()) == (400, {"message": "Bad request."})
    assert answer["X-Request-Id"]
    assert client.get("/admin/")["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_too_many_query_parameters_are_a_json_400() -> None:
    client = APIClient()
    client.force_authenticate(User(pk=1))
    answer = client.get("/api/v1/me/files?" + "a=1&" * 1001)
    assert (answer.status_code, answer.json()) == (400, {"message": "Bad request."})


def test_a_clients_plain_request_id_is_kept_and_a_forged_one_is_not(client: Client) -> None:
    assert client.get("/api/v1/nothing", headers={"X-Request-Id": "abc-1"})["X-Request-Id"] == "abc-1"
    assert client.get("/api/v1/nothing", headers={"X-Request-Id": "a b\tc"})["X-Request-Id"] != "a b\tc"


@pytest.mark.django_db
def test_metrics_are_for_loopback_alone(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_the_home_page_says_what_this_is(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "/api/docs" in page
    assert "/admin/" in page


@pytest.mark.django_db
def test_the_schema_is_served() -> None:
    assert APIClient().get("/api/schema").status_code == 200


def test_the_schema_names_the_limits_of_each_operation() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    told = {method: paths["/api/v1/me/export"][method]["responses"]["429"]["description"] for method in ("get", "post")}
    assert told["post"].endswith("At most 5 per hour (export).")
    assert told["get"].endswith("At most 1200 per minute (all).")


def test_the_log_says_who_asked_for_what_from_where_and_what_came_of_it(
    as_owner: APIClient, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rosetta.request")
    as_owner.get("/api/v1/workspaces/nothing")
    APIClient().get("/api/v1/me", REMOTE_ADDR="203.0.113.9")
    known, unknown = [record.msg for record in caplog.records if record.name == "rosetta.request"]
    assert isinstance(known, dict) and isinstance(unknown, dict)
    assert (known["caller"], known["path"], known["status"]) == (owner.pk, "/api/v1/workspaces/nothing", 404)
    assert ("caller" in unknown, unknown["address"], unknown["status"]) == (False, "203.0.113.9", 401)


@pytest.mark.django_db
def test_whoever_has_many_ipv6_addresses_of_one_network_has_one_limit() -> None:
    def tried(address: str) -> int:
        return int(APIClient().post("/api/v1/auth/app/login", {}, REMOTE_ADDR=address).status_code)

    assert {tried(f"2001:db8:1:1::{number:x}") for number in range(30)} == {422}
    assert tried("2001:db8:1:1:ffff::1") == 429
    assert tried("2001:db8:1:2::1") == 422
    assert tried("::ffff:203.0.113.9") == 422


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.5", "198.51.100.5"),
        ("198.51.100.5:40001", "198.51.100.5"),
        (" 198.51.100.5 ", "198.51.100.5"),
        ("::ffff:198.51.100.5", "198.51.100.5"),
        ("[::ffff:198.51.100.5]:40001", "198.51.100.5"),
        ("[2001:db8::5]", "2001:db8::5"),
        ("[2001:db8::5]:40001", "2001:db8::5"),
        ("2001:DB8:0:0::5", "2001:db8::5"),
        ("fe80::5%eth0", "fe80::5"),
        # What is no address is not believed: the proxy's own counts.
        ("unknown", "192.0.2.1"),
        ("198.51.100.5:40001:3", "192.0.2.1"),
        ("", "192.0.2.1"),
    ],
)
def test_a_proxys_word_for_an_address_is_read_in_every_form(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture, written: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    caplog.set_level(logging.INFO, "rosetta.request")
    client.get("/nothing", headers={"X-Forwarded-For": f"203.0.113.1, {written}"}, REMOTE_ADDR="192.0.2.1")
    (line,) = [record.msg for record in caplog.records if record.name == "rosetta.request"]
    assert isinstance(line, dict)
    assert line["address"] == address


@pytest.mark.django_db
def test_callers_without_a_token_of_one_ipv6_network_have_one_limit() -> None:
    left = [
        APIClient().get("/api/v1/files/01ARZ3NDEKTSV4RRFFQ69G5FAV", REMOTE_ADDR=f"2001:db8:2:1::{number:x}")[
            "X-RateLimit-Remaining"
        ]
        for number in range(2)
    ]
    assert int(left[1]) == int(left[0]) - 1
