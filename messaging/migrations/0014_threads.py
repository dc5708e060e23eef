import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0013_feedback"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_broadcast",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(model_name="message", name="last_reply_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="message", name="repliers", field=models.JSONField(null=True)),
        migrations.CreateModel(
            name="ThreadFollower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_following", models.BooleanField(default=True)),
                ("last_read_seq", models.BigIntegerField(default=0)),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followers",
                        to="messaging.message",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("thread", "user"), name="thread_follower_once")],
            },
        ),
    ]
