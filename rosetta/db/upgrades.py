"""Check that migrations can run while the previous version serves.

``manage.py check_migrations``.

That version must find every column that it reads and writes, and no statement may lock a table for a time that grows with
its rows. A migration with a reason to break this rule states it in its class: ``accepted = "why"``.
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

# The last migrations from before the first release, 0.2.0, which nobody upgraded from. All later ones, also those that came with
# it, are checked.
BEFORE_FIRST_RELEASE = {
    "accounts": "0010_one_account_per_mailbox",
    "devices": "0003_credentials",
    "files": "0002_avatar",
    "messaging": "0008_deleted_messages",
    "rooms": "0002_staff",
    "rosetta": "0003_lease",
    "translation": "0007_terms_inside_words",
    "workspaces": "0007_taught_languages",
}
REMOVALS = (
    operations.DeleteModel, operations.RemoveField, operations.RenameField, operations.RenameModel,
    operations.AlterModelTable,
)  # fmt: skip


def faults() -> list[str]:
    """Return a line for each operation that would disturb a running service."""
    loader = MigrationLoader(None)
    lines = []
    for app, name in sorted(loader.disk_migrations):
        if not _is_ours(app) or name <= BEFORE_FIRST_RELEASE.get(app, ""):
            continue
        migration = loader.get_migration(app, name)
        before = loader.project_state((app, name), at_end=False)
        lines += [f"{app}.{name}: {fault}" for fault in judge(migration, before)]
    return lines


def _is_ours(app: str) -> bool:
    """Return whether the app belongs to this project rather than to a package."""
    return Path(apps.get_app_config(app).path).parent == settings.BASE_DIR


def judge(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Yield what ``migration``, applied to the state ``before``, would disturb.

    Nothing where that is accepted.
    """
    if getattr(migration, "accepted", ""):
        return
    new_models = {op.name_lower for op in migration.operations if isinstance(op, operations.CreateModel)}
    for op in _flat(migration.operations):
        fault = "" if getattr(op, "model_name_lower", None) in new_models else _fault_of(op, before, migration)
        if fault:
            yield f"{op.describe()}: {fault}"


def _flat(ops: Sequence[Any]) -> Iterator[Any]:
    for op in ops:
        if isinstance(op, operations.SeparateDatabaseAndState):
            yield from _flat(op.database_operations)
        else:
            yield op


def _fault_of(op: Any, before: ProjectState, migration: Migration) -> str:
    if isinstance(op, (AddIndexOnline, RemoveIndexOnline)):
        return "" if not migration.atomic else "write atomic = False in its migration"
    if isinstance(op, REMOVALS):
        return "processes of the previous version still use it; do it one release after the code stopped"
    if isinstance(op, operations.AddIndex):
        return "writes to the table wait while it is built; use AddIndexOnline"
    if isinstance(op, operations.AddConstraint):
        return (
            "the table is locked while every row is checked; add it NOT VALID and validate it in a migration of its own"
        )
    if isinstance(op, operations.AddField):
        return _fault_of_new(op.field)
    if isinstance(op, operations.AlterField):
        return _fault_of_change(before.models[migration.app_label, op.model_name_lower].fields[op.name], op.field)
    if isinstance(op, (operations.RunPython, operations.RunSQL)):
        return "its locks and duration cannot be checked; state why it is safe"
    return ""


def _fault_of_new(field: Any) -> str:
    if field.unique or field.db_index or field.remote_field is not None:
        return "an index is built while the table is locked; add the column first, then its index online"
    if not field.null and not field.has_db_default() and not field.many_to_many:
        return "processes of the previous version insert rows without it; give it null=True or a db_default"
    return ""


def _fault_of_change(old: Any, new: Any) -> str:
    if old.get_internal_type() != new.get_internal_type():
        return "the table is rewritten; add another column and copy the values"
    if (new.max_length or 0) < (old.max_length or 0):
        return "longer values do not fit, and the table is rewritten"
    if old.null and not new.null:
        return "the table is locked while every row is checked"
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        return "an index is built while the table is locked; add it online"
    return ""
