"""Sign-in by a code that an address is mailed, for apps and for browsers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import OneTimeCode, User
from accounts.tests.helpers import bearer, code_for, code_in, new_mail, post
from conftest import PASSWORD, token_client

pytestmark = pytest.mark.django_db

WRONG = {"message": "The given data was invalid.", "errors": {"token": ["Invalid or expired OTP."]}}


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("kind", ["app", "web"])
def test_a_code_signs_in_and_verifies_the_address(owner: User, kind: str) -> None:
    asked = post(f"auth/{kind}/otp", {"email": "Olivia@Example.com"})
    assert (asked.status_code, asked.json()) == (200, {"message": "OTP sent to your email."})
    code = code_in(new_mail()[0])
    client = APIClient()
    answer = post(f"auth/{kind}/otp/verify", {"email": owner.email, "token": code, "device_name": "Phone"}, client)
    assert answer.status_code == 200
    assert answer.json()["user"] == {"id": owner.pk, "name": "Olivia", "email": owner.email}
    signed_in = client if kind == "web" else bearer(answer.json()["access_token"])
    assert signed_in.get("/api/v1/me").json()["email_verified_at"] is not None


TYPED = [
    lambda code: f"{code[:3]} {code[3:]}",
    lambda code: f" {code[:3]}-{code[3:]}\n",
    lambda code: f"{code[:3]}\u00a0{code[3:]}\u200b",
    lambda code: code.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),  # full-width
    lambda code: code.translate({ord("0") + digit: 0x0E50 + digit for digit in range(10)}),  # Thai
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_code_is_taken_however_it_is_typed(owner: User, typed: Callable[[str], str]) -> None:
    code = code_for(owner.email)
    assert post("auth/app/otp/verify", {"email": owner.email, "token": typed(code)}).status_code == 200


@pytest.mark.parametrize("kind", ["app", "web"])
def test_an_unknown_address_gets_its_account_with_the_code(kind: str) -> None:
    code = code_for("john@example.com")
    assert not User.objects.exists()
    answer = post(f"auth/{kind}/otp/verify", {"email": "john@example.com", "token": code}, **{"Accept-Language": "id"})
    assert answer.json()["user"]["name"] == "john"
    user = User.objects.get()
    assert (user.preferred_language, user.has_usable_password()) == ("id", False)


def test_a_code_works_once(owner: User) -> None:
    body = {"email": owner.email, "token": code_for(owner.email)}
    assert post("auth/app/otp/verify", body).status_code == 200
    again = post("auth/web/otp/verify", body)
    assert (again.status_code, again.json()) == (422, WRONG)


def test_a_code_is_its_addresss_alone(owner: User, outsider: User) -> None:
    code = code_for(owner.email)
    assert post("auth/app/otp/verify", {"email": outsider.email, "token": code}).json() == WRONG


def test_a_code_lives_ten_minutes(owner: User) -> None:
    body = {"email": owner.email, "token": code_for(owner.email)}
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert post("auth/app/otp/verify", body).json() == WRONG


def test_a_code_dies_with_its_fifth_wrong_try(owner: User) -> None:
    code = code_for(owner.email)
    for _ in range(5):
        assert post("auth/app/otp/verify", {"email": owner.email, "token": other_code(code)}).json() == WRONG
    assert post("auth/app/otp/verify", {"email": owner.email, "token": code}).json() == WRONG


def test_the_fifth_try_may_be_the_right_one(owner: User) -> None:
    code = code_for(owner.email)
    for _ in range(4):
        post("auth/app/otp/verify", {"email": owner.email, "token": other_code(code)})
    assert post("auth/app/otp/verify", {"email": owner.email, "token": code}).status_code == 200


def test_asking_again_replaces_the_code(owner: User, settings: LazySettings) -> None:
    settings.THROTTLE = False
    first = code_for(owner.email)
    post("auth/app/otp", {"email": owner.email})
    assert post("auth/app/otp/verify", {"email": owner.email, "token": first}).json() == WRONG
    second = code_in(new_mail()[-1])
    assert post("auth/app/otp/verify", {"email": owner.email, "token": second}).status_code == 200


def test_the_code_stands_nowhere_in_the_database(owner: User) -> None:
    code = code_for(owner.email)
    row = OneTimeCode.objects.get()
    assert code not in f"{row.code_hash} {row.__dict__}"


@pytest.mark.parametrize("kind", ["app", "web"])
def test_an_inactive_account_is_told_so_with_the_right_code(owner: User, kind: str) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    answer = post(f"auth/{kind}/otp/verify", {"email": owner.email, "token": code_for(owner.email)})
    assert (answer.status_code, answer.json()) == (403, {"message": "Account is inactive."})


@pytest.mark.parametrize("kind", ["app", "web"])
def test_an_address_that_is_none_is_told_so(kind: str) -> None:
    answer = post(f"auth/{kind}/otp", {"email": "john"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"email": ["The email field must be a valid email address."]}
    assert new_mail() == []


@pytest.mark.parametrize("token", ["", None, 123456.5, ["123456"], "x" * 300, "\ud800", "１２３４５６"])
def test_what_is_no_code_is_refused(owner: User, token: object) -> None:
    code_for(owner.email)
    answer = post("auth/app/otp/verify", {"email": owner.email, "token": token})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["token"])


def test_one_code_a_minute(owner: User) -> None:
    assert post("auth/app/otp", {"email": owner.email}).status_code == 200
    assert post("auth/web/otp", {"email": owner.email.upper()}).status_code == 429
    assert post("auth/app/otp", {"email": "other@example.com"}).status_code == 200


@pytest.mark.skipif(bool(django_settings.REDIS_URL), reason="Redis keeps its own clock, which no test can turn")
def test_five_codes_an_hour(owner: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            assert post("auth/app/otp", {"email": owner.email}).status_code == 200
            clock.shift(timedelta(seconds=61))
        refused = post("auth/app/otp", {"email": owner.email})
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) > 60


def test_twenty_tries_an_hour_an_account(owner: User) -> None:
    body = {"email": owner.email, "token": "000000"}
    answers = [post("auth/app/otp/verify", body, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(21)]
    assert answers == [422] * 20 + [429]


def test_nobody_plants_an_account() -> None:
    """Whoever registers somebody else's address loses the account when its owner proves it."""
    planted = {"name": "x", "email": "victim@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    attacker = bearer(post("auth/app/register", planted).json()["access_token"])
    browser = APIClient()
    post("auth/web/login", planted, browser)
    answer = post("auth/app/otp/verify", {"email": "victim@example.com", "token": code_for("victim@example.com")})
    assert answer.status_code == 200
    assert attacker.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", planted).status_code == 422
    assert bearer(answer.json()["access_token"]).get("/api/v1/me").json()["has_password"] is False


def test_a_proven_account_keeps_its_password_and_tokens(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(email_verified_at=timezone.now())
    phone = token_client(owner)
    post("auth/app/otp/verify", {"email": owner.email, "token": code_for(owner.email)})
    assert phone.get("/api/v1/me").json()["has_password"] is True
