from django.db import migrations, models

from rosetta.db.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0014_threads"),
    ]

    operations = [
        AddIndexOnline(
            model_name="message",
            index=models.Index(
                condition=models.Q(("deleted_at", None), ("is_broadcast", False), ("parent__isnull", False)),
                fields=["conversation", "seq"],
                name="message_in_thread",
            ),
        ),
    ]
