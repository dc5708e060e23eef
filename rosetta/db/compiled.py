"""Statements on the hottest paths, which are compiled once; later calls only bind their values.

Compiling a query of three joins takes Python longer than running it takes PostgreSQL: see docs/adr/0008.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    Field,
    Func,
    JSONField,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import Col
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

from rosetta.ids import ULIDField, database_id, from_uuid, from_uuids

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
    sql: str
    params: tuple[Any, ...]
    # By position in ``params``, the name of the value that goes there.
    names: dict[int, str]
    # By position in a row, what makes Python's values of a whole column.
    readers: dict[int, "_Reader"]
    made: "_Maker"


_Reader = Callable[[Sequence[Any]], Sequence[Any]]
_Maker = Callable[[list[tuple[Any, ...]]], list[Any]]


class CompiledQuery:
    """A queryset with holes: ``build`` makes it from values of the given ``kinds`` (``int``, ``str`` or ``ULID``).

    Its rows are models, with what ``select_related`` and annotations add, or the tuples of ``values_list``.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[Any]:
        """The queryset's rows for ``values``, as the queryset itself would give them."""
        this = _this_connection()
        compiled = self._compiled.get(this.vendor) or self._compile()
        params = list(compiled.params)
        for place, name in compiled.names.items():
            value = values[name]
            params[place] = database_id(value) if self._kinds[name] is ULID else type(params[place])(value)
        with this.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            found = cursor.fetchall()
        if not found:
            return []
        # By columns: a call for each value of a page took a third of its time.
        columns: list[Any] = list(zip(*found, strict=True))
        for place, read in compiled.readers.items():
            columns[place] = read(columns[place])
        return compiled.made(list(zip(*columns, strict=True)))

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
        readers = {
            place: _reader(converters, expression)
            for place, (converters, expression) in compiler.get_converters(columns).items()
        }
        compiled = _Compiled(sql, tuple(params), names, readers, _maker(queryset, compiler))
        self._compiled[connection.vendor] = compiled
        return compiled


def _reader(converters: Sequence[Any], expression: Any) -> _Reader:
    """What makes Python's values of a column: one call for all of them where PostgreSQL's driver allows it."""
    field = expression.output_field
    if connection.vendor == "postgresql" and isinstance(expression, Col) and len(converters) == 1:
        if isinstance(field, ULIDField):
            return from_uuids
        if type(field) is JSONField and field.decoder is None:
            return _json_values
    return lambda column: _converted(column, converters, expression)


def _converted(column: Sequence[Any], converters: Sequence[Any], expression: Any) -> Sequence[Any]:
    this = _this_connection()
    for convert in converters:
        column = [convert(value, expression, this) for value in column]
    return column


def _json_values(column: Sequence[Any]) -> list[Any]:
    return [None if value is None else orjson.loads(value) for value in column]


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> _Maker:
    """What makes ``queryset``'s rows of the tuples that the database gave."""
    if queryset._iterable_class is ValuesListIterable:
        return lambda rows: rows
    if queryset._iterable_class is ModelIterable:
        return _model_maker(queryset.db, compiler)
    raise ValueError("The query gives neither models nor the rows of values_list().")


def _model_maker(using: str, compiler: Any) -> _Maker:
    """As Django's own iterable does it; there, what it finds out about the query beforehand is found out at each call."""
    model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [column.target.attname for column, *_rest in compiler.select[start:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, using)  # type: ignore[call-arg]  # Django 6's stubs
    annotations = (compiler.annotation_col_map or {}).items()

    def made(rows: list[tuple[Any, ...]]) -> list[Any]:
        found = []
        for row in rows:
            one = model.from_db(using, names, row[start:end])
            for populator in related:
                populator.populate(row, one)
            for name, place in annotations:
                setattr(one, name, row[place])
            found.append(one)
        return found

    return made


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose results nobody reads."""

    sql: str
    params: Sequence[Any]


# Fields whose values of this very type are stored as they are: asking a field takes five calls, and a post has 68 of them.
_AS_THEY_ARE: dict[type, type] = {CharField: str, TextField: str, BooleanField: bool}


def _getter(field: Any) -> Callable[[Model], Any]:
    """What a new row has for ``field``; a field with a way of its own is asked."""
    if type(field).pre_save is Field.pre_save:
        return attrgetter(field.attname)
    return partial(field.pre_save, add=True)


class CompiledInsert:
    """Inserts rows of ``model`` as Django would, but for reading back the keys that the database makes.

    ``with_rest`` follows the values: what to do on a conflict.
    """

    def __init__(self, model: type[Model], with_rest: str = "") -> None:
        self._model = model
        self._rest = with_rest
        self._fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
        self._columns = [(_getter(field), field, _AS_THEY_ARE.get(type(field))) for field in self._fields]
        self._heads: dict[str, tuple[str, str]] = {}

    def of(self, rows: Sequence[Model]) -> Statement:
        """The statement that inserts ``rows``, at least one."""
        head, marks = self._heads.get(connection.vendor) or self._compile()
        this = _this_connection()
        params = [
            value if (value := get(row)) is None or type(value) is kind else field.get_db_prep_save(value, this)
            for row in rows
            for get, field, kind in self._columns
        ]
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
    # because an error is raised at the end of the pipeline, where Django does not translate it
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
