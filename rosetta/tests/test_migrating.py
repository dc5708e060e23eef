"""A change of a table waits briefly for its lock, lets others through, and is tried again. PostgreSQL only."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, models
from django.db.migrations.state import ModelState, ProjectState

from rosetta.db.migrating import retry_locks
from rosetta.db.online_indexes import AddIndexOnline

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="locks of tables"),
]
QUICK = {"lock_seconds": 0.2, "pause_seconds": 0.1}


@pytest.fixture
def table() -> Iterator[str]:
    run("CREATE TABLE things (id integer, name varchar)")
    yield "things"
    run("DROP TABLE things")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@contextmanager
def another() -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(**connection.get_connection_params()) as other:  # type: ignore[attr-defined]
        yield other


@contextmanager
def reading(table: str, seconds: float) -> Iterator[None]:
    """Let another transaction read ``table`` and stay open so long, as a backup does."""
    began, is_over = threading.Event(), threading.Event()

    def read() -> None:
        with another() as other:
            other.execute(f"SELECT * FROM {table}")
            began.set()
            is_over.wait(seconds)

    thread = threading.Thread(target=read)
    thread.start()
    assert began.wait(10)
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_change_waits_until_a_long_transaction_is_over(table: str) -> None:
    attempts = []

    def change() -> None:
        attempts.append(time.monotonic())
        run(f"ALTER TABLE {table} ADD COLUMN more integer")

    with reading(table, 1.0):
        retry_locks(change, **QUICK)
    assert len(attempts) > 1
    assert value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'things'") == 3


def test_others_wait_no_longer_than_one_attempt(table: str) -> None:
    waits = []

    def others() -> None:
        with another() as other:
            other.autocommit = True
            for _ in range(20):
                began = time.monotonic()
                other.execute(f"SELECT * FROM {table}")
                waits.append(time.monotonic() - began)
                time.sleep(0.05)

    with reading(table, 30.0):
        thread = threading.Thread(target=others)
        thread.start()
        with pytest.raises(OperationalError, match="lock timeout"):
            retry_locks(lambda: run(f"ALTER TABLE {table} ADD COLUMN more integer"), attempts=4, **QUICK)
        thread.join()
    assert len(waits) == 20
    assert max(waits) < 10, "as long as the other transaction"


def test_a_deadlock_is_tried_again(table: str) -> None:
    tried = []

    def change() -> None:
        tried.append(1)
        if len(tried) == 1:
            run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")

    retry_locks(change, **QUICK)
    assert len(tried) == 2


def test_other_errors_are_not_tried_again(table: str) -> None:
    tried = []

    def change() -> None:
        tried.append(1)
        run("SELECT nothing")

    with pytest.raises(ProgrammingError):
        retry_locks(change, **QUICK)
    assert len(tried) == 1


def test_the_connection_waits_as_before_afterwards(table: str) -> None:
    before = value("SELECT current_setting('lock_timeout')")
    retry_locks(lambda: None)
    assert value("SELECT current_setting('lock_timeout')") == before


def index_online(table: str) -> None:
    """Build an index of the table as a migration does."""
    before = ProjectState()
    fields = [("id", models.IntegerField(primary_key=True)), ("name", models.CharField(max_length=50, null=True))]
    before.add_model(ModelState("rosetta", "Thing", fields, {"db_table": table}))
    added = AddIndexOnline("thing", models.Index(fields=["name"], name="thing_by_name"))
    after = before.clone()
    added.state_forwards("rosetta", after)
    with connection.schema_editor(atomic=False) as editor:
        added.database_forwards("rosetta", editor, before, after)


def test_an_index_waits_for_as_long_as_older_transactions_last(table: str) -> None:
    with reading(table, 1.0):
        retry_locks(lambda: index_online(table), attempts=1, **QUICK)
    assert value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'thing_by_name'::regclass")


@pytest.mark.parametrize("is_valid", [True, False])
def test_an_index_that_an_interrupted_attempt_left_is_no_obstacle(table: str, is_valid: bool) -> None:
    run("CREATE INDEX thing_by_name ON things (name)")
    run(f"UPDATE pg_index SET indisvalid = {is_valid} WHERE indexrelid = 'thing_by_name'::regclass")
    index_online(table)
    assert value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'thing_by_name'::regclass")
