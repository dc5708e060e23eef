"""Inserts and updates on the hottest paths, compiled once, and batches that take one round trip: see docs/adr/0008."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from operator import attrgetter
from types import TracebackType
from typing import Any

import orjson
from django.db import connection
from django.db.models import AutoField, BooleanField, CharField, Field, JSONField, Model, TextField

from rosetta.db.queries import this_connection

# Fields whose values of this very type are stored as they are: asking a field takes five calls, and a post has 68 of them.
_STORED_AS_IS: dict[type, type] = {CharField: str, TextField: str, BooleanField: bool}


class WriteBatch:
    """Collect inserts, and run them in one round trip when its ``with`` block ends without an error.

    Rows count as saved from then on. The keys that the database makes are not read back. Use it within a transaction.
    """

    def __init__(self) -> None:
        self._statements: list[tuple[str, list[Any]]] = []
        self._rows: list[Model] = []

    def insert(self, *rows: Model, on_conflict: str = "") -> None:
        """Add an insert of ``rows``, which are of one model.

        ``on_conflict`` is the SQL after the values.
        """
        if rows:
            self._statements.append(_insert_into(type(rows[0]), on_conflict).statement(rows))
            self._rows += rows

    def run(self) -> None:
        """Run the inserts in their order.

        In one round trip where the database's driver can.
        """
        with connection.cursor() as cursor, _pipeline():
            for sql, params in self._statements:
                cursor.execute(sql, params)
        alias = connection.alias
        for row in self._rows:
            row._state.adding, row._state.db = False, alias

    def __enter__(self) -> "WriteBatch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.run()


@contextlib.contextmanager
def _pipeline() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    # An error is raised at the end of the pipeline, where Django does not look.
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _getter(field: Any) -> Callable[[Model], Any]:
    """Return what reads a new row's value for ``field``.

    A field with a ``pre_save`` of its own is asked.
    """
    if type(field).pre_save is Field.pre_save:
        return attrgetter(field.attname)
    return partial(field.pre_save, add=True)


class _Insert:
    """An insert into ``model``'s table as Django would make it, without reading back the database's keys."""

    def __init__(self, model: type[Model], on_conflict: str) -> None:
        self._model = model
        self._on_conflict = on_conflict
        self._fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
        self._columns = [(_getter(field), field, _STORED_AS_IS.get(type(field))) for field in self._fields]
        self._heads: dict[str, tuple[str, str]] = {}

    def statement(self, rows: Sequence[Model]) -> tuple[str, list[Any]]:
        """Return SQL and parameters that insert ``rows``, at least one."""
        head, placeholders = self._heads.get(connection.vendor) or self._compile()
        this = this_connection()
        params = [
            value if (value := get(row)) is None or type(value) is kind else field.get_db_prep_save(value, this)
            for row in rows
            for get, field, kind in self._columns
        ]
        return f"{head} VALUES {', '.join([placeholders] * len(rows))}{self._on_conflict}", params

    def _compile(self) -> tuple[str, str]:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        placeholders = ", ".join(map(_placeholder, self._fields))
        head = f"INSERT INTO {quote(self._model._meta.db_table)} ({columns})", f"({placeholders})"
        self._heads[connection.vendor] = head
        return head


@cache
def _insert_into(model: type[Model], on_conflict: str) -> _Insert:
    return _Insert(model, on_conflict)


class CompiledUpdate:
    """Write the named ``fields`` of many rows of ``model``, found by their keys, as ``bulk_update`` would.

    On PostgreSQL in one statement that is the same for any number of rows: they are one parameter, as JSON.
    """

    def __init__(self, model: type[Model], fields: Sequence[str]) -> None:
        self._model = model
        self._key: Any = model._meta.pk
        self._fields: list[Any] = [model._meta.get_field(name) for name in fields]
        self._sql: dict[str, str] = {}

    def run(self, rows: Sequence[Model]) -> None:
        if not rows:
            return
        sql = self._sql.get(connection.vendor) or self._compile()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(sql, [_json_rows(rows, [self._key, *self._fields])])
            else:
                cursor.executemany(sql, [_prepared(row, [*self._fields, self._key]) for row in rows])

    def _compile(self) -> str:
        quote = connection.ops.quote_name
        table, key = quote(self._model._meta.db_table), quote(str(self._key.column))
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{quote(field.column)} = {_from_json(field)}" for field in self._fields)
            recordset = _recordset([self._key, *self._fields])
            sql = f"UPDATE {table} SET {sets} FROM {recordset} WHERE {table}.{key} = v.{key}"  # noqa: S608
        else:
            sets = ", ".join(f"{quote(field.column)} = {_placeholder(field)}" for field in self._fields)
            sql = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608
        self._sql[connection.vendor] = sql
        return sql


def _placeholder(field: Any) -> str:
    placeholder: str = field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"
    return placeholder


def _prepared(row: Model, fields: Sequence["Field[Any, Any]"]) -> list[Any]:
    this = this_connection()
    return [field.get_db_prep_save(field.pre_save(row, add=False), this) for field in fields]


def _json_rows(rows: Sequence[Model], fields: Sequence["Field[Any, Any]"]) -> str:
    """Return ``rows`` as the JSON that ``_recordset`` reads."""
    values = [
        {
            field.column: getattr(row, str(field.attname))
            if isinstance(field, JSONField)
            else field.get_db_prep_save(field.pre_save(row, add=False), connection)
            for field in fields
        }
        for row in rows
    ]
    return orjson.dumps(values).decode()


def _recordset(fields: Sequence["Field[Any, Any]"]) -> str:
    """Return SQL for a table ``v`` of the rows in one parameter, with one column for each field."""
    columns = ", ".join(f"{connection.ops.quote_name(str(field.column))} {_json_type(field)}" for field in fields)
    return f"json_to_recordset(%s::json) AS v({columns})"


def _json_type(field: Any) -> str:
    """Return the SQL type of a field's value before its placeholder converts it."""
    return str(getattr(field, "prepared_type", None) or field.rel_db_type(connection))


def _from_json(field: Any) -> str:
    return _placeholder(field).replace("%s", f"v.{connection.ops.quote_name(field.column)}")
