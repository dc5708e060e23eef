"""What an account's export has about messages.

Conversations, and what the account wrote and did in them.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Prefetch, Q, QuerySet, Value

from accounts import lifecycle
from accounts.models import User
from messaging import access
from messaging.mentions import present_names
from messaging.models import (
    Block,
    DirectConversation,
    KeptDraft,
    Message,
    MessageTranslation,
    Reaction,
    Report,
    SavedMessage,
    ThreadFollower,
    TranslationFeedback,
)
from messaging.translations.plan import AUTHOR
from rosetta.times import moment
from workspaces.access import channels_read_by
from workspaces.models import Channel, Conversation, ReadMark

_MESSAGE_FIELDS = (
    "conversation_id", "seq", "type", "language", "content", "parent_id", "mentions", "is_automation", "skip_translation",
    "created_at", "edited_at", "pinned_at",
)  # fmt: skip


def messages_of(user: User) -> QuerySet[Message]:
    """Return the messages that ``user`` wrote and did not delete, oldest first."""
    return Message.objects.filter(sender_user=user, deleted_at=None).order_by("pk")


def _messages(user: User) -> QuerySet[Message]:
    own = MessageTranslation.objects.filter(engine=AUTHOR).only("message_id", "language", "text")
    variants = Prefetch("translations", queryset=own.order_by("language"), to_attr="variants")
    return messages_of(user).only("id", *_MESSAGE_FIELDS).prefetch_related("attachments", "revisions", variants)


def _show_present_names(rows: Sequence[Message]) -> None:
    """Put the present names of the people whom they mention into the texts of ``rows``, with at most two queries for all."""
    names = present_names((row.mentions, (row.content, *(one.content for one in row.revisions.all()))) for row in rows)
    for row in rows:
        row.content = names.text(row.content, row.mentions) or ""
        for one in row.revisions.all():
            one.content = names.text(one.content, row.mentions) or ""


def _message(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "conversation_id": row.conversation_id,
        "seq": row.seq,
        "type": row.type,
        "language": row.language,
        "content": row.content,
        "variants": {one.language: one.text for one in row.variants},
        "parent_message_id": row.parent_id,
        "mentions": [{"kind": mention["kind"], "id": mention["id"]} for mention in row.mentions],
        "attachments": [
            {"id": one.pk, "file_id": one.file_id}
            for one in sorted(row.attachments.all(), key=lambda one: one.position)
        ],
        "earlier": [
            {"revision": one.revision, "content": one.content, "until": moment(one.created_at)}
            for one in sorted(row.revisions.all(), key=lambda one: one.revision)
        ],
        "is_automation": row.is_automation,
        "skip_translation": row.skip_translation,
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at),
        "pinned_at": moment(row.pinned_at),
    }


def _conversations(user: User) -> QuerySet[Conversation]:
    """Return the conversations that ``user`` reads, made, wrote or did something in.

    ``is_readable``: reads now.
    """
    directs = access.direct_conversations_of(user).order_by()
    channels = channels_read_by(user)
    reacted = Reaction.objects.filter(user=user)
    concerned = (
        Q(pk__in=directs.values("pk"))
        | Q(pk__in=channels.values("pk"))
        | Q(pk__in=Channel.objects.filter(created_by=user).values("pk"))
        | Q(pk__in=messages_of(user).order_by().values("conversation_id"))
        | Q(pk__in=reacted.values("message__conversation_id"))
        | Q(pk__in=ReadMark.objects.filter(user=user).values("conversation_id"))
    )
    is_readable = Exists(channels.filter(pk=OuterRef("pk"))) | Exists(directs.filter(pk=OuterRef("pk")))
    people = ("directconversation__low", "directconversation__high")
    return (
        Conversation.objects.filter(concerned)
        .annotate(is_readable=is_readable, reader_id=Value(user.pk, output_field=BigIntegerField()))
        .select_related("channel__workspace", *people)
        .order_by("pk")
    )


def _conversation(row: Any) -> dict[str, Any]:
    """Return a conversation with its names, or without them where the account reads it no longer."""
    channel: Channel | None = getattr(row, "channel", None)
    direct: DirectConversation | None = getattr(row, "directconversation", None)
    shown: dict[str, Any] = {
        "id": row.pk,
        "kind": "direct" if direct else "channel" if channel else "deleted",
        "is_readable": row.is_readable,
        "name": None,
        "workspace": None,
        "with": None,
        "is_archived": False,
        "created_by_me": channel is not None and channel.created_by_id == row.reader_id,
    }
    if not row.is_readable:
        return shown
    if direct is not None:
        other = direct.low if direct.high_id == row.reader_id else direct.high
        return {**shown, "name": other.name, "with": {"id": other.pk, "name": other.name}}
    if channel is not None:
        workspace = {"id": channel.workspace_id, "name": channel.workspace.name}
        return {**shown, "name": channel.name, "workspace": workspace, "is_archived": channel.is_archived}
    return shown


def _reaction(row: Reaction) -> dict[str, Any]:
    return {
        "message_id": row.message_id,
        "conversation_id": row.message.conversation_id,
        "emoji": row.emoji,
        "created_at": moment(row.created_at),
    }


def _correction(row: MessageTranslation) -> dict[str, Any]:
    return {
        "message_id": row.message_id,
        "conversation_id": row.message.conversation_id,
        "language": row.language,
        "text": row.text,
        "corrected_at": moment(row.ready_at),
    }


def _report(row: Report) -> dict[str, Any]:
    """Return a report without the text of the other person's message, which may have been erased since."""
    return {
        "message_id": row.message_id,
        "reason": row.reason,
        "created_at": moment(row.created_at),
        "resolved_at": moment(row.resolved_at),
    }


