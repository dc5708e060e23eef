"""What must hold when many requests arrive at once."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.db import connection, connections
from rest_framework.test import APIClient

from accounts.models import AccessToken, OneTimeCode, User
from accounts.tests import oidc
from accounts.tests.helpers import code_for, link_in, new_mail, post
from accounts.tests.test_social import provider, way  # noqa: F401  (a fixture)
from conftest import PASSWORD, make_user, token_client
from rosetta.http.throttles import counter

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer in at a time: races show on PostgreSQL"
)


def at_once(number: int, call: Callable[[int], Any]) -> Counter[int]:
    """How often each status answered ``number`` calls that start together."""
    threads = min(number, 20)
    gate = threading.Barrier(threads)

    def one(index: int) -> int:
        if index < threads:
            gate.wait(timeout=30)
        try:
            return int(call(index).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(one, range(number)))


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads take turns a thousand times as often, so that those which can meet do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def test_a_limit_counts_each_of_many_that_meet_once(restless_threads: None) -> None:
    for turn in range(20):
        with ThreadPoolExecutor(20) as pool:
            counts = list(pool.map(lambda _, key=f"turn {turn}": counter.hit(key, 60), range(100)))
        assert sorted(counts) == list(range(1, 101))


def test_limits_are_exact_under_a_hundred_parallel_requests() -> None:
    body = {"email": "nobody@example.com", "password": "x"}
    by_account = at_once(100, lambda n: post("auth/app/login", body, REMOTE_ADDR=f"192.0.2.{n}"))
    assert by_account == {422: 10, 429: 90}
    by_address = at_once(100, lambda n: post("auth/app/login", {**body, "email": f"{n}@example.com"}))
    assert by_address == {422: 30, 429: 70}


@on_postgresql
def test_five_wrong_tries_even_when_fifty_arrive_at_once(settings: LazySettings) -> None:
    settings.THROTTLE = False
    email = make_user("Olivia").email
    code = code_for(email)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert at_once(50, lambda n: post("auth/app/otp/verify", {"email": email, "token": wrong})) == {422: 50}
    assert OneTimeCode.objects.get().tries == 5
    assert post("auth/app/otp/verify", {"email": email, "token": code}).status_code == 422


@on_postgresql
def test_of_many_with_the_right_code_one_gets_in(settings: LazySettings) -> None:
    settings.THROTTLE = False
    body = {"email": "new@example.com", "token": code_for("new@example.com")}
    assert at_once(20, lambda n: post("auth/app/otp/verify", body)) == {200: 1, 422: 19}
    assert (User.objects.count(), AccessToken.objects.count()) == (1, 1)


@on_postgresql
def test_of_many_who_register_one_address_one_gets_it() -> None:
    body = {"name": "N", "email": "n@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    assert at_once(20, lambda n: post("auth/app/register", body)) == {200: 1, 422: 19}
    assert User.objects.count() == 1


@on_postgresql
def test_a_reset_link_works_once_for_many_at_once() -> None:
    from urllib.parse import parse_qs, urlsplit

    post("auth/app/forgot-password", {"email": make_user("Olivia").email})
    query = {name: values[0] for name, values in parse_qs(urlsplit(link_in(new_mail()[-1])).query).items()}
    passwords = [f"sentence number {n}" for n in range(10)]
    answers = at_once(
        10,
        lambda n: post(
            "auth/app/reset-password", {**query, "password": passwords[n], "password_confirmation": passwords[n]}
        ),
    )
    assert answers == {200: 1, 422: 9}


@on_postgresql
@pytest.mark.parametrize("flavour", ["app", "web"])
def test_a_state_lets_one_of_many_in(provider: oidc.OidcServer, settings: LazySettings, flavour: str) -> None:  # noqa: F811
    settings.THROTTLE = False
    browser = APIClient()
    body = way(flavour, browser)

    def finish(number: int) -> Any:
        client = APIClient()
        client.cookies = SimpleCookie(browser.cookies.output(header="", attrs=[]))
        return post(f"auth/{flavour}/social/oidc/callback", body, client)

    assert at_once(10, finish) == {200: 1, 422: 9}
    assert User.objects.count() == 1


@on_postgresql
def test_one_account_at_a_provider_is_linked_to_one_of_many(provider: oidc.OidcServer, settings: LazySettings) -> None:  # noqa: F811
    settings.THROTTLE = False
    clients = [token_client(make_user(f"user{number}")) for number in range(5)]
    ways = [way("app", client, link=True) for client in clients]
    answers = at_once(5, lambda n: post("auth/app/social/oidc/link/callback", ways[n], clients[n]))
    assert answers == {200: 1, 422: 4}


@on_postgresql
def test_the_last_way_in_stays_when_all_are_unlinked_at_once(settings: LazySettings) -> None:
    settings.THROTTLE = False
    user = User.objects.create_user("nina@example.com")
    names = ("google", "github", "line")
    for name in names:
        SocialAccount.objects.create(user=user, provider=name, uid="1")
    clients = [token_client(user) for _ in names]
    answers = at_once(3, lambda n: clients[n].delete(f"/api/v1/auth/app/social/{names[n]}/unlink"))
    assert answers == {200: 2, 422: 1}


@on_postgresql
def test_one_export_is_under_way_however_often_it_is_asked_for(settings: LazySettings) -> None:
    settings.THROTTLE = False
    user = make_user("Olivia")
    client = APIClient()
    client.force_authenticate(user)
    assert at_once(10, lambda n: client.post("/api/v1/me/export")) == {202: 10}
    assert user.exports.count() == 1
