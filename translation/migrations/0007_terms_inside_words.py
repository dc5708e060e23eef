from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("translation", "0006_local_model_trials"),
    ]

    operations = [
        migrations.AddField(
            model_name="glossaryterm",
            name="inside_words",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
