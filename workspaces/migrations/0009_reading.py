from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0008_context"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="also_reads",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
