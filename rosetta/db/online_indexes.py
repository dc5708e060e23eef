"""Operations for migrations that a running service does not notice."""

from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex

POSTGRESQL = "postgresql"


class AddIndexOnline(AddIndex):
    """An index that is built while others write, on PostgreSQL; its migration says ``atomic = False``."""

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
    """Likewise, away."""

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
