"""Web Push against a push service that speaks its protocol, and a browser that decrypts what came."""

import socket
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings
from rest_framework.test import APIClient

from devices import transports
from devices.checks import keys_can_be_read
from devices.models import Device
from devices.tests import servers
from devices.tests.browser import Browser
from devices.tests.servers import Provider
from devices.transports.base import Notification, Outcome, Push, Result
from devices.transports.vapid import base64url, from_base64url, private_key, public_key
from devices.transports.web_push import MAX_PAYLOAD, encrypted

URL = "/api/v1/devices"
TOLD = Notification(
    title="Mali (#general)",
    body="สวัสดี",
    data={"conversation_id": "c1", "message_id": "m1"},
    collapse="01m8xk7r2v9q4t6w8y0a2c4e6g",
    badge=7,
    language="th",
    labels={"reply": "ตอบกลับ"},
)


def claims_of(authorization: str) -> dict[str, Any]:
    """What a push service reads of a VAPID header (RFC 8292), with its signature checked."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(parts["k"]))
    assert scheme == "vapid"
    claims: dict[str, Any] = jwt.decode(parts["t"], key, ["ES256"], options={"verify_aud": False, "verify_exp": False})
    return {**claims, "k": parts["k"]}


@pytest.fixture
def service(settings: Settings) -> Iterator[Provider]:
    settings.WEB_PUSH_ALLOW_PRIVATE = True
    with servers.http(lambda asked: (201, None, {"Location": "https://push.example/m/1"})) as provider:
        yield provider


def send(*browsers: Browser, told: Notification = TOLD) -> list[Outcome]:
    pushes = [Push(browser.endpoint, told, **browser.keys) for browser in browsers]
    return transports.transport_for("webpush").send(pushes)


def test_the_example_of_rfc_8291_is_encrypted_to_its_bytes() -> None:
    sender = ec.derive_private_key(
        int.from_bytes(from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
    )
    made = encrypted(
        b"When I grow up, I want to be a watermelon",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
        sender=sender,
        salt=from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert base64url(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_push_service_of_these_tests_reads_the_example_of_rfc_8292() -> None:
    example = (
        "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAi"
        "OjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuC"
        "GSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
        "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
    )
    claims = claims_of(example)
    assert (claims["aud"], claims["exp"], claims["sub"]) == (
        "https://push.example.net", 1453523768, "mailto:push@example.com",
    )  # fmt: skip


def test_a_push_is_encrypted_for_its_browser_and_signed_for_its_service(service: Provider, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    browsers = [Browser(f"{service.url}/p/{name}") for name in "ab"]
    assert [outcome.result for outcome in send(*browsers)] == [Result.SENT] * 2
    asked = {one.path: one for one in service.asked}
    assert set(asked) == {"/p/a", "/p/b"}
    headers = asked["/p/a"].headers
    assert (headers["content-encoding"], headers["ttl"], headers["topic"], headers["urgency"]) == (
        "aes128gcm", "86400", TOLD.collapse, "high",
    )  # fmt: skip
    claims = claims_of(headers["authorization"])
    assert (claims["aud"], claims["sub"], claims["k"]) == (service.url, "https://chat.example", public_key())
    assert browsers[0].read(asked["/p/a"]) == {
        "title": "Mali (#general)",
        "body": "สวัสดี",
        "lang": "th",
        "tag": TOLD.collapse,
        "badge": 7,
        "labels": {"reply": "ตอบกลับ"},
        "data": {"conversation_id": "c1", "message_id": "m1", "parent_message_id": None},
    }
    assert "สวัสดี".encode() not in asked["/p/a"].body


def test_it_says_which_browsers_are_gone_and_which_to_try_later(service: Provider) -> None:
    answers: dict[str, servers.Answer] = {
        "gone": (410, None, {}),
        "lost": (404, None, {}),
        "slow": (429, None, {"Retry-After": "17"}),
        "down": (503, None, {}),
        "key": (403, None, {}),
        "elsewhere": (307, None, {"Location": f"{service.url}/p/other"}),
    }
    service.handle = lambda asked: answers[asked.path.rsplit("/", 1)[-1]]
    outcomes = send(*(Browser(f"{service.url}/p/{name}") for name in answers))
    assert [outcome.result for outcome in outcomes] == [
        Result.UNREGISTERED, Result.UNREGISTERED, Result.LATER, Result.LATER, Result.REFUSED, Result.REFUSED,
    ]  # fmt: skip
    assert outcomes[2].wait == 17
    assert "/p/other" not in [one.path for one in service.asked]


def test_a_service_that_is_away_costs_no_other_its_push(service: Provider) -> None:
    away = Browser("http://127.0.0.1:1/p/x")
    outcomes = send(away, Browser(f"{service.url}/p/a"), away)
    assert [outcome.result for outcome in outcomes] == [Result.LATER, Result.SENT, Result.LATER]


def test_a_long_text_is_cut_to_what_push_services_accept(service: Provider) -> None:
    browser = Browser(f"{service.url}/p/a")
    send(browser, told=Notification("Mali", "ไทย" * 3000, {"message_id": "m1"}, "c1", 1))
    assert len(service.asked[0].body) <= MAX_PAYLOAD + 103
    assert browser.read(service.asked[0])["body"].endswith("…")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433"])
def test_no_request_leaves_the_public_internet(service: Provider, settings: Settings, host: str) -> None:
    settings.WEB_PUSH_ALLOW_PRIVATE = False
    port = service.url.rpartition(":")[2]
    for scheme in ("https", "http"):
        assert send(Browser(f"{scheme}://{host}:{port}/p"))[0].result is Result.REFUSED
    assert service.asked == []


def test_a_name_that_means_this_machine_gets_nothing(
    service: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEB_PUSH_ALLOW_PRIVATE = False
    port = int(service.url.rpartition(":")[2])
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [entry])
    assert send(Browser(f"https://push.example:{port}/p"))[0].reason == "address"
    assert service.asked == []


def test_the_key_follows_from_the_secret_key_unless_one_is_set(settings: Settings) -> None:
    first = public_key()
    settings.SECRET_KEY = "another secret key"
    assert public_key() != first
    settings.VAPID_PRIVATE_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
    assert public_key() == "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    assert private_key() is private_key()


def test_a_bad_key_is_told_at_the_start_without_its_text(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = "top-secret-and-too-short"
    [found] = keys_can_be_read(None)
    assert found.msg.startswith("VAPID_PRIVATE_KEY cannot be used")
    assert "top-secret" not in found.msg


@pytest.mark.django_db
def test_a_browser_is_registered_and_its_keys_never_shown(as_member: APIClient) -> None:
    shown = as_member.get("/api/v1/me/notifications").json()["data"]
    assert (shown["transports"]["webpush"], shown["web_push_key"]) == (True, public_key())
    browser = Browser("https://push.example/p/1")
    body = {"platform": "web", "provider": "webpush", "push_token": browser.endpoint, "keys": browser.keys}
    answer = as_member.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    device = Device.objects.get()
    assert {"p256dh": device.p256dh, "auth": device.auth} == browser.keys
    told = answer.content.decode() + as_member.get("/api/v1/me/devices").content.decode()
    assert not any(secret in told for secret in (browser.endpoint, *browser.keys.values()))
    renewed = {**browser.keys, "auth": base64url(b"another 16 bytes")}
    assert as_member.post(URL, {**body, "keys": renewed}, format="json").json()["data"]["id"] == device.pk
    device.refresh_from_db()
    assert device.auth == renewed["auth"]


GOOD_KEYS = Browser("").keys


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"push_token": "http://push.example/p"}, "push_token"),
        ({"push_token": "https://localhost/p"}, "push_token"),
        ({"push_token": "https://127.1/p"}, "push_token"),
        ({"push_token": "https://a:b@push.example/p"}, "push_token"),
        ({"push_token": "https://[::1/p"}, "push_token"),
        ({"push_token": "nonsense"}, "push_token"),
        ({"keys": None}, "keys"),
        ({"keys": {"p256dh": GOOD_KEYS["p256dh"]}}, "keys.auth"),
        ({"keys": {**GOOD_KEYS, "p256dh": "B" * 87}}, "keys.p256dh"),
        ({"keys": {**GOOD_KEYS, "p256dh": "%%%"}}, "keys.p256dh"),
        ({"keys": {**GOOD_KEYS, "auth": "AAAA"}}, "keys.auth"),
        ({"keys": {**GOOD_KEYS, "auth": "A"}}, "keys.auth"),
        ({"keys": "x"}, "keys.body"),
    ],
)
def test_a_bad_subscription_is_named(as_member: APIClient, body: dict[str, Any], field: str) -> None:
    good = {"platform": "web", "provider": "webpush", "push_token": "https://push.example/p", "keys": GOOD_KEYS}
    answer = as_member.post(URL, {**good, **body}, format="json")
    assert answer.status_code == 422, answer.content
    assert list(answer.json()["errors"]) == [field]
