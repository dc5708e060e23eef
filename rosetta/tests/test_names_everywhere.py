"""Names of people, workspaces, channels, webhooks, rooms and guests follow one rule wherever the API takes them."""

from collections.abc import Callable

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from rooms.actions import set_limits
from rosetta.names import clean_name
from rosetta.tests.cast import API, Cast

Send = Callable[[Cast, str], Response]


def _post(path: str, caller: str = "owner", field: str = "name", **body: str) -> Send:
    return lambda cast, name: cast.clients[caller].post(cast.path(path, caller), {field: name, **body})


def _put(path: str) -> Send:
    return lambda cast, name: cast.clients["owner"].put(cast.path(path, "owner"), {"name": name})


def _register(cast: Cast, name: str) -> Response:
    password = "quiet river 47 stones"
    body = {
        "name": name,
        "email": f"nadia{User.objects.count()}@example.com",
        "password": password,
        "password_confirmation": password,
    }
    return APIClient().post(f"{API}/auth/app/register", body)


WAYS: dict[str, Send] = {
    "register": _register,
    "profile": lambda cast, name: cast.clients["owner"].patch(f"{API}/me", {"name": name}),
    "create workspace": _post("/workspaces"),
    "rename workspace": lambda cast, name: cast.clients["owner"].patch(
        cast.path("/workspaces/{workspace}", "owner"), {"name": name}
    ),
    "create channel": _post("/workspaces/{workspace}/channels"),
    "rename channel": _put("/workspaces/{workspace}/channels/{channel}"),
    "create webhook": _post("/workspaces/{workspace}/webhooks"),
    "rename webhook": _put("/workspaces/{workspace}/webhooks/{webhook}"),
    "create room": _post("/external/rooms"),
    "join room": _post("/external/rooms/{room}/guests", "anonymous", "nickname", preferred_language="en"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_nobody_sees_is_refused(cast: Cast, way: str) -> None:
    for name in ("\u200b", "\u3164", "\u2060\ufeff", "\u202e\u202c", "\u2800", " \n\t"):
        answer = WAYS[way](cast, name)
        field = "nickname" if way == "join room" else "name"
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field]), ascii(name)


@pytest.mark.parametrize("way", WAYS)
def test_a_name_is_stored_as_people_see_it(cast: Cast, way: str) -> None:
    set_limits(owner=User.objects.get(email="olivia@example.com"), active_limit=50, monthly_creation_limit=50)
    for name in ("\u202eadmin", "Bob\nSmith", "Bob\u2028Smith", "\u2066Bob\u2069", "B\u200bob", "Bob\u3164"):
        answer = WAYS[way](cast, name)
        assert answer.status_code in (200, 201), answer.json()
        shown = answer.json().get("data") or answer.json()
        shown = shown.get("guest") or shown.get("user") or shown
        assert shown.get("name", shown.get("nickname")) == clean_name(name) != name
