"""Migration operations that build and drop indexes without blocking a running service.

On PostgreSQL they run concurrently: nobody waits for them, and they wait as long as it takes for transactions that began before.
One that was interrupted can be run again. Their migrations need ``atomic = False``.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex

from rosetta.db.migrating import lock_timeout

POSTGRESQL = "postgresql"


class AddIndexOnline(AddIndex):
    """Build an index."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _add(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _remove(schema_editor, from_state.apps.get_model(app_label, self.model_name), self.index)


class RemoveIndexOnline(RemoveIndex):
    """Drop an index."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _remove(schema_editor, from_state.apps.get_model(app_label, self.model_name), index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _add(schema_editor, to_state.apps.get_model(app_label, self.model_name), index)


def _add(schema_editor: Any, model: Any, index: Any) -> None:
    if schema_editor.connection.vendor != POSTGRESQL:
        schema_editor.add_index(model, index)
        return
    is_valid = _is_valid(schema_editor, index.name)
    with _any_wait():
        if is_valid is False:  # what an interrupted attempt left
            schema_editor.remove_index(model, index, concurrently=True)
        if not is_valid:
            schema_editor.add_index(model, index, concurrently=True)


def _remove(schema_editor: Any, model: Any, index: Any) -> None:
    is_postgresql = schema_editor.connection.vendor == POSTGRESQL
    with _any_wait() if is_postgresql else nullcontext():
        schema_editor.remove_index(model, index, **({"concurrently": True} if is_postgresql else {}))


def _any_wait() -> AbstractContextManager[None]:
    """Wait for older transactions however long they last, because nobody waits behind."""
    return lock_timeout(0)


def _is_valid(schema_editor: Any, name: str) -> bool | None:
    """Return whether the index is complete; None where there is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " WHERE relname = %s AND pg_table_is_visible(indrelid)",
            [name],
        )
        row = cursor.fetchone()
    return None if row is None else bool(row[0])
