"""Add and remove reactions."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from messaging.access import locked_message, locked_open_message
from messaging.context import ConversationContext
from messaging.emoji import is_emoji
from messaging.models import Message, Reaction
from rosetta.errors import Invalid
from workspaces.streams import events

MAX_KINDS = 20


@transaction.atomic
def add_reaction(*, context: ConversationContext, message_id: str, emoji: str) -> None:
    """React to a message with one emoji.

    Idempotent. Locks the conversation. Raises NotFound, MessageDeleted, and Invalid for another text than one emoji or for
    a kind beyond MAX_KINDS.
    """
    if not is_emoji(emoji):
        raise Invalid({"emoji": [_("Choose one emoji.")]})
    message = locked_open_message(context, message_id)
    kinds = set(message.reactions.values_list("emoji", flat=True).distinct())
    if emoji not in kinds and len(kinds) >= MAX_KINDS:
        raise Invalid({"emoji": [_("A message takes at most %(max)d kinds of reactions.") % {"max": MAX_KINDS}]})
    _row, is_new = Reaction.objects.get_or_create(message=message, emoji=emoji, user=context.user, guest=context.guest)
    if is_new:
        _announce(context, message, emoji, "reaction.added", 1)


@transaction.atomic
def remove_reaction(*, context: ConversationContext, message_id: str, emoji: str) -> None:
    """Remove the caller's reaction. Idempotent. Locks the conversation. Raises NotFound for an unknown message."""
    message = locked_message(context, message_id)
    rows = Reaction.objects.filter(message=message, emoji=emoji, user=context.user, guest=context.guest)
    if rows.delete()[0]:
        _announce(context, message, emoji, "reaction.removed", -1)


def _announce(context: ConversationContext, message: Message, emoji: str, kind: str, change: int) -> None:
    """Count the change with the message, and append its event."""
    user, guest = context.user, context.guest
    Message.objects.filter(pk=message.pk).update(reaction_count=F("reaction_count") + change)
    data: dict[str, Any] = {
        "message_id": message.pk,
        "emoji": emoji,
        "count": message.reactions.filter(emoji=emoji).count(),
        "user": {"id": user.pk, "name": user.name} if user is not None else None,
        "guest": {"id": guest.pk, "nickname": guest.nickname} if guest is not None else None,
    }
    events.append(context.conversation, events.NewEvent(kind, data))
