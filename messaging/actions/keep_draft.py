"""Keep what a user has begun to write, the same on all their devices."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from messaging import access
from messaging.context import ConversationContext
from messaging.models import MAX_CONTENT, KeptDraft
from rosetta.errors import Invalid
from rosetta.pubsub import DraftChanged, publish_on_commit

# Drafts of a user; the oldest ones make room for new ones.
MAX_DRAFTS = 200


@transaction.atomic
def keep_draft(*, context: ConversationContext, user: User, content: str, parent_id: str | None = None) -> KeptDraft:
    """Store the draft of ``user`` in a conversation, or in reply to a message; the last write wins.

    Locks the user's row. Tells the user's own clients. Raises Invalid for a text that is too long, and for an unknown
    ``parent_message_id``.
    """
    if len(content) > MAX_CONTENT:
        raise Invalid(
            {"content": [_("The content must not be greater than %(max)d characters.") % {"max": MAX_CONTENT}]}
        )
    parent = access.selected_parent(context, parent_id)
    # One after the other, so that the limit holds and no two devices insert the same draft.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    draft, _is_new = KeptDraft.objects.update_or_create(
        user=user,
        conversation=context.conversation,
        parent=parent,
        defaults={"content": content, "updated_at": timezone.now()},
    )
    surplus = KeptDraft.objects.filter(user=user).order_by("-updated_at", "-pk")[MAX_DRAFTS:]
    KeptDraft.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()
    _tell(draft)
    return draft


@transaction.atomic
def forget_draft(*, context: ConversationContext, user: User, parent_id: str | None = None) -> None:
    """Delete the draft of ``user`` in a conversation, or in reply to a message. Idempotent."""
    draft = access.drafts_of(user).filter(conversation=context.conversation, parent=parent_id).first()
    if draft is not None:
        draft.delete()
        _tell(draft)


def _tell(draft: KeptDraft) -> None:
    publish_on_commit(DraftChanged(draft.user_id, draft.conversation_id, draft.parent_id))
