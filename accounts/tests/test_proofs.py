"""Forgotten, reset and changed passwords; verification links."""

import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.helpers import bearer, code_for, link_in, new_mail, post
from conftest import PASSWORD, token_client

pytestmark = pytest.mark.django_db

NEW = "another long sentence"
BAD_TOKEN = {"message": "The given data was invalid.", "errors": {"email": ["This password reset token is invalid."]}}


def reset_body(email: str) -> dict[str, str]:
    """What a frontend posts that was opened by the link of a reset mail."""
    post("auth/app/forgot-password", {"email": email})
    query = parse_qs(urlsplit(link_in(new_mail()[-1])).query)
    return {"token": query["token"][0], "email": query["email"][0], "password": NEW, "password_confirmation": NEW}


@pytest.mark.parametrize("kind", ["app", "web"])
def test_a_forgotten_password_is_reset_by_the_mails_link(owner: User, kind: str) -> None:
    asked = post(f"auth/{kind}/forgot-password", {"email": "OLIVIA@example.com"})
    assert (asked.status_code, asked.json()) == (200, {"message": "Password reset link sent to your email."})
    link = urlsplit(link_in(new_mail()[-1]))
    assert f"{link.scheme}://{link.netloc}{link.path}" == "http://127.0.0.1:8000/reset-password"
    query = parse_qs(link.query)
    body = {"token": query["token"][0], "email": query["email"][0], "password": NEW, "password_confirmation": NEW}
    done = post(f"auth/{kind}/reset-password", body)
    assert (done.status_code, done.json()) == (200, {"message": "Password has been reset successfully."})
    assert post("auth/app/login", {"email": owner.email, "password": NEW}).status_code == 200
    assert post("auth/app/login", {"email": owner.email, "password": PASSWORD}).status_code == 422
    owner.refresh_from_db()
    assert owner.email_verified_at is not None


def test_a_reset_ends_every_token_session_and_other_reset(owner: User) -> None:
    phone, browser = token_client(owner), APIClient()
    other = reset_body(owner.email)
    body = reset_body(owner.email)
    post("auth/web/login", {"email": owner.email, "password": PASSWORD}, browser)
    assert post("auth/web/reset-password", body, browser).status_code == 200
    for client in (phone, browser):
        assert client.get("/api/v1/me").status_code == 401
    for used in (body, other):
        again = post("auth/app/reset-password", used)
        assert (again.status_code, again.json()) == (422, BAD_TOKEN)


def test_a_reset_link_lives_an_hour(owner: User) -> None:
    body = reset_body(owner.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=60, seconds=2)):
        assert post("auth/app/reset-password", body).json() == BAD_TOKEN


def test_a_reset_link_dies_with_a_changed_address(owner: User) -> None:
    body = reset_body(owner.email)
    User.objects.filter(pk=owner.pk).update(email="liv@example.com")
    assert post("auth/app/reset-password", body).json() == BAD_TOKEN
    assert post("auth/app/reset-password", {**body, "email": "liv@example.com"}).json() == BAD_TOKEN


def test_a_reset_link_is_one_accounts_alone(owner: User, outsider: User) -> None:
    assert post("auth/app/reset-password", {**reset_body(owner.email), "email": outsider.email}).json() == BAD_TOKEN


@pytest.mark.parametrize("email", ["olivia@example.com", "nobody@example.com"])
@pytest.mark.parametrize("token", ["x", "a-b", "c1-" + "0" * 64])
def test_a_forged_reset_token_is_refused(owner: User, email: str, token: str) -> None:
    body = {"token": token, "email": email, "password": NEW, "password_confirmation": NEW}
    assert post("auth/app/reset-password", body).json() == BAD_TOKEN


