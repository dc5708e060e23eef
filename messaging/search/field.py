"""The column of a text's terms.

Written with the text in one statement, and searched by an index of the database's kind.

PostgreSQL keeps a ``tsvector`` under a GIN index. SQLite keeps the terms as text, and triggers copy them to an FTS5 table
beside the model's own. Both are made after each migration, by ``ensure_indexes``: SQLite loses triggers whenever a
migration rebuilds their table.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup

from messaging.search.text import SCOPE_PREFIX

# Terms, each with whether longer terms that begin with it match too.
Terms = Iterable[tuple[str, bool]]

if TYPE_CHECKING:
    _Base = models.TextField[Any, str | None]
else:
    _Base = models.TextField


class TermsField(_Base):
    """Terms separated by spaces, or null.

    ``terms__match=[(term, as_prefix), …]`` finds rows with all of them.
    """

    # The SQL type that the placeholder takes on PostgreSQL.
    prepared_type = "text[]"

    def __init__(self, **options: Any) -> None:
        options |= {"null": True, "editable": False}
        super().__init__(**options)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        if connection.vendor != "postgresql" or hasattr(value, "as_sql"):
            return "%s"
        return "array_to_tsvector(%s::text[])"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not value:
            return None
        return value.split(" ") if connection.vendor == "postgresql" else value


@TermsField.register_lookup
class Match(Lookup):  # type: ignore[type-arg]
    lookup_name = "match"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        column, params = self.process_lhs(compiler, connection)
        # A literal, not a parameter, because a prepared plan cannot know how rare these terms are. Escaped for safety:
        # terms are letters, digits and SCOPE_PREFIX.
        literal = _tsquery(self.rhs).replace("'", "''").replace("%", "%%")
        return f"{column} @@ '{literal}'::tsquery", params

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        model = self.lhs.output_field.model
        index, key = index_name(model), model._meta.pk.column
        alias = compiler.connection.ops.quote_name(self.lhs.alias)
        sql = f'{alias}."{key}" IN (SELECT owner FROM "{index}" WHERE "{index}" MATCH %s)'  # noqa: S608
        return sql, [_fts_query(self.rhs)]


def _tsquery(terms: Terms) -> str:
    def quoted(term: str) -> str:
        return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"

    return " & ".join(quoted(term) + (":*" if as_prefix else "") for term, as_prefix in terms)


def _fts_query(terms: Terms) -> str:
    return " AND ".join('"{}"{}'.format(term.replace('"', '""'), "*" if as_prefix else "") for term, as_prefix in terms)


def index_name(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_terms"


def ensure_indexes(using: str, models_with_terms: Iterable[type[models.Model]]) -> None:
    """Create missing indexes of terms, filled from existing rows. Idempotent."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in models_with_terms:
            if model._meta.db_table not in tables:
                continue
            if connection.vendor == "postgresql":
                _ensure_gin(cursor, model)
            else:
                _ensure_fts(cursor, model)


def _ensure_gin(cursor: Any, model: type[models.Model]) -> None:
    # A short pending list, because each search reads it through.
    cursor.execute(
        f'CREATE INDEX IF NOT EXISTS "{index_name(model)}" ON "{model._meta.db_table}" USING gin (terms)'
        " WITH (gin_pending_list_limit = 256)"
    )


def _ensure_fts(cursor: Any, model: type[models.Model]) -> None:
    index = index_name(model)
    cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s", [f"{index}_delete"])
    if cursor.fetchone() is not None:
        return
    cursor.execute(f'DROP TABLE IF EXISTS "{index}"')
    cursor.execute(
        f'CREATE VIRTUAL TABLE "{index}" USING fts5(terms, owner UNINDEXED, tokenize='
        "\"unicode61 remove_diacritics 0 categories 'L* N* Co M*'\")"
    )
    for statement in _fts_statements(model):
        cursor.execute(statement)


def _fts_statements(model: type[models.Model]) -> list[str]:
    """Return SQL that fills the empty FTS5 table, and triggers that keep it like the model's own."""
    table, index, key = model._meta.db_table, index_name(model), model._meta.pk.column  # type: ignore[union-attr]

    def own(row: str) -> str:
        # A row is taken out by a term of its own, since FTS5 has no other index.
        return f"char({ord(SCOPE_PREFIX)}) || 'row' || {row}.\"{key}\""

    insert = (  # every name is a model's own
        f'INSERT INTO "{index}" (terms, owner)'
        f" SELECT new.terms || ' ' || {own('new')}, new.\"{key}\" WHERE new.terms IS NOT NULL;"
    )
    delete = (
        f'DELETE FROM "{index}" WHERE rowid IN (SELECT rowid FROM "{index}" WHERE "{index}" MATCH'  # noqa: S608
        f" '\"' || {own('old')} || '\"');"
    )
    triggers = [
        ("insert", "INSERT", "new.terms IS NOT NULL", insert),
        ("update", "UPDATE OF terms", "new.terms IS NOT old.terms", delete + insert),
        ("delete", "DELETE", "old.terms IS NOT NULL", delete),
    ]
    return [
        f'INSERT INTO "{index}" (terms, owner)'  # noqa: S608
        f' SELECT row.terms || \' \' || {own("row")}, row."{key}" FROM "{table}" row WHERE row.terms IS NOT NULL',
        *(
            f'CREATE TRIGGER IF NOT EXISTS "{index}_{name}" AFTER {event} ON "{table}" WHEN {when} BEGIN {body} END'
            for name, event, when, body in triggers
        ),
    ]
