from django.db import migrations, models

from rosetta.db.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0011_workspace_exports"),
    ]

    operations = [
        AddIndexOnline(
            model_name="message",
            index=models.Index(
                condition=models.Q(("attachment_count__gt", 0)), fields=["conversation", "-id"], name="message_with_files"
            ),
        ),
    ]