@pytest.mark.parametrize("kind", ["app", "web"])
def test_an_unknown_address_is_told_so_unless_accounts_are_hidden(settings: LazySettings, kind: str) -> None:
    unknown = post(f"auth/{kind}/forgot-password", {"email": "nobody@example.com"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == {"email": ["We could not find an account with that email."]}
    settings.HIDE_ACCOUNT_EXISTENCE = True
    hidden = post(f"auth/{kind}/forgot-password", {"email": "nobody@example.com"})
    assert (hidden.status_code, hidden.json()) == (200, {"message": "Password reset link sent to your email."})
    assert new_mail() == []


def test_three_resets_an_hour_an_account(owner: User) -> None:
    answers = [
        post("auth/app/forgot-password", {"email": owner.email}, REMOTE_ADDR=f"192.0.2.{n}").status_code
        for n in range(4)
    ]
    assert answers == [200] * 3 + [429]


def test_a_reset_takes_a_planted_account_from_its_planter() -> None:
    planted = {"name": "x", "email": "victim@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    attacker = bearer(post("auth/app/register", planted).json()["access_token"])
    assert post("auth/app/reset-password", reset_body("victim@example.com")).status_code == 200
    assert attacker.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", {**planted, "password": NEW}).status_code == 200


@pytest.mark.parametrize("kind", ["app", "web"])
def test_a_changed_password_ends_everything_but_what_changed_it(owner: User, kind: str) -> None:
    phone, browser, other_phone, other_browser = token_client(owner), APIClient(), token_client(owner), APIClient()
    for client in (browser, other_browser):
        post("auth/web/login", {"email": owner.email, "password": PASSWORD}, client)
    mine, others = (browser, [phone]) if kind == "web" else (phone, [browser])
    body = {"current_password": PASSWORD, "password": NEW, "password_confirmation": NEW}
    changed = post(f"auth/{kind}/change-password", body, mine)
    assert (changed.status_code, changed.json()) == (200, {"message": "Password changed successfully."})
    assert mine.get("/api/v1/me").status_code == 200
    for client in (*others, other_phone, other_browser):
        assert client.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", {"email": owner.email, "password": NEW}).status_code == 200


@pytest.mark.parametrize("kind", ["app", "web"])
def test_a_change_needs_the_present_password(as_owner: APIClient, kind: str) -> None:
    body = {"current_password": "wrong", "password": NEW, "password_confirmation": NEW}
    answer = post(f"auth/{kind}/change-password", body, as_owner)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"current_password": ["The current password is incorrect."]}
    assert post(f"auth/{kind}/change-password", body).status_code == 401


def test_who_makes_tokens_gets_no_more_tries_at_the_password(as_owner: APIClient) -> None:
    body = {"current_password": "wrong", "password": NEW, "password_confirmation": NEW}
    answers = []
    for _ in range(7):
        token = as_owner.post("/api/v1/me/tokens", {"name": "x", "abilities": ["*"]}).json()["data"]["token"]
        answers += [post("auth/app/change-password", body, bearer(token)).status_code for _ in range(9)]
    assert answers == [422] * 60 + [429] * 3
    assert as_owner.get("/api/v1/me").status_code == 200


def test_a_differing_confirmation_is_an_error_of_the_password(as_owner: APIClient) -> None:
    body = {"current_password": PASSWORD, "password": NEW, "password_confirmation": "different words"}
    assert list(post("auth/app/change-password", body, as_owner).json()["errors"]) == ["password"]


def registered(**headers: str) -> str:
    """The verification link of somebody who has just registered."""
    person = {"name": "Nina", "email": "nina@example.com", "password": NEW, "password_confirmation": NEW}
    post("auth/app/register", person, **headers)
    return link_in(new_mail()[-1])


def test_registering_sends_a_link_that_verifies_and_may_be_followed_twice() -> None:
    link = registered()
    for _ in range(2):
        answer = APIClient().get(link)
        assert (answer.status_code, answer.json()) == (200, {"message": "Email verified successfully."})
    assert User.objects.get().email_verified_at is not None


def test_a_host_header_does_not_change_the_link() -> None:
    link = registered(Host="localhost:9999", **{"X-Forwarded-Host": "evil.example"})
    assert link.startswith("http://127.0.0.1:8000/api/v1/auth/email/verify/")


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def buttons(page: Any) -> list[str]:
    """The addresses that the page's buttons post to: confirm, then disown."""
    return [
        html.unescape(address) for address in re.findall(r'<form method="post" action="([^"]+)"', page.content.decode())
    ]


def test_a_browser_gets_a_page_that_names_the_account_and_changes_nothing() -> None:
    link = registered()
    User.objects.update(name="<b>Nina</b>")
    page = APIClient().get(link + "&next=https://evil.example", headers=BROWSER)
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    text = page.content.decode()
    assert "&lt;b&gt;Nina&lt;/b&gt;" in text
    assert "nina@example.com" in text
    assert "evil" not in text
    assert "form-action 'self' http://127.0.0.1:8000;" in page["Content-Security-Policy"]
    assert len(buttons(page)) == 2
    assert User.objects.get().email_verified_at is None


def test_the_page_speaks_the_browsers_language() -> None:
    page = APIClient().get(registered(), headers={**BROWSER, "Accept-Language": "ja"})
    assert 'lang="ja"' in page.content.decode()


@pytest.mark.parametrize("headers", [{}, BROWSER])
def test_asking_for_the_links_headers_changes_nothing(headers: dict[str, str]) -> None:
    link = registered()
    assert APIClient().head(link, headers=headers).status_code == 200
    assert User.objects.get().email_verified_at is None
    assert APIClient().head(link[:-1], headers=headers).status_code == 404


def test_the_pages_button_verifies_and_leads_to_the_client(settings: LazySettings) -> None:
    link = registered()
    confirm, disown = buttons(APIClient().get(link, headers=BROWSER))
    done = APIClient().post(confirm, headers=BROWSER)
    assert (done.status_code, done["Location"]) == (302, "http://127.0.0.1:8000/?verified=yes")
    user = User.objects.get()
    assert user.email_verified_at is not None
    assert APIClient().get(link, headers=BROWSER).status_code == 302
    assert APIClient().post(disown, headers=BROWSER).status_code == 404
    settings.FRONTEND_URL = "https://chat.example"
    assert APIClient().post(confirm, headers=BROWSER)["Location"] == "https://chat.example"


def test_the_pages_form_may_lead_to_the_frontend(settings: LazySettings) -> None:
    settings.FRONTEND_URL = "https://chat.example/app"
    page = APIClient().get(registered(), headers=BROWSER)
    assert "https://chat.example" in page["Content-Security-Policy"].partition("form-action")[2]


def planted() -> tuple[APIClient, str]:
    """A client of somebody who registered with the address of another person, and the link that this person got."""
    body = {"name": "Nina", "email": "nina@example.com", "password": NEW, "password_confirmation": NEW}
    token = post("auth/app/register", body).json()["access_token"]
    return bearer(token), link_in(new_mail()[-1])


def test_this_was_not_me_ends_all_that_the_account_had() -> None:
    stranger, link = planted()
    disown = buttons(APIClient().get(link, headers=BROWSER))[1]
    for _ in range(2):
        assert APIClient().post(disown, headers=BROWSER).status_code == 200
    assert stranger.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", {"email": "nina@example.com", "password": NEW}).status_code == 422
    assert User.objects.get().email_verified_at is None


def opened_by_a_scanner(link: str) -> None:
    for client in (APIClient(), APIClient()):
        client.head(link)
        client.get(link, headers=BROWSER)
        client.get(link)


def test_what_a_mail_scanner_opens_proves_nothing() -> None:
    stranger, link = planted()
    opened_by_a_scanner(link)
    post("auth/app/otp/verify", {"email": "nina@example.com", "token": code_for("nina@example.com")})
    assert stranger.get("/api/v1/me").status_code == 401
    assert post("auth/app/login", {"email": "nina@example.com", "password": NEW}).status_code == 422


def test_an_opened_link_can_still_be_disowned() -> None:
    stranger, link = planted()
    disown = buttons(APIClient().get(link, headers=BROWSER))[1]
    opened_by_a_scanner(link)
    answer = APIClient().post(disown)
    assert (answer.status_code, answer.json()) == (200, {"message": "Account access ended successfully."})
    assert stranger.get("/api/v1/me").status_code == 401


def test_who_confirmed_keeps_the_password_after_a_sign_in_by_code() -> None:
    mine, link = planted()
    assert APIClient().post(link).json() == {"message": "Email verified successfully."}
    post("auth/app/otp/verify", {"email": "nina@example.com", "token": code_for("nina@example.com")})
    assert mine.get("/api/v1/me").status_code == 200


def test_with_a_frontend_the_link_leads_there_and_nowhere_else(settings: LazySettings) -> None:
    settings.FRONTEND_URL = "https://chat.example"
    answer = APIClient().get(registered() + "&next=https://evil.example&redirect=https://evil.example")
    assert (answer.status_code, answer["Location"]) == (302, "https://chat.example")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: link.replace("expires=", "expires=9"),
        lambda link: link.split("?")[0],
        lambda link: link.replace("/verify/", "/verify/9"),
        lambda link: link.replace("signature=", "signature=%ff"),
    ],
)
def test_a_forged_link_is_unknown(spoil: object) -> None:
    answer = APIClient().get(spoil(registered()))  # type: ignore[operator]
    assert (answer.status_code, answer.json()) == (404, {"message": "Verification link is invalid."})
    assert User.objects.get().email_verified_at is None


def test_a_link_dies_after_an_hour_and_with_a_changed_address() -> None:
    link = registered()
    with time_machine.travel(timezone.now() + timedelta(minutes=60, seconds=2)):
        assert APIClient().get(link).status_code == 404
    User.objects.update(email="liv@example.com")
    assert APIClient().get(link).status_code == 404


def test_the_link_is_sent_again_and_not_to_who_is_verified(owner: User, as_owner: APIClient) -> None:
    for sent in (1, 0):
        answer = post("auth/email/verification-notification", {}, as_owner)
        assert (answer.status_code, answer.json()) == (200, {"message": "Verification email sent."})
        assert len(new_mail()) == sent
        User.objects.filter(pk=owner.pk).update(email_verified_at=timezone.now())
    assert post("auth/email/verification-notification", {}).status_code == 401


def test_an_unproven_address_gets_few_links_however_many_tokens_ask(as_owner: APIClient) -> None:
    answers = []
    for _ in range(7):
        token = as_owner.post("/api/v1/me/tokens", {"name": "x", "abilities": ["*"]}).json()["data"]["token"]
        answers.append(post("auth/email/verification-notification", {}, bearer(token)).status_code)
    assert answers == [200] * 6 + [429]
