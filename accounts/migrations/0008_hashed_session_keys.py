"""Store sessions by the SHA-256 of their keys, so that who reads the table opens nothing."""

import hashlib
from typing import Any

from django.db import migrations, models, transaction
from django.db.models.functions import Length

CLEAR, HASHED = 32, 64
BATCH = 500


def hash_keys(apps: Any, schema_editor: Any) -> None:
    """Hash every stored key, a batch a transaction. Idempotent: one that was stopped goes on where it was."""
    sessions = apps.get_model("accounts", "Session").objects.using(schema_editor.connection.alias)
    clear = sessions.annotate(length=Length("session_key")).filter(length=CLEAR)
    while keys := list(clear.values_list("session_key", flat=True)[:BATCH]):
        with transaction.atomic(using=schema_editor.connection.alias):
            for key in keys:
                hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
                sessions.filter(session_key=key).update(session_key=hashed)


def end_hashed(apps: Any, schema_editor: Any) -> None:
    """End the sessions whose keys nobody knows but their browsers: the version before finds none of them."""
    sessions = apps.get_model("accounts", "Session").objects.using(schema_editor.connection.alias)
    sessions.annotate(length=Length("session_key")).filter(length=HASHED).delete()


class Migration(migrations.Migration):
    atomic = False
    accepted = (
        "a batch of 500 keys holds their rows for a moment and nothing else; processes of the version before ask whoever "
        "calls them meanwhile to sign in again, which is better than keys that lie open for one release more"
    )

    dependencies = [
        ("accounts", "0007_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="session_key",
            field=models.CharField(
                max_length=64, primary_key=True, serialize=False, verbose_name="hashed session key"
            ),
        ),
        migrations.RunPython(hash_keys, end_hashed),
    ]
