"""Whether a migration may run while processes of the version before it serve: ``manage.py check_migrations``.

Such a process must find all that it reads and writes, and no statement may hold a table for as long as it has rows. A migration
that has a reason to do so all the same says it: ``accepted = "why"`` in its class.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from rosetta.db.online_indexes import AddIndexOnline, RemoveIndexOnline

# What is numbered so or lower came before the first release, and so runs beside no older version.
BEFORE_FIRST_RELEASE = "0009_zzz"
TAKEN_AWAY = (
    operations.DeleteModel, operations.RemoveField, operations.RenameField, operations.RenameModel,
    operations.AlterModelTable,
)  # fmt: skip


def faults() -> list[str]:
    """A line for each operation that a running service would notice."""
    loader = MigrationLoader(None)
    found = []
    for app, name in sorted(loader.disk_migrations):
        if not _is_ours(app) or name <= BEFORE_FIRST_RELEASE:
            continue
        migration = loader.get_migration(app, name)
        before = loader.project_state((app, name), at_end=False)
        found += [f"{app}.{name}: {told}" for told in judge(migration, before)]
    return found


def _is_ours(app: str) -> bool:
    """Whether an app's code stands in this project, rather than among the packages."""
    return Path(apps.get_app_config(app).path).parent == settings.BASE_DIR


def judge(migration: Migration, before: ProjectState) -> Iterator[str]:
    """What a running service would notice of ``migration``, which meets the state ``before``; nothing where that is accepted."""
    if getattr(migration, "accepted", ""):
        return
    made = {op.name_lower for op in migration.operations if isinstance(op, operations.CreateModel)}
    for op in _flat(migration.operations):
        told = "" if getattr(op, "model_name_lower", None) in made else _told(op, before, migration)
        if told:
            yield f"{op.describe()}: {told}"


def _flat(given: Sequence[Any]) -> Iterator[Any]:
    for op in given:
        if isinstance(op, operations.SeparateDatabaseAndState):
            yield from _flat(op.database_operations)
        else:
            yield op


def _told(op: Any, before: ProjectState, migration: Migration) -> str:
    if isinstance(op, (AddIndexOnline, RemoveIndexOnline)):
        return "" if not migration.atomic else "say atomic = False in its migration"
    if isinstance(op, TAKEN_AWAY):
        return "processes of the version before still use it; do it one release after the code stopped"
    if isinstance(op, operations.AddIndex):
        return "nobody writes to the table while it is built; use AddIndexOnline"
    if isinstance(op, operations.AddConstraint):
        return (
            "the table is held while every row is looked at; add it NOT VALID and validate it in a migration of its own"
        )
    if isinstance(op, operations.AddField):
        return _told_of_new(op.field)
    if isinstance(op, operations.AlterField):
        return _told_of_change(before.models[migration.app_label, op.model_name_lower].fields[op.name], op.field)
    if isinstance(op, (operations.RunPython, operations.RunSQL)):
        return "what it holds, and for how long, nobody can tell; say why it is well"
    return ""


def _told_of_new(field: Any) -> str:
    if field.unique or field.db_index or field.remote_field is not None:
        return "an index is built while the table is held; add the column first, then its index online"
    if not field.null and not field.has_db_default() and not field.many_to_many:
        return "processes of the version before write rows without it; give it null=True or a db_default"
    return ""


def _told_of_change(old: Any, new: Any) -> str:
    if old.get_internal_type() != new.get_internal_type():
        return "the table is written anew; add another column, and move over"
    if (new.max_length or 0) < (old.max_length or 0):
        return "what is longer does not fit, and the table is written anew"
    if old.null and not new.null:
        return "the table is held while every row is looked at"
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        return "an index is built while the table is held; add it online"
    return ""
