"""Migration operations that build and drop indexes without blocking a running service."""

from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex

POSTGRESQL = "postgresql"


class AddIndexOnline(AddIndex):
    """Build an index concurrently on PostgreSQL; the migration needs ``atomic = False``."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            online = {"concurrently": True} if schema_editor.connection.vendor == POSTGRESQL else {}
            schema_editor.add_index(model, self.index, **online)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            online = {"concurrently": True} if schema_editor.connection.vendor == POSTGRESQL else {}
            schema_editor.remove_index(model, self.index, **online)


class RemoveIndexOnline(RemoveIndex):
    """Drop an index concurrently on PostgreSQL; the migration needs ``atomic = False``."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            online = {"concurrently": True} if schema_editor.connection.vendor == POSTGRESQL else {}
            schema_editor.remove_index(model, index, **online)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            online = {"concurrently": True} if schema_editor.connection.vendor == POSTGRESQL else {}
            schema_editor.add_index(model, index, **online)
