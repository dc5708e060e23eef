"""What is read from PostgreSQL by a quicker way is what Django reads by its own."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.apps import apps
from django.db import DataError, connection
from django.db.models.signals import pre_migrate
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message, MessageTranslation
from workspaces.models import Channel, Conversation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def read(sql: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: datetime = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-05-11 05:00:00+00", datetime(2026, 5, 11, 5, tzinfo=UTC)),
        ("2026-05-11 05:00:00.000001+07", datetime(2026, 5, 10, 22, 0, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_it_was_meant(said: str, meant: datetime) -> None:
    found = read(f"SELECT timestamptz '{said}'")
    assert (found, found.utcoffset(), found.isoformat()) == (meant, meant.utcoffset(), meant.isoformat())


def test_a_moment_that_python_does_not_know_is_an_error_of_the_database() -> None:
    with pytest.raises(DataError):
        read("SELECT timestamptz 'infinity'")


def test_a_page_is_planned_once_for_all_who_read_it(owner: User, channel: Channel, as_member: APIClient) -> None:
    # No Thai among much Japanese: a plan for the very reader would look cheaper than the one for all.
    line = {"conversation_id": channel.pk, "sender_user": owner, "content": "茶", "language": "zh-CN"}
    messages = [Message(seq=number, **line) for number in range(1, 1001)]
    Message.objects.bulk_create(messages)
    words = [MessageTranslation(message=message, language="ja", state="ready", text="お茶") for message in messages]
    MessageTranslation.objects.bulk_create(words)
    Conversation.objects.filter(pk=channel.pk).update(last_seq=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for _ in range(20):
        assert (
            as_member.get(f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages").status_code
            == 200
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
            " WHERE statement LIKE 'SELECT \"messaging_message\"%%' AND generic_plans + custom_plans > 5"
        )
        plans = cursor.fetchall()
    assert plans
    assert all(custom <= 5 < generic for custom, generic in plans)


def test_a_statement_has_a_limit_in_seconds_unless_a_migration_runs() -> None:
    with psycopg.connect(**connection.get_connection_params()) as fresh:  # type: ignore[attr-defined]
        assert fresh.execute("SHOW statement_timeout").fetchone() == ("1min",)
    with connection.cursor() as cursor:
        pre_migrate.send(apps.get_app_config("rosetta"), using="default")
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_write_to_a_server_that_became_a_standby_is_a_503(channel: Channel, as_member: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET transaction_read_only = on")
    path = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"
    answer = as_member.post(path, {"content": "Hello"}, "json")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1")


def test_a_connection_to_a_standby_is_closed_after_an_error() -> None:
    assert connection.is_usable()
    with psycopg.connect(**connection.get_connection_params()) as standby:  # type: ignore[attr-defined]
        # Found before the function of the same name in pg_catalog; closing the connection rolls it back.
        standby.execute("CREATE SCHEMA standby")
        standby.execute("CREATE FUNCTION standby.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'")
        standby.execute("SET search_path = standby, pg_catalog")
        wrapper = connection.copy()  # type: ignore[attr-defined]
        wrapper.connection = standby
        assert not wrapper.is_usable()
        assert standby.closed
