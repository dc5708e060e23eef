from django.db import migrations, models

from rosetta.db.online_indexes import AddIndexOnline, RemoveIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("workspaces", "0009_reading"),
    ]

    operations = [
        AddIndexOnline(
            model_name="member",
            index=models.Index(fields=["workspace", "language", "also_reads"], name="member_by_reading"),
        ),
        # After the other, which serves its queries too.
        RemoveIndexOnline(model_name="member", name="member_by_language"),
    ]
