"""Every list in admin stays quick when its table is long.

An index answers what it asks, and nothing is counted to its end.

The planner is forbidden what a long table makes it avoid anyway, so that a few rows show what a million would: where it reads a
whole table or sorts one all the same, there is no index that would serve.
"""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db

# Tables that do not grow with what is said: rows of these may be read, each with its reason.
SHORT = {
    "accounts_accountdeletion": "as many as people who leave",
    "accounts_user": "a part of a name is looked for in all of them",
    "auth_group": "made by hand",
    "rooms_plan": "made by hand",
    "rooms_roomlimits": "as many as developers",
    "rosetta_jobrun": "as many as jobs",
    "translation_enginestate": "as many as engines",
    "translation_localmodel": "as many as pairs of languages",
    "translation_refusedanswers": "as many as engines, pairs and kinds of fault, a month",
    "translation_translationpolicy": "as many as workspaces",
    "workspaces_channel": "filtered by visibility",
    "workspaces_webhook": "filtered by state",
    "workspaces_webhooksubscription": "a part of an address is looked for in all of them",
    "workspaces_workspace": "a part of a name is looked for in all of them",
    "accounts_outgoingmail": "gone when sent; filtered by kind",
}
TERMS = ("01hx0000000000000000000000", "4711", "nina@example.com", "some words")


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "x"))
    return client


def pages() -> list[Any]:
    return [model for model in admin.site._registry if model._meta.db_table not in SHORT]


def asked(desk: Client, model: Any, query: dict[str, str]) -> list[str]:
    """The statements about the model's own table that a list makes."""
    table = model._meta.db_table
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(path, query).status_code == 200
    return [one["sql"] for one in seen.captured_queries if f'FROM "{table}"' in one["sql"]]


def filters(desk: Client, model: Any) -> list[dict[str, str]]:
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    specs = desk.get(path).context["cl"].filter_specs
    found: list[dict[str, str]] = []
    for spec in specs:
        found += [{spec.parameter_name: str(value)} for value, _ in getattr(spec, "lookup_choices", [])]
    return found


def every_way(desk: Client, model: Any) -> list[str]:
    ways = [{}, *({"q": term} for term in TERMS), *filters(desk, model)]
    return [sql for way in ways for sql in asked(desk, model, way)]


@pytest.mark.parametrize("model", pages(), ids=lambda model: model._meta.label)
def test_nothing_is_counted_to_its_end(desk: Client, model: Any) -> None:
    counts = [sql for sql in every_way(desk, model) if sql.startswith("SELECT COUNT(")]
    assert counts
    assert [sql for sql in counts if " LIMIT " not in sql] == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL's planner")
@pytest.mark.parametrize("model", pages(), ids=lambda model: model._meta.label)
def test_every_list_filter_and_search_is_answered_from_an_index(desk: Client, model: Any) -> None:
    table = model._meta.db_table
    statements = every_way(desk, model)
    with connection.cursor() as cursor:
        for forbidden in ("seqscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{forbidden} = off")
        for sql in statements:
            plan = explained(cursor, sql)
            is_count, is_search = sql.startswith("SELECT COUNT("), " WHERE " in sql
            # Counting everything up to a bound reads rows as they come; the few that a search found may be sorted.
            if is_search or not is_count:
                assert f"Seq Scan on {table}" not in plan, f"{sql}\n{plan}"
            if not is_search:
                # An incremental sort follows an index, and orders alone what the index leaves equal.
                assert not re.search(r"(?<!Incremental )Sort  \(cost", plan), f"{sql}\n{plan}"


def explained(cursor: Any, sql: str) -> str:
    cursor.execute("EXPLAIN " + sql.replace("%", "%%"))
    return "\n".join(row[0] for row in cursor.fetchall())
