"""The database itself refuses to change what the audit log says, whichever way the wish comes."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SAID = "The audit log is written once."
WRITE = {
    "postgresql": (
        "CREATE FUNCTION audit_log_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAID}'; END $$",
        "CREATE TRIGGER audit_log_refuses BEFORE UPDATE ON accounts_auditentry "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_refuses()",
    ),
    "sqlite": (
        "CREATE TRIGGER audit_log_refuses BEFORE UPDATE ON accounts_auditentry "
        f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END",
    ),
}
UNDO = {
    "postgresql": ("DROP TRIGGER audit_log_refuses ON accounts_auditentry", "DROP FUNCTION audit_log_refuses()"),
    "sqlite": ("DROP TRIGGER audit_log_refuses",),
}


def write(apps: Any, schema_editor: Any) -> None:
    for statement in WRITE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def undo(apps: Any, schema_editor: Any) -> None:
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_staff")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(write, undo),
    ]
