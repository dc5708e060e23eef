"""Find the conversations and messages that a caller may reach."""

from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Guest, User
from messaging.context import ConversationContext
from messaging.errors import Blocked, MessageDeleted, unknown_id
from messaging.models import (
    Attachment,
    Block,
    DirectConversation,
    KeptDraft,
    Message,
    MessageTranslation,
    Report,
    TranslationFeedback,
)
from rosetta import languages
from rosetta.errors import NotFound
from rosetta.ids import NO_ID, parse_ulid
from rosetta.languages import Reading
from workspaces.access import channels_read_by, name_or_reading, open_to, readable_channel
from workspaces.audience import Audience, audience_of, heard_languages
from workspaces.errors import RoomEnded
from workspaces.models import Channel, Conversation, Member, Visibility, Webhook
from workspaces.unread import with_unread_replies

# How many channels a person's card names.
SHARED_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as somebody who knows them sees them.

    ``direct_id`` is the id of their direct conversation, if they have one.
    """

    person: User
    shared_channels: list[Channel]
    direct_id: str | None
    is_blocked: bool


def channel_context(user: User, workspace_id: str, channel_id: str, *, to_write: bool = False) -> ConversationContext:
    """Return the context of ``user`` in a channel.

    Raises NotFound, and Forbidden before the channel's password was given.
    """
    readable = readable_channel(user, workspace_id, channel_id, with_audience=to_write)
    return ConversationContext(
        conversation=readable.channel.conversation,
        channel=readable.channel,
        workspace=readable.channel.workspace,
        user=user,
        reading=readable.member.reading,
        is_moderator=readable.member.is_moderator,
        audience=audience_of(readable.channel) if to_write else Audience(),
    )


def direct_context(user: User, conversation_id: str, *, to_write: bool = False) -> ConversationContext:
    """Return the context of ``user`` in a direct conversation.

    Raises NotFound; to write also Blocked, when the other person blocks ``user``.
    """
    direct = direct_conversations_of(user).filter(pk=conversation_id).first()
    if direct is None:
        raise NotFound
    if to_write and Block.objects.filter(blocker=other_in(direct, user), blocked=user).exists():
        raise Blocked
    return ConversationContext(
        conversation=direct.conversation,
        direct=direct,
        user=user,
        reading=user.reading,
        audience=Audience.of((direct.low.reading, direct.high.reading)),
    )


def room_context(guest: Guest, *, to_write: bool = False) -> ConversationContext:
    """Return the context of ``guest`` in the channel of its room.

    Raises NotFound when the channel was deleted.
    """
    channels = Channel.objects.select_related("conversation", "workspace").filter(workspace_id=guest.workspace_id)
    if to_write:
        channels = channels.annotate(heard=heard_languages())
    channel = channels.order_by("created_at").first()
    if channel is None:
        raise NotFound
    return ConversationContext(
        conversation=channel.conversation,
        channel=channel,
        workspace=channel.workspace,
        guest=guest,
        reading=Reading(guest.preferred_language),
        audience=audience_of(channel) if to_write else Audience(),
    )


def webhook_context(webhook: Webhook, channel_id: str | None) -> ConversationContext:
    """Return the context of a webhook's post.

    The channel of ``channel_id``, if public, else the webhook's default channel.

    Raises Invalid where there is none, or the channel belongs to another workspace.
    """
    target_id = parse_ulid(channel_id) if channel_id is not None else webhook.default_channel_id
    usable = Q(visibility=Visibility.PUBLIC) | Q(pk=webhook.default_channel_id)
    channel = (
        Channel.objects.select_related("conversation", "workspace")
        .filter(usable, pk=target_id or NO_ID, workspace_id=webhook.workspace_id)
        .annotate(heard=heard_languages())
        .first()
    )
    if channel is None:
        raise unknown_id("channel_id")
    return ConversationContext(
        conversation=channel.conversation,
        channel=channel,
        workspace=channel.workspace,
        reading=Reading(languages.DEFAULT),
        audience=audience_of(channel),
    )


def readable_attachment(caller: User | Guest, attachment_id: str) -> Attachment:
    """Return an attachment of a channel's message that ``caller`` can read.

    Raises NotFound; Forbidden before the channel's password was given; RoomEnded for a guest whose access has ended.
    """
    if isinstance(caller, Guest) and not caller.is_admitted(timezone.now()):
        raise RoomEnded
    attachment = _attachment(attachment_id)
    channel = Channel.objects.filter(pk=attachment.message.conversation_id).first()
    if channel is None:
        raise NotFound
    if not isinstance(caller, Guest):
        channel_context(caller, channel.workspace_id, channel.pk)
    elif caller.workspace_id != channel.workspace_id:
        raise NotFound
    return attachment


def readable_direct_attachment(user: User, attachment_id: str) -> Attachment:
    """Return an attachment in one of ``user``'s direct conversations. Raises NotFound."""
    attachment = _attachment(attachment_id)
    direct_context(user, attachment.message.conversation_id)
    return attachment


