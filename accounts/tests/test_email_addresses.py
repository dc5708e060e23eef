"""One account for each mailbox, however its address is written."""

import unicodedata
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.identity.email_addresses import canonical_email
from accounts.identity.providers import _address
from accounts.models import User
from accounts.tests.helpers import code_for, new_mail, post
from conftest import PASSWORD, make_user, token_client

WRITTEN = (
    "u@münchen.example",
    unicodedata.normalize("NFD", "U@München.example"),
    "u@XN--mnchen-3ya.example",
    "ｕ@ｍünchen。example",
)
STORED = "u@xn--mnchen-3ya.example"
INVALID = {"email": ["The email field must be a valid email address."]}


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        *((address, STORED) for address in WRITTEN),
        (" Nina@Example.COM ", "nina@example.com"),
        ("nina@a_b.example", "nina@a_b.example"),
        ("\N{KELVIN SIGN}im@example.com", "kim@example.com"),
        ("n\N{LATIN SMALL LETTER LONG S}@example.com", "ns@example.com"),
        ("u@faß.example", "u@xn--fa-hia.example"),
        (STORED, STORED),
    ],
)
def test_every_way_to_write_an_address_has_one_form(written: str, stored: str) -> None:
    assert canonical_email(written) == stored
    assert canonical_email(stored) == stored


@pytest.mark.parametrize(
    "address",
    ["", "nina", "nína@example.com", "山@example.com", "u@ü..example", "u@-ü-.example", "u@" + "ü" * 300 + ".example"],
)
def test_what_has_no_ascii_form_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        canonical_email(address)


def test_an_address_of_a_provider_is_read_alike() -> None:
    assert {_address(written) for written in WRITTEN} == {STORED}
    assert (_address("nína@example.com"), _address("nobody")) == ("", "")


def register(email: str) -> Any:
    body = {"name": "U", "email": email, "password": PASSWORD, "password_confirmation": PASSWORD}
    return post("auth/app/register", body)


@pytest.mark.django_db
def test_registration_knows_the_mailbox_in_every_form() -> None:
    assert register(WRITTEN[0]).json()["user"]["email"] == STORED
    for written in WRITTEN[1:]:
        assert register(written).json()["errors"] == {"email": ["This email is already registered."]}


@pytest.mark.django_db
@pytest.mark.parametrize("written", WRITTEN)
def test_every_way_in_knows_the_mailbox_in_every_form(written: str) -> None:
    register(WRITTEN[0])
    new_mail()
    assert post("auth/app/login", {"email": written, "password": PASSWORD}).status_code == 200
    assert post("auth/app/forgot-password", {"email": written}).status_code == 200
    assert new_mail()[0].to == [STORED]
    assert post("auth/app/otp/verify", {"email": written, "token": code_for(WRITTEN[0])}).status_code == 200
    found = token_client(make_user("Olivia")).post("/api/v1/direct-recipients/resolve", {"email": written})
    assert found.status_code == 200
    assert User.objects.filter(email=STORED).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nína@example.com", "u@ü..example", "\ud800@example.com", "u@\ud800.example"])
def test_an_address_without_such_a_form_is_a_422(email: str) -> None:
    assert register(email).json()["errors"] == INVALID


@pytest.mark.django_db
def test_the_forms_of_a_mailbox_share_its_limit() -> None:
    assert post("auth/app/otp", {"email": WRITTEN[0]}).status_code == 200
    assert post("auth/app/otp", {"email": WRITTEN[2]}).status_code == 429


@pytest.mark.django_db
def test_stored_addresses_get_the_form_once_a_mailbox() -> None:
    """The migration: the verified account of a mailbox gets the address.

    The others keep theirs.
    """
    emails = {
        "first": "u@münchen.example",
        "verified": unicodedata.normalize("NFD", "u@münchen.example"),
        "other": "a@ö.example",
    }
    for name, email in emails.items():
        user = make_user(name.title(), email_verified_at=timezone.now() if name == "verified" else None)
        User.objects.filter(pk=user.pk).update(email=email)
    migration = import_module("accounts.migrations.0010_one_account_per_mailbox")
    for _ in range(2):
        migration.canonicalise(apps, connection.schema_editor())
    stored = dict(User.objects.values_list("name", "email"))
    assert stored == {"First": "u@münchen.example", "Verified": STORED, "Other": "a@xn--nda.example"}
