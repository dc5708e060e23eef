"""Ids, filters, searches and orders that no page of admin makes itself.

Told as not found or refused, never a crash.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from accounts.models import User
from conftest import PASSWORD

pytestmark = pytest.mark.django_db

# As they stand in an address. Admin spells an id's special characters as an underscore and two digits: _5F is one.
IDS = (
    "a%00b", "%00", "1%00", "a_00b", "_5F", "_z", "_ED_A0_80", "%ED%A0%80", "%FF%FE", "x" * 300, "9" * 19, "9" * 5000,
    "-" + "9" * 30, "1.5", "1e400", "NaN", "%D9%A1", "1_000", "..", "..%2F..%2Fetc", "a/b/c", "//", "%25s", "%7B0%7D", "None",
    "8" + "0" * 25, "0" * 26, "f" * 32, "urn:uuid:" + "0" * 32, "%F0%9F%92%A9", "%0D%0AX:%20y",
)  # fmt: skip
VALUES = (
    "", "\0", "a\0b", "\ud800", "x" * 5000, "9" * 30, "9" * 5000, "-1", "-", ".", "1.-2.3", "1e9", "'", "%", "\u0661", "\u00b2",
    "a@b", "@\0", "x@[::1", "\u202e", "💩", "2020-13-45", "10000-01-01", "7" + "z" * 25, "8" + "0" * 25, '"a b', ",", "1," * 2000,
)  # fmt: skip
PAGES = [pytest.param(model, page, id=model._meta.label_lower) for model, page in admin.site._registry.items()]


@pytest.fixture
def desk() -> Client:
    """A superuser's browser, which shows a crash as the 500 that it is."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD, name="Root"))
    return client


def base_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def pages_of_one(model: type[Model], page: Any) -> Iterator[str]:
    """The addresses below a list that name one row, with ``{id}`` in the row's place."""
    for pattern in page.get_urls():
        if isinstance(pattern, URLPattern) and "<" in str(pattern.pattern):
            route, count = re.subn(r"<[^>]+>|\(\?P<[^>]+>[^)]*\)", "{id}", str(pattern.pattern))
            assert count == 1, pattern
            yield base_of(model) + route.lstrip("^").rstrip("$").replace("\\Z", "")


def fault(client: Client, method: str, address: str, form: dict[str, Any] | None = None) -> str | None:
    """What is wrong with the answer.

    A crash, rather than a page, a redirect or a refusal. What it changed is undone.
    """
    with transaction.atomic():
        answer = client.post(address, form) if method == "POST" else client.get(address)
        transaction.set_rollback(True)
    return f"{method} {address[:200]}: {answer.status_code}" if answer.status_code >= 500 else None


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_a_page_of_a_row_that_there_cannot_be_is_not_found(desk: Client, model: type[Model], page: Any) -> None:
    found = []
    for number, address in enumerate(pages_of_one(model, page)):
        # All of them at one page, and another part of them at each of the others, which look for their row in the same way.
        found += [
            fault(desk, "GET", address.replace("{id}", given)) for given in (IDS[number % 4 :: 4] if number else IDS)
        ]
        found += [fault(desk, "POST", address.replace("{id}", given)) for given in IDS[::10]]
    wrong = list(filter(None, found))
    assert not wrong, "\n".join(wrong)


def queries(model: type[Model], client: Client) -> Iterator[dict[str, str]]:
    """What a list may be asked.

    Each of the parameters that any list has, and each that its own filters read.

    Each page gets another third of the values, because all have the same code behind them.
    """
    specs = client.get(base_of(model)).context["cl"].filter_specs
    filters = [name for spec in specs for name in spec.expected_parameters()]
    part = VALUES[list(admin.site._registry).index(model) % 3 :: 3]
    for value in part:
        yield {"q": value}
        yield {"o": value, "p": value, "all": value}
        yield {"e": value, "_changelist_filters": value}
    for value in part[::2]:
        yield from ({name: value} for name in filters)
        yield {"_to_field": value, "_popup": value}


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_no_filter_search_order_or_page_number_breaks_a_list(desk: Client, model: type[Model], page: Any) -> None:
    base, found = base_of(model), []
    for query in queries(model, desk):
        asked = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
        found.append(fault(desk, "GET", f"{base}?{asked}"))
    wrong = list(filter(None, found))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_an_action_about_rows_that_there_cannot_be_is_refused(desk: Client, model: type[Model], page: Any) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get()
    found = []
    for action in page.get_actions(request):
        for chosen in ("a\0b", "", "x" * 300, "9" * 30, "-1", "1.5", "8" + "0" * 25, "\u0661"):
            form = {"action": action, "_selected_action": [chosen], "index": chosen, "select_across": "0"}
            found.append(fault(desk, "POST", base_of(model), form))
    wrong = list(filter(None, found))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "address",
    [
        "r/a%00b/1/", "r/1/a%00b/", "r/9999999999999999999999/1/", "r/1/" + "9" * 30 + "/", "r/x/y/", "a%00b/", "accounts/a%00b/",
        "jsi18n/?language=%00", "search/?s=%00", "search/?s=a%00b",
        "autocomplete/?app_label=%00&model_name=%00&field_name=%00&term=%00",
        "autocomplete/?app_label=accounts&model_name=user&field_name=groups&term=%00",
        "%ED%A0%80/", "..%2f..%2f", "?x=%00", "login/?next=%00",
        "password_change/?%00",
    ],
)  # fmt: skip
def test_no_other_address_of_admin_breaks(desk: Client, address: str) -> None:
    assert fault(desk, "GET", f"/admin/{address}") is None
