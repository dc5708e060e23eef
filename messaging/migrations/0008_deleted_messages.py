from django.db import migrations, models

from rosetta.db.online_indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0007_one_spelling_of_an_emoji"),
    ]

    operations = [
        AddIndexOnline(
            model_name="message",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)), fields=["conversation", "seq"], name="message_deleted"
            ),
        ),
    ]