EXPORTERS = (
    lifecycle.lines(
        "conversations",
        rows=_conversations,
        line=_conversation,
        covers=(
            "messaging.DirectConversation.low",
            "messaging.DirectConversation.high",
            "workspaces.Channel.created_by",
        ),
    ),
    lifecycle.lines(
        "messages",
        rows=_messages,
        prepare=_show_present_names,
        line=_message,
        covers=("messaging.Message.sender_user", "messaging.Attachment", "messaging.MessageRevision"),
    ),
    lifecycle.lines(
        "reactions",
        rows=lambda user: (
            Reaction.objects.filter(user=user, message__deleted_at=None)
            .select_related("message")
            .only("message__conversation_id", "emoji", "created_at")
            .order_by("pk")
        ),
        line=_reaction,
        covers=("messaging.Reaction.user",),
    ),
    lifecycle.lines(
        "corrections",
        rows=lambda user: (
            MessageTranslation.objects.filter(corrected_by=user, message__deleted_at=None)
            .select_related("message")
            .only("message__conversation_id", "language", "text", "ready_at")
            .order_by("pk")
        ),
        line=_correction,
        covers=("messaging.MessageTranslation.corrected_by",),
    ),
    lifecycle.lines(
        "translation_feedback",
        rows=lambda user: (
            TranslationFeedback.objects.filter(user=user)
            .select_related("translation")
            .only("translation__message_id", "translation__language", "verdict", "created_at")
            .order_by("pk")
        ),
        line=lambda row: {
            "message_id": row.translation.message_id,
            "language": row.translation.language,
            "verdict": row.verdict,
            "created_at": moment(row.created_at),
        },
        covers=("messaging.TranslationFeedback.user",),
    ),
    lifecycle.lines(
        "saved",
        rows=lambda user: (
            SavedMessage.objects.filter(user=user)
            .select_related("message")
            .only("message__conversation_id", "created_at")
            .order_by("pk")
        ),
        line=lambda row: {
            "message_id": row.message_id,
            "conversation_id": row.message.conversation_id,
            "created_at": moment(row.created_at),
        },
        covers=("messaging.SavedMessage.user",),
    ),
    lifecycle.lines(
        "threads",
        rows=lambda user: (
            ThreadFollower.objects.filter(user=user)
            .select_related("thread")
            .only("thread__conversation_id", "is_following")
            .order_by("pk")
        ),
        line=lambda row: {
            "message_id": row.thread_id,
            "conversation_id": row.thread.conversation_id,
            "is_following": row.is_following,
        },
        covers=("messaging.ThreadFollower.user",),
    ),
    lifecycle.lines(
        "reports",
        rows=lambda user: Report.objects.filter(reporter=user).order_by("pk"),
        line=_report,
        covers=("messaging.Report.reporter",),
    ),
    lifecycle.lines(
        "drafts",
        rows=lambda user: KeptDraft.objects.filter(user=user).order_by("pk"),
        line=lambda row: {
            "conversation_id": row.conversation_id,
            "parent_message_id": row.parent_id,
            "content": row.content,
            "updated_at": moment(row.updated_at),
        },
        covers=("messaging.KeptDraft.user",),
    ),
    lifecycle.lines(
        "blocks",
        # Ids alone, because a block tells no name of somebody whom one does not know.
        rows=lambda user: Block.objects.filter(blocker=user).order_by("pk"),
        line=lambda row: {"user_id": row.blocked_id, "created_at": moment(row.created_at)},
        covers=("messaging.Block.blocker",),
    ),
)
NOT_EXPORTED = {
    "messaging.Block.blocked": "who blocks somebody is the blocker's own business",
    "messaging.IdempotencyKey": "marks of requests, deleted after a day",
    "messaging.Message.sender_guest": "guests have no account",
    "messaging.MessageTranslation": "made by engines; a person's own are in messages.jsonl and corrections.jsonl",
    "messaging.Reaction.guest": "guests have no account",
    "messaging.WorkspaceExport.user": "the workspace's data, not the account's; deleted after a week",
    "messaging.ModeratorDecision.decided_by": "the work of moderators, which the audit log has",
    "messaging.Report.decided_by": "the work of staff, which the audit log has",
}


def _erase_drafts(user: User) -> int:
    return KeptDraft.objects.filter(user=user).delete()[0]


# There are at most a few hundred of them.
DRAFTS = lifecycle.Eraser("drafts", lambda user: KeptDraft.objects.filter(user=user).count(), _erase_drafts)