def _attachment(attachment_id: str) -> Attachment:
    attachment = Attachment.objects.select_related("file", "message").filter(pk=attachment_id).first()
    if attachment is None:
        raise NotFound
    return attachment


def context_of_message(user: User, message_id: str, *, to_write: bool = False) -> ConversationContext:
    """Return the context of ``user`` in a message's conversation.

    Raises as ``direct_context`` and ``channel_context`` do.
    """
    message = Message.objects.filter(pk=message_id).only("conversation_id").first()
    if message is None:
        raise NotFound
    channel = Channel.objects.filter(pk=message.conversation_id).first()
    if channel is None:
        return direct_context(user, message.conversation_id, to_write=to_write)
    return channel_context(user, channel.workspace_id, channel.pk, to_write=to_write)


def direct_conversations_of(user: User) -> QuerySet[DirectConversation]:
    return DirectConversation.objects.select_related("conversation", "low", "high").filter(Q(low=user) | Q(high=user))


def other_in(direct: DirectConversation, user: User) -> User:
    return direct.high if direct.low_id == user.pk else direct.low


def messages_in(context: ConversationContext) -> QuerySet[Message]:
    return Message.objects.filter(conversation=context.conversation)


def message_in(context: ConversationContext, message_id: str) -> Message:
    """Return a message of the conversation, deleted ones too. Raises NotFound."""
    message = messages_in(context).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def conversations_read_by(user: User) -> QuerySet[Conversation]:
    """Return the conversations that ``user`` reads now: channels of all workspaces, and direct ones."""
    channels = channels_read_by(user).filter(workspace__deleted_at=None)
    directs = DirectConversation.objects.filter(Q(low=user) | Q(high=user))
    return Conversation.objects.filter(Q(pk__in=channels.values("pk")) | Q(pk__in=directs.values("pk")))


def is_readable(member: Member, message_id: str) -> bool:
    """Return whether a message is in a channel that ``member`` reads."""
    channels = Channel.objects.filter(open_to(member), workspace_id=member.workspace_id)
    return Message.objects.filter(pk=message_id, conversation__channel__in=channels).exists()


def read_directs_of(user: User) -> QuerySet[DirectConversation]:
    """Return ``direct_conversations_of`` annotated with ``unread`` and ``unread_replies``, which ``user`` has not read."""
    directs: QuerySet[DirectConversation] = with_unread_replies(direct_conversations_of(user), user)
    return directs


def context_in(user: User, conversation_id: str) -> ConversationContext:
    """Return the context of ``user`` in a channel or direct conversation.

    Raises as ``direct_context`` and ``channel_context`` do.
    """
    channel = Channel.objects.filter(pk=conversation_id).first()
    if channel is None:
        return direct_context(user, conversation_id)
    return channel_context(user, channel.workspace_id, channel.pk)


def drafts_of(user: User, conversation_id: str | None = None) -> QuerySet[KeptDraft]:
    """Return what ``user`` has begun to write where they still read, the last changed first."""
    channels = channels_read_by(user).filter(archived_at=None, pk=OuterRef("conversation"))
    directs = direct_conversations_of(user).filter(pk=OuterRef("conversation"))
    drafts = KeptDraft.objects.filter(Exists(channels) | Exists(directs), user=user)
    if conversation_id is not None:
        drafts = drafts.filter(conversation=parse_ulid(conversation_id) or NO_ID)
    return drafts.select_related("conversation__channel").order_by("-updated_at", "-pk")


def reports_for(member: Member, *, is_open: bool) -> QuerySet[Report]:
    """Return what was reported in channels that ``member``, a moderator, reads: waiting, the oldest first, or decided.

    Without reports of what ``member`` wrote, about which somebody else decides.
    """
    channels = Channel.objects.filter(open_to(member), workspace_id=member.workspace_id)
    reports = Report.objects.filter(message__conversation__channel__in=channels).exclude(
        message__sender_user=member.user_id
    )
    if is_open:
        reports = reports.filter(resolved_at=None, moderator_decision=None).order_by("pk")
    else:
        reports = reports.filter(moderator_decision__isnull=False).order_by("-moderator_decision__created_at", "-pk")
    return reports.select_related(
        "message__sender_user",
        "message__sender_guest",
        "message__sender_webhook",
        "message__conversation__channel",
        "moderator_decision__decided_by",
    )


