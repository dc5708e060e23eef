"""Statements on the hottest paths, which are compiled once; later calls only bind their values.

Compiling a query of three joins takes Python longer than running it takes PostgreSQL: see docs/adr/0008.
"""

import contextlib
import copy
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Field, Func, JSONField, Model, QuerySet, Value
from django.db.models.query import ValuesIterable

from rosetta.ids import database_id, from_uuid

_INT_PLACEHOLDER = 4_611_686_018_427_387_000
_ULID_PLACEHOLDER = 1 << 126


class ULID(str):
    """The kind of a value that is a ULID."""


def _this_connection() -> Any:
    """This thread's connection itself: ``django.db.connection`` looks it up again for each attribute that is read."""
    return connections[DEFAULT_DB_ALIAS]


class Unseen(Func):
    """A value that the planner does not look at, so that PostgreSQL plans a prepared statement once.

    Where it expects a plan made for the very value to be a little better, it makes one at each call: for a page of messages
    that took it three times as long as the page.
    """

    template = "(SELECT %(expressions)s)"

    def __init__(self, value: Any, field: "Field[Any, Any]") -> None:
        super().__init__(Value(value, output_field=field))


@dataclass(frozen=True, slots=True)
class _Compiled:
    queryset: QuerySet[Any, Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    # By position in ``params``, the name of the value that goes there.
    names: dict[int, str]
    converters: dict[int, Any]
    # The columns of rows that are plain dictionaries; None where rows are models.
    plain: tuple[str, ...] | None


class CompiledQuery:
    """A queryset with holes: ``build`` makes it from values of the given ``kinds`` (``int``, ``str`` or ``ULID``)."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[Any]:
        """The queryset's rows for ``values``, as the queryset itself would give them."""
        compiled = self._compiled.get(connection.vendor) or self._compile()
        params = list(compiled.params)
        for place, name in compiled.names.items():
            value = values[name]
            params[place] = database_id(value) if self._kinds[name] is ULID else type(params[place])(value)
        if compiled.plain is not None:
            return _plain_rows(compiled, compiled.plain, params)
        compiler = copy.copy(compiled.compiler)
        compiler.connection = _this_connection()
        compiler.as_sql = lambda *args, **kwargs: (compiled.sql, tuple(params))
        compiler.get_converters = lambda expressions: compiled.converters
        query: Any = copy.copy(compiled.queryset.query)
        query.get_compiler = lambda *args, **kwargs: compiler
        template: Any = compiled.queryset
        bound = template.__class__(model=template.model, query=query, using=template.db)
        bound._iterable_class, bound._fields = template._iterable_class, template._fields
        return list(bound)

    def first(self, **values: Any) -> Any | None:
        """The first row for ``values``, or None."""
        rows = self.rows(**values)
        return rows[0] if rows else None

    def _compile(self) -> _Compiled:
        placeholders = {name: _placeholder(kind, number) for number, (name, kind) in enumerate(self._kinds.items())}
        queryset = self._build(**placeholders)
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        raw = {database_id(v) if self._kinds[name] is ULID else v: name for name, v in placeholders.items()}
        names = {place: raw[value] for place, value in enumerate(params) if _is_hashable(value) and value in raw}
        if missing := set(self._kinds) - set(names.values()):
            raise ValueError(f"The query does not bind {', '.join(sorted(missing))}.")
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        plain = tuple(queryset.query.selected or ()) if queryset._iterable_class is ValuesIterable else None
        compiled = _Compiled(queryset, compiler, sql, tuple(params), names, compiler.get_converters(columns), plain)
        self._compiled[connection.vendor] = compiled
        return compiled


def _plain_rows(compiled: _Compiled, names: tuple[str, ...], params: list[Any]) -> list[dict[str, Any]]:
    """What Django's own iterable gives, converted column by column: row by row took a third of a page's time."""
    with _this_connection().cursor() as cursor:
        cursor.execute(compiled.sql, params)
        columns: list[Any] = list(zip(*cursor.fetchall(), strict=True))
    if columns:
        connection = _this_connection()
        for place, (converters, expression) in compiled.converters.items():
            for convert in converters:
                columns[place] = [convert(value, expression, connection) for value in columns[place]]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose results nobody reads."""

    sql: str
    params: Sequence[Any]


class CompiledInsert:
    """Inserts rows of ``model`` as Django would, but for reading back the keys that the database makes.

    ``with_rest`` follows the values: what to do on a conflict.
    """

    def __init__(self, model: type[Model], with_rest: str = "") -> None:
        self._model = model
        self._rest = with_rest
        self._fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
        self._heads: dict[str, tuple[str, str]] = {}

    def of(self, rows: Sequence[Model]) -> Statement:
        """The statement that inserts ``rows``, at least one."""
        head, marks = self._heads.get(connection.vendor) or self._compile()
        this = _this_connection()
        params = [field.get_db_prep_save(field.pre_save(row, add=True), this) for row in rows for field in self._fields]
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias
        return Statement(f"{head} VALUES {', '.join([marks] * len(rows))}{self._rest}", params)

    def _compile(self) -> tuple[str, str]:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        marks = ", ".join(map(_mark, self._fields))
        found = f"INSERT INTO {quote(self._model._meta.db_table)} ({columns})", f"({marks})"
        self._heads[connection.vendor] = found
        return found


class CompiledUpdate:
    """Writes the named ``fields`` of many rows of ``model``, found by their keys, as ``bulk_update`` would.

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
            sets = ", ".join(f"{quote(field.column)} = {_mark(field)}" for field in self._fields)
            sql = f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608
        self._sql[connection.vendor] = sql
        return sql


def _mark(field: Any) -> str:
    found: str = field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"
    return found


def _prepared(row: Model, fields: Sequence["Field[Any, Any]"]) -> list[Any]:
    this = _this_connection()
    return [field.get_db_prep_save(field.pre_save(row, add=False), this) for field in fields]


def _json_rows(rows: Sequence[Model], fields: Sequence["Field[Any, Any]"]) -> str:
    """``rows`` as the JSON that ``_recordset`` reads."""
    found = [
        {
            field.column: getattr(row, str(field.attname))
            if isinstance(field, JSONField)
            else field.get_db_prep_save(field.pre_save(row, add=False), connection)
            for field in fields
        }
        for row in rows
    ]
    return orjson.dumps(found).decode()


def _recordset(fields: Sequence["Field[Any, Any]"]) -> str:
    """A table ``v`` of the rows in one parameter, with a column a field."""
    columns = ", ".join(f"{connection.ops.quote_name(str(field.column))} {_json_type(field)}" for field in fields)
    return f"json_to_recordset(%s::json) AS v({columns})"


def _json_type(field: Any) -> str:
    """What a field's value is before its placeholder makes it what is stored."""
    return str(getattr(field, "prepared_type", None) or field.rel_db_type(connection))


def _from_json(field: Any) -> str:
    return _mark(field).replace("%s", f"v.{connection.ops.quote_name(field.column)}")


def run_together(statements: Sequence[Statement]) -> None:
    """Run ``statements`` in their order: in one round trip where the database's driver can."""
    with connection.cursor() as cursor, _pipeline():
        for statement in statements:
            cursor.execute(statement.sql, statement.params)


@contextlib.contextmanager
def _pipeline() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    # An error comes to light at the end of the pipeline, where Django does not look.
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _placeholder(kind: type, number: int) -> Any:
    """A value that no row has, and by which its place among the parameters is found."""
    if kind is int:
        return _INT_PLACEHOLDER + number
    if kind is ULID:
        return from_uuid(uuid.UUID(int=_ULID_PLACEHOLDER + number))
    return f"\ue000placeholder {number}"


def _is_hashable(value: Any) -> bool:
    return getattr(value, "__hash__", None) is not None
