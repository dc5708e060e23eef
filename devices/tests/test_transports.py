"""Each transport against a server that speaks its provider's protocol."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from devices import transports
from devices.checks import keys_can_be_read, transports_say_whether_they_are_on
from devices.tests import keys, servers
from devices.tests.servers import Asked, Provider, ok
from devices.transports.base import PARALLEL, Notification, Outcome, Push, Result
from rosetta import env

TOLD = Notification(
    title="Mali (#general)",
    body="สวัสดี",
    data={"conversation_id": "c1", "message_id": "m1", "workspace_id": None, "channel_id": "c1"},
    collapse="c1",
    badge=7,
)


def send(provider: str, *tokens: str, told: Notification = TOLD) -> list[Outcome]:
    return transports.transport_for(provider).send([Push(token, told) for token in tokens])


def results(outcomes: list[Outcome]) -> list[Result]:
    return [outcome.result for outcome in outcomes]


# ── FCM ──


def fcm_error(status: int, code: str) -> servers.Answer:
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}]
    return status, {"error": {"code": status, "status": "X", "details": details}}, {}


@pytest.fixture
def fcm(settings: Settings, tmp_path: Path) -> Iterator[Provider]:
    """Google's two endpoints; an assertion that is not the account's gets no token."""

    def handle(asked: Asked) -> servers.Answer:
        if asked.path == "/token":
            assert asked.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            claims = jwt.decode(asked.form["assertion"], public_key, ["RS256"], audience=f"{provider.url}/token")
            assert claims["iss"] == "push@shop-1.iam.gserviceaccount.com"
            assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
            return ok({"access_token": f"ya29.{len(provider.asked)}", "expires_in": 3600})
        return ok({"name": "projects/shop-1/messages/1"})

    with servers.http(handle) as provider:
        path, public_key = keys.service_account(tmp_path, f"{provider.url}/token")
        settings.FCM_CREDENTIALS_FILE, settings.FCM_URL = str(path), provider.url
        yield provider


def test_fcm_gets_one_request_a_device_signed_in_once(fcm: Provider) -> None:
    assert results(send("fcm", "t1", "t2")) == [Result.SENT] * 2
    assert sorted(one.path for one in fcm.asked) == ["/token"] + ["/v1/projects/shop-1/messages:send"] * 2
    pushes = {one.json["message"]["token"]: one for one in fcm.asked if one.path != "/token"}
    assert set(pushes) == {"t1", "t2"}
    assert pushes["t1"].headers["authorization"] == "Bearer ya29.1"
    message = pushes["t1"].json["message"]
    assert message["notification"] == {"title": "Mali (#general)", "body": "สวัสดี"}
    assert message["data"] == {"conversation_id": "c1", "message_id": "m1", "channel_id": "c1"}
    assert message["android"]["collapse_key"] == "c1"
    assert message["android"]["notification"] == {"tag": "c1", "notification_count": 7}
    assert message["apns"]["headers"]["apns-collapse-id"] == "c1"
    assert message["apns"]["payload"]["aps"]["badge"] == 7
    send("fcm", "t3")
    assert [one.path for one in fcm.asked].count("/token") == 1


def test_fcm_says_which_tokens_are_dead_and_which_to_try_later(fcm: Provider) -> None:
    sign_in = fcm.handle

    def handle(asked: Asked) -> servers.Answer:
        if asked.path == "/token":
            return sign_in(asked)
        return {
            "dead": fcm_error(404, "UNREGISTERED"),
            "slow": (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, {"Retry-After": "17"}),
            "down": (503, None, {}),
            "bad": fcm_error(400, "INVALID_ARGUMENT"),
            "foreign": fcm_error(403, "SENDER_ID_MISMATCH"),
        }[asked.json["message"]["token"]]

    fcm.handle = handle
    outcomes = send("fcm", "dead", "slow", "down", "bad", "foreign")
    assert results(outcomes) == [
        Result.UNREGISTERED,
        Result.LATER,
        Result.LATER,
        Result.REFUSED,
        Result.REFUSED,
    ]
    assert outcomes[1].wait == 17


def test_fcm_renews_a_token_that_ended_early(fcm: Provider) -> None:
    sign_in = fcm.handle
    send("fcm", "t1")
    old = fcm.asked[-1].headers["authorization"]

    def handle(asked: Asked) -> servers.Answer:
        if asked.path != "/token" and asked.headers["authorization"] == old:
            return 401, None, {}
        return sign_in(asked)

    fcm.handle = handle
    assert results(send("fcm", "t1")) == [Result.SENT]


@pytest.mark.parametrize(
    "answer", [(404, None, {}), (404, {"error": "no such page"}, {}), (404, {"error": {"details": None}}, {})]
)
def test_a_404_that_is_not_firebases_own_costs_no_device(fcm: Provider, answer: servers.Answer) -> None:
    sign_in = fcm.handle
    fcm.handle = lambda asked: sign_in(asked) if asked.path == "/token" else answer
    assert results(send("fcm", "t1")) == [Result.REFUSED]


def test_fcm_without_a_sign_in_is_later(fcm: Provider) -> None:
    fcm.handle = lambda asked: (500, None, {})
    assert results(send("fcm", "t1")) == [Result.LATER]


# ── APNs ──


@pytest.fixture
def apple(settings: Settings, tmp_path: Path) -> Any:
    path, public_key = keys.apple_key(tmp_path)
    settings.APNS_KEY_FILE, settings.APNS_KEY_ID, settings.APNS_TEAM_ID = str(path), "KEY123", "TEAM99"
    settings.APNS_TOPIC = "com.example.chat"
    return public_key


@pytest.fixture
def apns(settings: Settings, apple: Any) -> Iterator[Provider]:
    with servers.http2(lambda asked: ok()) as provider:
        settings.APNS_URL = provider.url
        yield provider


def test_apns_gets_http2_with_a_provider_token(apns: Provider, apple: Any) -> None:
    assert results(send("apns", "aa11", "bb22")) == [Result.SENT] * 2
    assert sorted(one.path for one in apns.asked) == ["/3/device/aa11", "/3/device/bb22"]
    asked = apns.asked[0]
    scheme, _, token = asked.headers["authorization"].partition(" ")
    assert scheme == "bearer"
    assert jwt.get_unverified_header(token)["kid"] == "KEY123"
    assert jwt.decode(token, apple, ["ES256"])["iss"] == "TEAM99"
    assert asked.headers["apns-topic"] == "com.example.chat"
    assert asked.headers["apns-push-type"] == "alert"
    assert asked.headers["apns-collapse-id"] == "c1"
    assert asked.json == {
        "aps": {
            "alert": {"title": "Mali (#general)", "body": "สวัสดี"},
            "badge": 7,
            "sound": "default",
            "thread-id": "c1",
        },
        "conversation_id": "c1",
        "message_id": "m1",
        "workspace_id": None,
        "channel_id": "c1",
    }
    assert apns.asked[1].headers["authorization"] == asked.headers["authorization"]


def test_each_of_many_pushes_at_once_reaches_its_own_device(apns: Provider) -> None:
    devices = [f"{number:064x}" for number in range(400)]
    assert results(send("apns", *devices)) == [Result.SENT] * 400
    assert sorted(one.path for one in apns.asked) == [f"/3/device/{device}" for device in devices]
    assert len({one.headers["authorization"] for one in apns.asked}) == 1


def test_apns_says_which_tokens_are_dead_and_which_to_try_later(apns: Provider) -> None:
    answers: dict[str, servers.Answer] = {
        "gone": (410, {"reason": "Unregistered", "timestamp": 1}, {}),
        "bad": (400, {"reason": "BadDeviceToken"}, {}),
        "slow": (429, {"reason": "TooManyRequests"}, {}),
        "down": (503, {"reason": "ServiceUnavailable"}, {"Retry-After": "30"}),
        "topic": (400, {"reason": "MissingTopic"}, {}),
        "foreign": (400, {"reason": "DeviceTokenNotForTopic"}, {}),
    }
    apns.handle = lambda asked: answers[asked.path.rsplit("/", 1)[-1]]
    assert results(send("apns", *answers)) == [
        Result.UNREGISTERED,
        Result.UNREGISTERED,
        Result.LATER,
        Result.LATER,
        Result.REFUSED,
        Result.REFUSED,
    ]


def test_apns_makes_a_new_token_when_the_old_one_is_refused(apns: Provider) -> None:
    apns.handle = lambda asked: (403, {"reason": "ExpiredProviderToken"}, {}) if len(apns.asked) == 1 else ok()
    assert results(send("apns", "aa11")) == [Result.SENT]


def test_a_device_token_cannot_lead_elsewhere(apns: Provider) -> None:
    send("apns", "../../admin?x=")
    assert apns.asked[0].path == "/3/device/..%2F..%2Fadmin%3Fx%3D"


def test_apns_cuts_a_long_text_to_what_it_takes(apns: Provider) -> None:
    send("apns", "aa11", told=Notification("Mali", "ไทย" * 3000, {"message_id": "m1"}, "c1", 1))
    assert len(apns.asked[0].body) <= 4096
    assert apns.asked[0].json["aps"]["alert"]["body"].endswith("…")


def test_a_relay_on_this_machine_may_speak_http1(settings: Settings, apple: Any) -> None:
    with servers.http(lambda asked: ok()) as relay:
        settings.APNS_URL = relay.url
        assert results(send("apns", "aa11")) == [Result.SENT]
        assert results(send("apns", "aa11", "bb22")) == [Result.SENT] * 2


# ── Expo ──


@pytest.fixture
def expo(settings: Settings) -> Iterator[Provider]:
    with servers.http(lambda asked: ok({"data": [{"status": "ok", "id": "x"} for _ in asked.json]})) as provider:
        settings.EXPO_URL, settings.EXPO_ACCESS_TOKEN = provider.url, "expo-key"
        yield provider


def test_expo_gets_a_hundred_a_request(expo: Provider) -> None:
    tokens = [f"ExponentPushToken[{number}]" for number in range(101)]
    assert results(send("expo", *tokens)) == [Result.SENT] * 101
    assert [len(one.json) for one in expo.asked] == [100, 1]
    asked = expo.asked[0]
    assert asked.path == "/--/api/v2/push/send"
    assert asked.headers["authorization"] == "Bearer expo-key"
    first = asked.json[0]
    assert (first["to"], first["title"], first["body"], first["badge"]) == (
        "ExponentPushToken[0]",
        "Mali (#general)",
        "สวัสดี",
        7,
    )
    assert first["data"] == TOLD.data
    assert first["collapseId"] == "c1"


def test_expo_says_which_tokens_are_dead_and_which_to_try_later(expo: Provider) -> None:
    tickets = [
        {"status": "ok", "id": "1"},
        {"status": "error", "message": "…", "details": {"error": "DeviceNotRegistered"}},
        {"status": "error", "message": "…", "details": {"error": "MessageRateExceeded"}},
        {"status": "error", "message": "…", "details": {"error": "MessageTooBig"}},
    ]
    expo.handle = lambda asked: ok({"data": tickets})
    assert results(send("expo", "a", "b", "c", "d")) == [
        Result.SENT,
        Result.UNREGISTERED,
        Result.LATER,
        Result.REFUSED,
    ]


def test_expo_says_later_what_became_of_a_push(expo: Provider) -> None:
    assert [outcome.ticket for outcome in send("expo", "a")] == ["x"]
    told = {"x": {"status": "error", "details": {"error": "DeviceNotRegistered"}}, "y": {"status": "ok"}}
    expo.handle = lambda asked: ok({"data": told})
    found = transports.receipts("expo", ["x", "y", "z"])
    assert {ticket: outcome.result for ticket, outcome in found.items()} == {
        "x": Result.UNREGISTERED,
        "y": Result.SENT,
    }
    assert (expo.asked[-1].path, expo.asked[-1].json) == ("/--/api/v2/push/getReceipts", {"ids": ["x", "y", "z"]})
    assert expo.asked[-1].headers["authorization"] == "Bearer expo-key"


@pytest.mark.parametrize("answer", [(503, None, {}), (200, ["nonsense"], {}), (200, {"data": {"x": None}}, {})])
def test_a_receipt_that_cannot_be_read_says_nothing(expo: Provider, answer: servers.Answer) -> None:
    expo.handle = lambda asked: answer
    assert transports.receipts("expo", ["x"]) == {}
    assert transports.receipts("fcm", ["x"]) == {}  # off


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ((429, None, {}), Result.LATER),
        ((502, None, {}), Result.LATER),
        ((400, {"errors": [{"code": "PUSH_TOO_MANY_EXPERIENCE_IDS"}]}, {}), Result.REFUSED),
        ((200, ["nonsense"], {}), Result.LATER),
        ((200, {"data": []}, {}), Result.LATER),
    ],
)
def test_what_expo_answers_as_a_whole_is_every_pushs_outcome(
    expo: Provider, answer: servers.Answer, result: Result
) -> None:
    expo.handle = lambda asked: answer
    assert results(send("expo", "a", "b")) == [result, result]


# ── All ──


@pytest.mark.usefixtures("fcm", "apple", "expo")
@pytest.mark.parametrize("provider", ["fcm", "apns", "expo"])
def test_an_unavailable_provider_is_tried_later(settings: Settings, provider: str) -> None:
    settings.FCM_URL = settings.APNS_URL = settings.EXPO_URL = "http://127.0.0.1:1"
    assert results(send(provider, "t1", "t2")) == [Result.LATER] * 2


def test_a_batch_waits_once_for_a_provider_that_does_not_answer(fcm: Provider, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.FCM_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        outcomes = send("fcm", *(f"t{number}" for number in range(40)))
    assert results(outcomes) == [Result.LATER] * 40
    assert [outcome.reason for outcome in outcomes].count("unavailable") >= 40 - 2 * PARALLEL


@pytest.mark.parametrize("content", [None, "no JSON", "{}", '{"project_id": "x", "private_key": "none"}'])
def test_a_key_that_is_none_is_told_at_the_start(settings: Settings, tmp_path: Path, content: str | None) -> None:
    assert keys_can_be_read(None) == []
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    settings.FCM_CREDENTIALS_FILE = settings.APNS_KEY_FILE = str(path)
    settings.APNS_KEY_ID, settings.APNS_TEAM_ID, settings.APNS_TOPIC = "KEY123", "TEAM99", "com.example.chat"
    told = [found.msg for found in keys_can_be_read(None)]
    assert [one.split(" ")[0] for one in told] == ["APNS_KEY_FILE", "FCM_CREDENTIALS_FILE"]


def test_transports_that_are_off_say_so(capsys: Any, settings: Settings) -> None:
    call_command("check")
    told = {(found.id, found.msg) for found in transports_say_whether_they_are_on(None)}
    assert ("devices.I001", "Push through fcm is off: FCM_CREDENTIALS_FILE is not set.") in told
    assert len(told) == 3
    settings.APNS_KEY_ID = "KEY123"
    half = [found for found in transports_say_whether_they_are_on(None) if found.id == "devices.W001"]
    assert "APNS_KEY_FILE, APNS_TEAM_ID, APNS_TOPIC" in half[0].msg


def test_each_is_on_with_its_settings(fcm: Provider, apple: Any, expo: Provider) -> None:
    assert transports.enabled() == {"fcm", "apns", "expo", "webpush"}


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://push.example.com", True),
        ("http://127.0.0.1:9", True),
        ("http://localhost:9", True),
        ("http://[::1]:9", True),
        ("http://push.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://x", False),
    ],
)
def test_keys_never_travel_in_the_open(monkeypatch: Any, url: str, is_taken: bool) -> None:
    monkeypatch.setenv("EXPO_URL", url)
    if is_taken:
        assert env.safe_url("EXPO_URL") == url
    else:
        with pytest.raises(ImproperlyConfigured, match="EXPO_URL"):
            env.safe_url("EXPO_URL")


def test_that_push_is_off_is_no_word_of_every_command(settings: Settings) -> None:
    told = checks.run_checks()
    assert [found.id for found in told if found.id.startswith("devices.")] == []
    deployed = checks.run_checks(include_deployment_checks=True)
    assert [found.id for found in deployed if found.id.startswith("devices.")] == ["devices.I001"] * 3
    settings.APNS_KEY_ID = "KEY123"
    assert [found.id for found in checks.run_checks() if found.id.startswith("devices.")] == ["devices.W001"]