def report_for(member: Member, report_id: int) -> Report:
    """Return a report that ``member``, a moderator, may see. Raises NotFound."""
    for is_open in (True, False):
        report = reports_for(member, is_open=is_open).filter(pk=report_id).first()
        if report is not None:
            return report
    raise NotFound


def selected_parent(context: ConversationContext, message_id: str | None) -> Message | None:
    """Return the message that a request's body names in ``parent_message_id``, if any. Raises Invalid."""
    if message_id is None:
        return None
    message = messages_in(context).filter(pk=parse_ulid(message_id) or NO_ID).first()
    if message is None:
        raise unknown_id("parent_message_id")
    return message


def known_blocks_of(user: User) -> QuerySet[Block]:
    """Return the blocks of people whom ``user`` knows, the last blocked first.

    Anybody can be blocked, so a list of all of them would tell the name of everybody.
    """
    rows = Block.objects.filter(_knows(user, OuterRef("blocked")), blocker=user)
    return rows.select_related("blocked").order_by("-pk")


def people_known_to(user: User, name_contains: str | None = None) -> QuerySet[User]:
    """Return the others who share a workspace or a conversation with ``user``, filtered by name where asked."""
    mine = Member.objects.filter(user=user, workspace__deleted_at=None).values("workspace")
    directs = direct_conversations_of(user)
    people = User.objects.filter(
        Q(pk__in=Member.objects.filter(workspace__in=mine).values("user"))
        | Q(pk__in=directs.values("low"))
        | Q(pk__in=directs.values("high")),
        is_active=True,
    ).exclude(pk=user.pk)
    return people.filter(name_or_reading("", name_contains)) if name_contains else people


def person_card(user: User, other_id: int) -> PersonCard:
    """Return what ``user`` may see of a person whom they know, themselves too. Raises NotFound."""
    other = User.objects.filter(Q(pk=user.pk) | Q(_knows(user, OuterRef("pk"))), pk=other_id).first()
    if other is None:
        raise NotFound
    both_read = channels_read_by(user).filter(pk__in=channels_read_by(other).values("pk"), archived_at=None)
    direct = direct_conversations_of(user).filter(Q(low=other) | Q(high=other)).first() if other.pk != user.pk else None
    return PersonCard(
        person=other,
        shared_channels=list(both_read.order_by("name", "pk")[:SHARED_CHANNELS]),
        direct_id=None if direct is None else direct.pk,
        is_blocked=Block.objects.filter(blocker=user, blocked=other).exists(),
    )


def is_known(user: User, other_id: int) -> bool:
    """Return whether ``user`` shares a workspace or a conversation with another person, and so may know their name."""
    return User.objects.filter(_knows(user, OuterRef("pk")), pk=other_id).exists()


def _knows(user: User, other: OuterRef) -> Q:
    """Return the condition that ``user`` shares a workspace or a direct conversation with the row's person ``other``."""
    shared = Member.objects.filter(user=user, workspace__deleted_at=None, workspace__members__user=other)
    directs = DirectConversation.objects.filter(Q(low=user, high=other) | Q(high=user, low=other))
    return Q(Exists(directs)) | Q(Exists(shared))


def person_at(email: str) -> User:
    """Return the person with this address. Raises NotFound."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        raise NotFound
    return user


def rejected_translations(member: Member) -> QuerySet[MessageTranslation]:
    """Return translations that readers called bad, in the channels that ``member`` reads, the last called so first.

    With ``bad``, how many did, and ``last_at``.
    """
    channels = Channel.objects.filter(open_to(member), workspace_id=member.workspace_id)
    is_open = Q(feedback__verdict=TranslationFeedback.Verdict.BAD, feedback__resolved_at=None)
    return (
        MessageTranslation.objects.filter(
            is_open, message__conversation__channel__in=channels, message__deleted_at=None, state="ready"
        )
        .annotate(bad=Count("feedback"), last_at=Max("feedback__created_at"))
        .select_related("message")
        .defer("terms", "message__terms")
        .order_by("-last_at", "-pk")
    )


def locked_message(context: ConversationContext, message_id: str) -> Message:
    """Return a message, deleted ones too, with its conversation locked until the commit. Raises NotFound.

    The lock orders the change with posting and translating. The caller is in a transaction.
    """
    Conversation.objects.select_for_update().filter(pk=context.conversation.pk).first()
    return message_in(context, message_id)


def locked_open_message(context: ConversationContext, message_id: str) -> Message:
    """Return and lock a message as ``locked_message`` does, if something may be done to it.

    Raises also ChannelArchived, RoomEnded and MessageDeleted.
    """
    context.check_open()
    message = locked_message(context, message_id)
    if message.deleted_at is not None:
        raise MessageDeleted
    return message
