"""What readers do with a message: react, pin, report, read up to it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.actions.editing import locked_message
from messaging.actions.posting import marking
from messaging.context import Place
from messaging.emoji import is_emoji
from messaging.errors import MessageDeleted, unknown_id
from messaging.models import Message, Reaction, Report
from rosetta.db.compiled import run_together
from rosetta.errors import Invalid
from rosetta.ids import NO_ID, parse_ulid
from rosetta.wake import wake
from workspaces.models import ReadMark
from workspaces.streams import events

MAX_KINDS = 20


def _standing(place: Place, message_id: str) -> Message:
    place.check_open()
    message = locked_message(place, message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    return message


@transaction.atomic
def add_reaction(*, place: Place, message_id: str, emoji: str) -> None:
    """React with one emoji; again changes nothing. Raises Invalid for what is none, or for a 21st kind."""
    if not is_emoji(emoji):
        raise Invalid({"emoji": [_("Choose one emoji.")]})
    message = _standing(place, message_id)
    kinds = set(message.reactions.values_list("emoji", flat=True).distinct())
    if emoji not in kinds and len(kinds) >= MAX_KINDS:
        raise Invalid({"emoji": [_("A message takes at most %(max)d kinds of reactions.") % {"max": MAX_KINDS}]})
    _row, is_new = Reaction.objects.get_or_create(message=message, emoji=emoji, user=place.user, guest=place.guest)
    if is_new:
        _reacted(place, message, emoji, "reaction.added", 1)


@transaction.atomic
def remove_reaction(*, place: Place, message_id: str, emoji: str) -> None:
    """Take a reaction back; one that is not there is no error."""
    message = locked_message(place, message_id)
    rows = Reaction.objects.filter(message=message, emoji=emoji, user=place.user, guest=place.guest)
    if rows.delete()[0]:
        _reacted(place, message, emoji, "reaction.removed", -1)


def _reacted(place: Place, message: Message, emoji: str, kind: str, change: int) -> None:
    Message.objects.filter(pk=message.pk).update(reaction_count=F("reaction_count") + change)
    data: dict[str, Any] = {
        "message_id": message.pk,
        "emoji": emoji,
        "count": message.reactions.filter(emoji=emoji).count(),
        "user": {"id": place.user.pk, "name": place.user.name} if place.user is not None else None,
        "guest": {"id": place.guest.pk, "nickname": place.guest.nickname} if place.guest is not None else None,
    }
    events.append(place.conversation, events.Draft(kind, data))


@transaction.atomic
def set_pin(*, place: Place, message_id: str, pinned: bool) -> None:
    """Pin a message to its conversation, or unpin it; again changes nothing."""
    message = _standing(place, message_id) if pinned else locked_message(place, message_id)
    if (message.pinned_at is not None) == pinned:
        return
    message.pinned_at = timezone.now() if pinned else None
    message.save(update_fields=["pinned_at"])
    kind = "message.pinned" if pinned else "message.unpinned"
    events.append(place.conversation, events.Draft(kind, {"message_id": message.pk}))


@transaction.atomic
def report_message(*, place: Place, message: Message, reason: str) -> bool:
    """Ask staff to look at what the message says now; True when this is the first time that this person asks."""
    said = {"reason": reason, "content": message.content}
    _row, is_new = Report.objects.get_or_create(message=message, reporter=place.user, defaults=said)
    return is_new


@dataclass(frozen=True, slots=True)
class ReadState:
    last_read_seq: int
    unread_count: int


@transaction.atomic
def mark_read(*, place: Place, message_id: str) -> ReadState:
    """Say that everything up to a message is read; a mark never moves back. Raises Invalid for an unknown message."""
    seq = (
        Message.objects.filter(conversation=place.conversation, pk=parse_ulid(message_id) or NO_ID)
        .values_list("seq", flat=True)
        .first()
    )
    if seq is None or place.user is None:
        raise unknown_id("message_id")
    run_together([marking(user_id=place.user.pk, conversation_id=place.conversation.pk, seq=seq)])
    read = ReadMark.objects.get(user=place.user, conversation=place.conversation).last_read_seq
    user_id, conversation_id = place.user.pk, place.conversation.pk
    transaction.on_commit(lambda: wake(f"read:{user_id}:{conversation_id}:{read}"))
    # Never below none: what one says oneself meanwhile moves the mark past what was read of the conversation.
    return ReadState(read, max(0, place.conversation.last_seq - read))
