"""Add and remove reactions."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from messaging.access import locked_message, locked_open_message
from messaging.context import ConversationContext
from messaging.emoji import canonical_emoji, folded
from messaging.models import Message, Reaction
from rosetta.errors import Invalid
from workspaces.streams import events

MAX_KINDS = 20


@transaction.atomic
def add_reaction(*, context: ConversationContext, message_id: str, emoji: str) -> None:
    """React to a message with one emoji, in any of its spellings.

    Idempotent. Locks the conversation. Raises NotFound, MessageDeleted, and Invalid for another text than one emoji or for
    a kind beyond MAX_KINDS.
    """
    canonical = canonical_emoji(emoji)
    if canonical is None:
        raise _no_emoji()
    message = locked_open_message(context, message_id)
    spellings = _spellings_on(message)
    if canonical not in spellings and len(spellings) >= MAX_KINDS:
        raise Invalid({"emoji": [_("A message takes at most %(max)d kinds of reactions.") % {"max": MAX_KINDS}]})
    if not _own(context, message, spellings[canonical]).exists():
        Reaction.objects.create(message=message, emoji=canonical, user=context.user, guest=context.guest)
        _announce(context, message, canonical, "reaction.added", 1)


@transaction.atomic
def remove_reaction(*, context: ConversationContext, message_id: str, emoji: str) -> None:
    """Remove the caller's reaction, in whichever spelling it was added.

    Idempotent. Locks the conversation. Raises NotFound for an unknown message; Invalid for another text than one emoji,
    unless an earlier version took it for one.
    """
    message = locked_message(context, message_id)
    canonical = folded(emoji)
    removed = _own(context, message, _spellings_on(message)[canonical]).delete()[0]
    if removed:
        _announce(context, message, canonical, "reaction.removed", -removed)
    elif canonical_emoji(emoji) is None:
        raise _no_emoji()


def _no_emoji() -> Invalid:
    return Invalid({"emoji": [_("Choose one emoji.")]})


def _spellings_on(message: Message) -> dict[str, list[str]]:
    """Return the spellings of the reactions to ``message`` by emoji.

    An emoji that nobody chose has none.

    Rows of the version before the canonical spelling may have others.
    """
    spellings: dict[str, list[str]] = defaultdict(list)
    for spelling in message.reactions.order_by().values_list("emoji", flat=True).distinct():
        spellings[folded(spelling)].append(spelling)
    return spellings


def _own(context: ConversationContext, message: Message, spellings: list[str]) -> QuerySet[Reaction]:
    return Reaction.objects.filter(message=message, emoji__in=spellings, user=context.user, guest=context.guest)


def _announce(context: ConversationContext, message: Message, emoji: str, kind: str, change: int) -> None:
    """Count the change with the message, and append its event."""
    user, guest = context.user, context.guest
    Message.objects.filter(pk=message.pk).update(reaction_count=F("reaction_count") + change)
    reactors = message.reactions.filter(emoji__in=_spellings_on(message)[emoji]).order_by()
    data: dict[str, Any] = {
        "message_id": message.pk,
        "emoji": emoji,
        "count": reactors.values("user", "guest").distinct().count(),
        "user": {"id": user.pk, "name": user.name} if user is not None else None,
        "guest": {"id": guest.pk, "nickname": guest.nickname} if guest is not None else None,
    }
    events.append(context.conversation, events.NewEvent(kind, data))
