"""Rows are followed by number, and none is passed over permanently because its transaction committed late."""

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from realtime.tail import GAP_SECONDS, Position, Tail, read_rows, start_position
from realtime.tests.fakes import FakeDatabase
from rosetta import access_changes
from rosetta.access_changes import Kind
from rosetta.models import AccessChange

COLUMNS = ("subject",)


def record(*subjects: str) -> None:
    access_changes.record(Kind.USER, subjects)


def subjects(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[1] for row in rows]


@pytest.mark.django_db
def test_each_row_is_read_once_and_those_from_just_before_the_start_too() -> None:
    record("1", "2")
    position, rows = read_rows(AccessChange, COLUMNS, start_position(AccessChange, 0.0), 0.0)
    assert subjects(rows) == ["1", "2"]
    assert read_rows(AccessChange, COLUMNS, position, 1.0)[1] == []
    record("3")
    position, rows = read_rows(AccessChange, COLUMNS, position, 2.0)
    assert subjects(rows) == ["3"]
    assert all(gap.last < position.last - 2 for gap in position.gaps)


@pytest.mark.django_db
def test_numbers_that_are_missing_are_looked_for_until_no_transaction_can_hold_them() -> None:
    record("before")
    position, _ = read_rows(AccessChange, COLUMNS, start_position(AccessChange, 0.0), 0.0)
    late = [AccessChange(pk=position.last + number, kind=Kind.USER, subject=str(number)) for number in range(1, 6)]
    late.pop().save()
    position, rows = read_rows(AccessChange, COLUMNS, position, 1.0)
    assert subjects(rows) == ["5"]
    late.pop(1).save()
    position, rows = read_rows(AccessChange, COLUMNS, position, GAP_SECONDS)
    assert subjects(rows) == ["2"]
    late.pop().save()
    late.pop().save()
    position, rows = read_rows(AccessChange, COLUMNS, position, GAP_SECONDS + 0.5)
    assert subjects(rows) == ["3", "4"]
    late.pop().save()
    position, rows = read_rows(AccessChange, COLUMNS, position, GAP_SECONDS + 1.5)
    assert (rows, position.gaps) == ([], ())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer, so that rows appear in their order")
def test_a_transaction_that_commits_after_a_later_number_was_read_is_not_passed_over() -> None:
    read_up_to = start_position(AccessChange, 0.0)
    has_number, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record("slow", "slow too")
                has_number.set()
                may_commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert has_number.wait(10)
    record("quick")
    position, rows = read_rows(AccessChange, COLUMNS, read_up_to, 1.0)
    assert subjects(rows) == ["quick"]
    may_commit.set()
    thread.join()
    assert subjects(read_rows(AccessChange, COLUMNS, position, 2.0)[1]) == ["slow", "slow too"]


async def test_a_row_whose_handling_fails_does_not_hide_the_next_and_an_error_starts_anew() -> None:
    handled: list[int] = []
    answers: list[Any] = [Position(0), (Position(3), [(1, "1"), (2, "nobody"), (3, "3")]), OperationalError("gone")]
    answers += [Position(1), (Position(2), [(2, "4")])]
    asked: list[Any] = []

    def answer(call: Any, *args: Any) -> Any:
        asked.append(call)
        if isinstance(found := answers.pop(0), Exception):
            raise found
        return found

    database: Any = FakeDatabase(answer)
    tail = Tail(AccessChange, COLUMNS, database, on_row=lambda subject: handled.append(int(subject)))
    await tail.read()
    with pytest.raises(OperationalError):
        await tail.read()
    await tail.read()
    assert handled == [1, 3, 4]
    assert asked == [start_position, read_rows, read_rows, start_position, read_rows]


@pytest.mark.django_db
def test_old_rows_are_deleted_and_recent_ones_stay() -> None:
    record("1", "2")
    AccessChange.objects.filter(subject="1").update(created_at="2026-01-01T00:00:00Z")
    assert access_changes.forget_old(batch=10) == 1
    assert list(AccessChange.objects.values_list("subject", flat=True)) == ["2"]
