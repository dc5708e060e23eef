"""Queries on the hottest paths, compiled once; later calls only bind their values.

Compiling a query of three joins takes Python longer than running it takes PostgreSQL: see docs/adr/0008.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Func, JSONField, QuerySet, Value
from django.db.models.expressions import Col
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators

from rosetta.ids import ULIDField, database_id, from_uuid, from_uuids

_INT_PLACEHOLDER = 4_611_686_018_427_387_000
_ULID_PLACEHOLDER = 1 << 126


class ULID(str):
    """The kind of a value that is a ULID."""


def this_connection() -> Any:
    """Return this thread's connection itself.

    ``django.db.connection`` looks it up again for each attribute.
    """
    return connections[DEFAULT_DB_ALIAS]


class Unseen(Func):
    """A value hidden from the planner, so that PostgreSQL plans a prepared statement only once.

    Where PostgreSQL expects a plan for the very value to be a little better, it plans at each call: for a page of messages
    planning took three times as long as the page.
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
    # By position in a row, what converts a whole column to Python's values.
    readers: dict[int, "_Reader"]
    make: "_Maker"


_Reader = Callable[[Sequence[Any]], Sequence[Any]]
_Maker = Callable[[list[tuple[Any, ...]]], list[Any]]


class CompiledQuery:
    """A queryset with holes.

    ``build`` makes it from values of the given ``kinds`` (``int``, ``str`` or ``ULID``).

    Its rows are models, with what ``select_related`` and annotations add, or the tuples of ``values_list``.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values: Any) -> list[Any]:
        """Return the queryset's rows for ``values``, as the queryset itself would."""
        this = this_connection()
        compiled = self._compiled.get(this.vendor) or self._compile()
        params = list(compiled.params)
        for index, name in compiled.names.items():
            value = values[name]
            params[index] = database_id(value) if self._kinds[name] is ULID else type(params[index])(value)
        with this.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            rows = cursor.fetchall()
        if not rows:
            return []
        # By columns: a call for each value of a page took a third of its time.
        columns: list[Any] = list(zip(*rows, strict=True))
        for index, read in compiled.readers.items():
            columns[index] = read(columns[index])
        return compiled.make(list(zip(*columns, strict=True)))

    def first(self, **values: Any) -> Any | None:
        """Return the first row for ``values``, or None."""
        rows = self.rows(**values)
        return rows[0] if rows else None

    def _compile(self) -> _Compiled:
        placeholders = {name: _placeholder(kind, number) for number, (name, kind) in enumerate(self._kinds.items())}
        queryset = self._build(**placeholders)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        raw = {database_id(v) if self._kinds[name] is ULID else v: name for name, v in placeholders.items()}
        names = {index: raw[value] for index, value in enumerate(params) if _is_hashable(value) and value in raw}
        if missing := set(self._kinds) - set(names.values()):
            raise ValueError(f"The query does not bind {', '.join(sorted(missing))}.")
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        readers = {
            index: _reader(converters, expression)
            for index, (converters, expression) in compiler.get_converters(columns).items()
        }
        compiled = _Compiled(sql, tuple(params), names, readers, _maker(queryset, compiler))
        self._compiled[connection.vendor] = compiled
        return compiled


def _reader(converters: Sequence[Any], expression: Any) -> _Reader:
    """Return what converts a column to Python's values.

    One call for all of them where PostgreSQL's driver allows it.
    """
    field = expression.output_field
    if connection.vendor == "postgresql" and isinstance(expression, Col) and len(converters) == 1:
        if isinstance(field, ULIDField):
            return from_uuids
        if type(field) is JSONField and field.decoder is None:
            return _json_values
    return lambda column: _converted(column, converters, expression)


def _converted(column: Sequence[Any], converters: Sequence[Any], expression: Any) -> Sequence[Any]:
    this = this_connection()
    for convert in converters:
        column = [convert(value, expression, this) for value in column]
    return column


def _json_values(column: Sequence[Any]) -> list[Any]:
    return [None if value is None else orjson.loads(value) for value in column]


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> _Maker:
    """Return what makes ``queryset``'s rows from the database's tuples."""
    if queryset._iterable_class is ValuesListIterable:
        return lambda rows: rows
    if queryset._iterable_class is ModelIterable:
        return _model_maker(DEFAULT_DB_ALIAS, compiler)
    raise ValueError("The query gives neither models nor the rows of values_list().")


def _model_maker(using: str, compiler: Any) -> _Maker:
    """Make models as Django's own iterable does, which inspects the query anew at each call."""
    model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [column.target.attname for column, *_rest in compiler.select[start:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, using)  # type: ignore[call-arg]  # Django 6's stubs
    annotations = (compiler.annotation_col_map or {}).items()

    def make(rows: list[tuple[Any, ...]]) -> list[Any]:
        instances = []
        for row in rows:
            instance = model.from_db(using, names, row[start:end])
            for populator in related:
                populator.populate(row, instance)
            for name, index in annotations:
                setattr(instance, name, row[index])
            instances.append(instance)
        return instances

    return make


def _placeholder(kind: type, number: int) -> Any:
    """Return a value that no row has; it marks its position among the parameters."""
    if kind is int:
        return _INT_PLACEHOLDER + number
    if kind is ULID:
        return from_uuid(uuid.UUID(int=_ULID_PLACEHOLDER + number))
    return f"\ue000placeholder {number}"


def _is_hashable(value: Any) -> bool:
    return getattr(value, "__hash__", None) is not None
