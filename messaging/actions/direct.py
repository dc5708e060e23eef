"""Open direct conversations, and block people in them."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from messaging.access import direct_conversations_of
from messaging.errors import unknown_id
from messaging.models import Block, DirectConversation
from rosetta import access_changes
from rosetta.errors import Invalid
from rosetta.ids import new_ulid
from workspaces.models import Conversation


@transaction.atomic
def open_direct(*, user: User, other_id: int) -> tuple[DirectConversation, bool]:
    """Return the direct conversation of ``user`` and another person, and whether it is new.

    Idempotent, also for parallel requests. Raises Invalid for the caller's own id and for an unknown person.
    """
    if other_id == user.pk:
        raise Invalid({"participant_user_id": [_("You cannot open a direct conversation with yourself.")]})
    if not User.objects.filter(pk=other_id, is_active=True).exists():
        raise unknown_id("participant_user_id")
    low, high = sorted((user.pk, other_id))
    pair = direct_conversations_of(user).filter(low_id=low, high_id=high)
    existing = pair.first()
    if existing is not None:
        return existing, False
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(pk=new_ulid())
            DirectConversation.objects.create(conversation=conversation, low_id=low, high_id=high)
    except IntegrityError:
        return pair.get(), False
    access_changes.record(access_changes.Kind.USER, [low, high])
    return pair.get(), True


@transaction.atomic
def set_block(*, user: User, other_id: int, blocked: bool) -> None:
    """Refuse direct messages of ``other_id`` to ``user``, or accept them again.

    Idempotent. Does nothing for the caller's own id and for an unknown person, so that it does not tell who exists.
    """
    if other_id == user.pk or not User.objects.filter(pk=other_id).exists():
        return
    if blocked:
        Block.objects.get_or_create(blocker=user, blocked_id=other_id)
    else:
        Block.objects.filter(blocker=user, blocked_id=other_id).delete()
    access_changes.record(access_changes.Kind.USER, [other_id])
