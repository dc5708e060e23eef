"""A migration that a running service would notice is refused.

Bad and good examples side by side.
"""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from rosetta.db.online_indexes import AddIndexOnline, RemoveIndexOnline
from rosetta.db.upgrades import judge

INDEX = models.Index(fields=["name"], name="thing_by_name")


def add(field: Any) -> migrations.AddField:
    return migrations.AddField("thing", "more", field)


def alter(field: Any) -> migrations.AlterField:
    return migrations.AlterField("thing", "name", field)


def judged(*operations: Any, atomic: bool = True, accepted: str = "") -> list[str]:
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50, null=True))]
    state.add_model(ModelState("shop", "Thing", fields))
    migration = migrations.Migration("0002_more", "shop")
    migration.operations, migration.atomic = list(operations), atomic
    if accepted:
        migration.accepted = accepted  # type: ignore[attr-defined]
    return list(judge(migration, state))


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (add(models.IntegerField(default=0)), "db_default"),
        (add(models.ForeignKey("shop.Thing", models.CASCADE, null=True)), "index is built"),
        (add(models.CharField(max_length=9, null=True, db_index=True)), "index is built"),
        (alter(models.TextField(null=True)), "rewritten"),
        (alter(models.CharField(max_length=40, null=True)), "do not fit"),
        (alter(models.CharField(max_length=50)), "every row"),
        (alter(models.CharField(max_length=50, null=True, unique=True)), "online"),
        (migrations.AddIndex("thing", INDEX), "AddIndexOnline"),
        (AddIndexOnline("thing", INDEX), "atomic = False"),
        (migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="thing_once")), "NOT VALID"),
        (migrations.RemoveField("thing", "name"), "one release after"),
        (migrations.RenameField("thing", "name", "title"), "one release after"),
        (migrations.DeleteModel("Thing"), "one release after"),
        (migrations.RunPython(migrations.RunPython.noop), "state why"),
        (migrations.RunSQL("UPDATE shop_thing SET name = ''"), "state why"),
        (migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "name")]), "one release after"),
    ],
)
def test_what_a_running_service_would_notice_is_refused(operation: Any, told: str) -> None:
    found = judged(operation)
    assert len(found) == 1
    assert told in found[0]
    assert judged(operation, accepted="nothing of it was released") == []


@pytest.mark.parametrize(
    "operation",
    [
        add(models.IntegerField(null=True)),
        add(models.IntegerField(db_default=0)),
        alter(models.CharField(max_length=60, null=True)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AlterModelOptions("thing", {"verbose_name": "object"}),
        migrations.RemoveIndex("thing", "thing_by_name"),
    ],
)
def test_what_it_would_not_notice_is_taken(operation: Any) -> None:
    assert judged(operation) == []


def test_a_table_that_is_new_may_have_anything() -> None:
    made = migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])
    assert judged(made, migrations.AddIndex("other", models.Index(fields=["id"], name="other_by_id"))) == []


def test_an_index_goes_in_and_out_while_others_write() -> None:
    assert judged(AddIndexOnline("thing", INDEX), RemoveIndexOnline("thing", "thing_by_name"), atomic=False) == []


@pytest.mark.django_db(transaction=True)
def test_the_online_operations_build_what_they_say() -> None:
    before = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50, null=True))]
    before.add_model(ModelState("rosetta", "Thing", fields))
    added, removed = AddIndexOnline("thing", INDEX), RemoveIndexOnline("thing", "thing_by_name")
    after = before.clone()
    added.state_forwards("rosetta", after)

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "rosetta_thing"))

    with connection.schema_editor(atomic=connection.vendor == "sqlite") as editor:
        editor.create_model(before.apps.get_model("rosetta", "Thing"))
    try:
        seen = []
        for run in (
            lambda editor: added.database_forwards("rosetta", editor, before, after),
            lambda editor: removed.database_forwards("rosetta", editor, after, before),
            lambda editor: removed.database_backwards("rosetta", editor, before, after),
            lambda editor: added.database_backwards("rosetta", editor, after, before),
        ):
            with connection.schema_editor(atomic=False) as editor:
                run(editor)
            seen.append("thing_by_name" in indexes())
        assert seen == [True, False, True, False]
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(before.apps.get_model("rosetta", "Thing"))


def test_no_migration_of_ours_would_be_noticed() -> None:
    call_command("check_migrations")
