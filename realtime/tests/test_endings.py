"""Credentials that end close their sockets, however they ended.

The same user's other sockets stay open.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from realtime.protocol import SIGNED_OUT
from realtime.tests.running import PASSWORD, Client, Person, Service

NEW = "another long sentence"


@pytest.fixture
def nina(service: Service) -> Person:
    return service.register("Nina")


class Browser:
    """A browser in which a user is signed in with a session cookie."""

    def __init__(self, person: Person) -> None:
        self.service = person.service
        self.http = httpx.Client(base_url=f"{self.service.web}/api/v1/", headers={"Origin": self.service.origin})
        self.post("auth/web/login", email=person.email, password=PASSWORD)

    def post(self, path: str, **body: str) -> None:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
        answer = self.http.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text

    def socket(self) -> Client:
        cookie = f"rosetta_session={self.http.cookies['rosetta_session']}"
        return Client(self.service, {"Cookie": cookie}, origin=self.service.origin)


def another_token(person: Person, **body: str) -> Person:
    created = person.call("POST", "me/tokens", json={"name": "other", "abilities": ["*"], **body})
    return Person(person.service, person.name, person.email, person.pk, created["token"])


def number_of(person: Person) -> str:
    return person.token.split("|")[0]


async def is_alive(client: Client) -> bool:
    await client.send(type="ping")
    return bool(await client.next("pong"))


async def test_a_revoked_token_closes_its_socket_and_no_other(nina: Person) -> None:
    phone = another_token(nina)
    async with nina.socket() as own, phone.socket() as lost:
        nina.call("DELETE", f"me/tokens/{number_of(phone)}", 204)
        assert await lost.closed() == SIGNED_OUT
        assert await is_alive(own)


async def test_a_session_ended_from_elsewhere_closes_its_socket(nina: Person) -> None:
    browser = Browser(nina)
    async with browser.socket() as lost, nina.socket() as own:
        (session,) = nina.call("GET", "me/sessions")
        nina.call("DELETE", f"me/sessions/{session['id']}", 204)
        assert await lost.closed() == SIGNED_OUT
        assert await is_alive(own)


async def test_signing_out_in_a_browser_closes_its_socket(nina: Person) -> None:
    browser = Browser(nina)
    async with browser.socket() as lost:
        browser.post("auth/web/logout")
        assert await lost.closed() == SIGNED_OUT


async def test_a_session_that_expires_unused_closes_its_socket(nina: Person, service: Service) -> None:
    browser = Browser(nina)
    async with browser.socket() as lost, nina.socket() as own:
        service.shell(
            "from datetime import timedelta; from django.db.models import F; from accounts.models import Session; "
            f"Session.objects.filter(user={nina.pk}).update(last_used_at=F('last_used_at') - timedelta(hours=1)); "
            # because a change in the database alone is found with the reconciliation, up to a minute later
            "from rosetta import access_changes; "
            f"access_changes.record('user', [{nina.pk}])"
        )
        assert await lost.closed() == SIGNED_OUT
        assert await is_alive(own)


async def test_an_expired_token_closes_its_socket(nina: Person) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    brief = another_token(nina, expires_at=soon.isoformat())
    async with brief.socket() as lost:
        assert await lost.closed() == SIGNED_OUT
        assert datetime.now(UTC) >= soon


async def test_a_changed_password_closes_all_sockets_but_the_one_that_changed_it(nina: Person) -> None:
    phone, browser = another_token(nina), Browser(nina)
    async with browser.socket() as own, nina.socket() as lost, phone.socket() as lost_too:
        browser.post("auth/web/change-password", current_password=PASSWORD, password=NEW, password_confirmation=NEW)
        assert [await client.closed() for client in (lost, lost_too)] == [SIGNED_OUT, SIGNED_OUT]
        assert await is_alive(own)


def leave(nina: Person) -> None:
    nina.call("DELETE", "me", 204, json={"password": PASSWORD})


def close_by_command(nina: Person) -> None:
    nina.service.manage("set_user", nina.email, "--active", "off")


def reset_password(nina: Person) -> None:
    link = nina.service.shell(
        "from accounts.models import User; from accounts.actions.passwords import reset_tokens;"
        f"print(reset_tokens.make_token(User.objects.get(pk={nina.pk})))"
    )
    body = {"email": nina.email, "token": link.strip(), "password": NEW, "password_confirmation": NEW}
    nina.call("POST", "auth/app/reset-password", 200, json=body)


@pytest.mark.parametrize("end", [leave, close_by_command, reset_password])
async def test_ending_all_access_closes_every_socket(nina: Person, end: Callable[[Person], None]) -> None:
    clients = [nina.socket(), another_token(nina).socket(), Browser(nina).socket()]
    async with AsyncExitStack() as stack:
        for client in clients:
            await stack.enter_async_context(client)
        end(nina)
        assert [await client.closed() for client in clients] == [SIGNED_OUT] * 3
