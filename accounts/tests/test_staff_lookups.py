"""What the address of an admin list may ask.

What the page's own filters ask, and nothing more.
"""

import html
import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.staff import roles
from accounts.staff.pages import StaffAdmin
from conftest import PASSWORD, make_user
from rooms.models import Plan, RoomLimits

pytestmark = pytest.mark.django_db

LOOKUPS = ("startswith", "istartswith", "contains", "regex", "iregex", "gt", "lt", "gte", "range", "in", "length")
SECRET = re.compile(r"password|session_key|session_data|secret|hash|token|^key$|verifier")
PAGES = [pytest.param(model, page, id=model._meta.label_lower) for model, page in admin.site._registry.items()]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.com", PASSWORD, name="Root")


@pytest.fixture
def desk(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def filter_paths(page: Any) -> set[str]:
    """The columns and names that a page filters by."""
    names = (one if isinstance(one, str) else one[0] if isinstance(one, tuple) else None for one in page.list_filter)
    return {name for name in names if name}


def columns_of(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def secret_paths(model: type[Model], depth: int = 2, seen: tuple[type[Model], ...] = ()) -> Iterator[str]:
    """Paths from ``model`` over at most ``depth`` relations, either way, to a column that holds a secret."""
    for field in model._meta.get_fields():
        name = field.name  # of a reverse relation, what a lookup calls it
        if field.is_relation:
            other = field.related_model
            if depth and other is not None and not isinstance(other, str) and other not in seen:
                yield from (f"{name}__{rest}" for rest in secret_paths(other, depth - 1, (*seen, model)))
        elif SECRET.search(field.name):
            yield field.name


def test_a_role_of_support_reads_no_session_key_through_a_filter_by_a_relation(root: User) -> None:
    roles.prepare()
    clerk = make_user("Clerk", is_staff=True)
    clerk.groups.add(Group.objects.get(name="support"))
    RoomLimits.objects.create(owner=root, plan=Plan.objects.create(name="Large"))
    client = Client()
    client.force_login(clerk)
    path = list_of(RoomLimits)
    assert client.get(path).status_code == 200
    for lookup in ("startswith", "regex", "gt"):
        asked = {f"plan__owners__owner__sessions__session_key__{lookup}": "a"}
        assert client.get(path, asked).status_code == 400, asked


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_a_list_refuses_every_lookup_that_its_filters_do_not_make(
    desk: Client, model: type[Model], page: StaffAdmin
) -> None:
    # One lookup for each column in turn, because a request for each pair takes minutes and the rule is by column.
    asked = [f"{name}__{lookup}" for name, lookup in zip(columns_of(model), cycle(LOOKUPS))]
    offered = {one.parameter_name for one in page.list_filter if hasattr(one, "parameter_name")}
    asked += [name for name in columns_of(model) if name not in offered]
    asked += [f"{name}__{lookup}" for name in filter_paths(page) for lookup in LOOKUPS]
    asked += list(secret_paths(model))
    asked += [f"{name}__startswith" for name in secret_paths(model, depth=1)]
    for name in filter_paths(page):
        other = get_fields_from_path(model, name)[-1].related_model
        if other is not None and not isinstance(other, str):
            asked += [f"{name}__{field}__{lookup}" for field in columns_of(other) for lookup in LOOKUPS]
            asked += [f"{name}__{rest}__{lookup}" for rest in secret_paths(other, depth=3) for lookup in LOOKUPS]
            asked += [f"{name}__{field}__exact" for field in columns_of(other) if field != other._meta.pk.name]
    for lookup in asked:
        assert desk.get(list_of(model), {lookup: "a"}).status_code == 400, lookup


def links_of(body: str) -> set[str]:
    """The queries that a list's page offers in its links."""
    return {html.unescape(query) for query in re.findall(r'href="(\?[^"]*)"', body) if len(query) > 1}


def test_every_filter_link_that_a_page_renders_works(desk: Client, root: User) -> None:
    plan = Plan.objects.create(name="Large")
    RoomLimits.objects.create(owner=root, plan=plan)
    RoomLimits.objects.create(owner=make_user("Mem"), plan=None)
    followed = set()
    for model, page in admin.site._registry.items():
        path = list_of(model)
        answer = desk.get(path)
        offered = {
            choice["query_string"]
            for spec in answer.context["cl"].filter_specs
            for choice in spec.choices(answer.context["cl"])
        }
        assert not page.list_filter or len(offered) > 1, path
        for query in offered | links_of(answer.content.decode()):
            assert desk.get(path + query).status_code == 200, path + query
            followed |= {name for name, _ in parse_qsl(query[1:])}
    assert {"plan__id__exact", "plan__isnull", "is_active__exact", "email_verified_at__isempty", "state"} <= followed
    shown = desk.get(list_of(RoomLimits), {"plan__id__exact": plan.pk}).content.decode()
    assert root.email in shown and "mem@example.com" not in shown


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_a_popup_hands_out_no_column_but_the_key(desk: Client, model: type[Model], page: StaffAdmin) -> None:
    assert desk.get(list_of(model), {"_popup": "1", "_to_field": model._meta.pk.name}).status_code == 200
    for name in columns_of(model):
        if name != model._meta.pk.name:
            assert desk.get(list_of(model), {"_popup": "1", "_to_field": name}).status_code == 400, name


@pytest.mark.parametrize(("model", "page"), PAGES)
def test_a_list_is_searched_by_no_secret(model: type[Model], page: StaffAdmin) -> None:
    searched = [*page.by_id, *page.by_number, *page.by_email, *page.by_words]
    assert [lookup for lookup in searched for part in lookup.split("__") if SECRET.search(part)] == []


def test_a_list_keeps_its_order_whatever_the_address_says(desk: Client, root: User) -> None:
    for name in ("Zoe", "Ann"):
        make_user(name)
    orders = [
        [row.pk for row in desk.get(list_of(User), {"o": asked}).context["cl"].result_list]
        for asked in ("", "1", "-1", "2.-1", "x", "99")
    ]
    assert orders == [orders[0]] * len(orders)


def test_an_error_of_an_address_is_told_without_a_crash(desk: Client) -> None:
    for asked in ({"e": "1"}, {"plan__id__exact": "x"}, {"plan__id__exact": "x", "e": "1"}, {"plan__isnull": "?"}):
        assert desk.get(list_of(RoomLimits), asked, follow=True).status_code == 200, asked


def test_autocompletion_reaches_no_model_without_a_page(desk: Client) -> None:
    asked = {"app_label": "accounts", "model_name": "session", "field_name": "session_key", "term": "a"}
    assert desk.get("/admin/autocomplete/", asked).status_code == 403
