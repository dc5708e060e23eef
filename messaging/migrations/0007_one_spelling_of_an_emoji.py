from typing import Any

from django.db import migrations, transaction
from django.db.models import F

from messaging.emoji import canonical_emoji


def merge_spellings(apps: Any, schema_editor: Any) -> None:
    """Give reactions the canonical spelling of their emoji; of one person's reactions that are then the same, one stays."""
    Reaction = apps.get_model("messaging", "Reaction")
    stored = Reaction.objects.order_by().values_list("emoji", flat=True).distinct()
    canonical = {spelling: canonical_emoji(spelling) or spelling for spelling in stored}
    others = [spelling for spelling, emoji in canonical.items() if emoji != spelling]
    reactions = Reaction.objects.filter(emoji__in=others)
    for message_id in list(reactions.order_by().values_list("message_id", flat=True).distinct()) if others else []:
        with transaction.atomic():
            _merge_in(apps, message_id, others, canonical)


def _merge_in(apps: Any, message_id: str, others: list[str], canonical: dict[str, str]) -> None:
    """Merge the spellings of one message's reactions, under its conversation's lock, which every reaction takes."""
    Reaction, Message = apps.get_model("messaging", "Reaction"), apps.get_model("messaging", "Message")
    conversations = apps.get_model("workspaces", "Conversation").objects.filter(messages=message_id)
    conversations.select_for_update(of=("self",)).values_list("pk").first()
    dropped = 0
    for row in Reaction.objects.filter(message_id=message_id, emoji__in=others).order_by("pk"):
        emoji = canonical[row.emoji]
        twin = Reaction.objects.filter(message_id=message_id, emoji=emoji, user=row.user_id, guest=row.guest_id)
        if twin.exists():
            row.delete()
            dropped += 1
        else:
            row.emoji = emoji
            row.save(update_fields=["emoji"])
    if dropped:
        Message.objects.filter(pk=message_id).update(reaction_count=F("reaction_count") - dropped)


class Migration(migrations.Migration):
    # One transaction for each message, so that no conversation is locked for longer than its reactions take.
    atomic = False
    accepted = (
        "Each message is merged under its conversation's lock, for which a reaction of the previous version waits shortly. "
        "What that version adds afterwards in another spelling is shown, counted and removed as the canonical one."
    )

    dependencies = [
        ("messaging", "0006_reported_content"),
    ]

    operations = [
        migrations.RunPython(merge_spellings, migrations.RunPython.noop, elidable=True),
    ]
