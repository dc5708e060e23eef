"""Which conversations and messages a caller may reach."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Guest, User
from messaging.context import Place
from messaging.errors import Blocked, unknown_id
from messaging.models import Attachment, Block, DirectConversation, Message
from rosetta import languages
from rosetta.errors import NotFound
from rosetta.ids import NO_ID, parse_ulid
from workspaces.access import open_to, readable_channel
from workspaces.audience import heard_languages, languages_in
from workspaces.errors import RoomEnded
from workspaces.models import Channel, Member, ReadMark, Visibility, Webhook


def channel_place(user: User, workspace_id: str, channel_id: str, *, to_write: bool = False) -> Place:
    """A channel that ``user`` reads and writes. Raises NotFound, or Forbidden before its password was given."""
    seat = readable_channel(user, workspace_id, channel_id, with_audience=to_write)
    return Place(
        conversation=seat.channel.conversation,
        channel=seat.channel,
        workspace=seat.channel.workspace,
        user=user,
        language=seat.member.language,
        is_moderator=seat.member.is_moderator,
        heard=languages_in(seat.channel) if to_write else frozenset(),
    )


def direct_place(user: User, conversation_id: str, *, to_write: bool = False) -> Place:
    """A direct conversation that ``user`` has. Raises NotFound; Blocked when the other does not want ``user``'s words."""
    direct = direct_conversations_of(user).filter(pk=conversation_id).first()
    if direct is None:
        raise NotFound
    if to_write and Block.objects.filter(blocker=other_in(direct, user), blocked=user).exists():
        raise Blocked
    heard = frozenset({direct.low.preferred_language, direct.high.preferred_language})
    return Place(
        conversation=direct.conversation, direct=direct, user=user, language=user.preferred_language, heard=heard
    )


def room_place(guest: Guest, *, to_write: bool = False) -> Place:
    """The one channel that ``guest`` was admitted to. Raises NotFound when it is gone."""
    channels = Channel.objects.select_related("conversation", "workspace").filter(workspace_id=guest.workspace_id)
    if to_write:
        channels = channels.annotate(heard=heard_languages())
    channel = channels.order_by("created_at").first()
    if channel is None:
        raise NotFound
    return Place(
        conversation=channel.conversation,
        channel=channel,
        workspace=channel.workspace,
        guest=guest,
        language=guest.preferred_language,
        heard=languages_in(channel) if to_write else frozenset(),
    )


def webhook_place(webhook: Webhook, channel_id: str | None) -> Place:
    """The channel that a webhook posts to: the one named, if public, else its default.

    Raises Invalid where there is none, or for one that is not of its workspace.
    """
    wanted = parse_ulid(channel_id) if channel_id is not None else webhook.default_channel_id
    usable = Q(visibility=Visibility.PUBLIC) | Q(pk=webhook.default_channel_id)
    channel = (
        Channel.objects.select_related("conversation", "workspace")
        .filter(usable, pk=wanted or NO_ID, workspace_id=webhook.workspace_id)
        .annotate(heard=heard_languages())
        .first()
    )
    if channel is None:
        raise unknown_id("channel_id")
    return Place(
        conversation=channel.conversation,
        channel=channel,
        workspace=channel.workspace,
        language=languages.DEFAULT,
        heard=languages_in(channel),
    )


def readable_attachment(caller: User | Guest, attachment_id: str) -> Attachment:
    """An attachment of a channel's message that ``caller`` can read.

    Raises NotFound; Forbidden before a channel's password was given; RoomEnded to a guest whose stay is over.
    """
    if isinstance(caller, Guest) and not caller.is_admitted(timezone.now()):
        raise RoomEnded
    attachment = _attachment(attachment_id)
    channel = Channel.objects.filter(pk=attachment.message.conversation_id).first()
    if channel is None:
        raise NotFound
    if not isinstance(caller, Guest):
        channel_place(caller, channel.workspace_id, channel.pk)
    elif caller.workspace_id != channel.workspace_id:
        raise NotFound
    return attachment


def readable_direct_attachment(user: User, attachment_id: str) -> Attachment:
    """An attachment in one of ``user``'s direct conversations. Raises NotFound."""
    attachment = _attachment(attachment_id)
    direct_place(user, attachment.message.conversation_id)
    return attachment


def _attachment(attachment_id: str) -> Attachment:
    found = Attachment.objects.select_related("file", "message").filter(pk=attachment_id).first()
    if found is None:
        raise NotFound
    return found


def place_of_message(user: User, message_id: str, *, to_write: bool = False) -> Place:
    """Where a message stands, for who can read it. Raises what ``direct_place`` and ``channel_place`` raise."""
    message = Message.objects.filter(pk=message_id).only("conversation_id").first()
    if message is None:
        raise NotFound
    channel = Channel.objects.filter(pk=message.conversation_id).first()
    if channel is None:
        return direct_place(user, message.conversation_id, to_write=to_write)
    return channel_place(user, channel.workspace_id, channel.pk, to_write=to_write)


def direct_conversations_of(user: User) -> QuerySet[DirectConversation]:
    return DirectConversation.objects.select_related("conversation", "low", "high").filter(Q(low=user) | Q(high=user))


def other_in(direct: DirectConversation, user: User) -> User:
    return direct.high if direct.low_id == user.pk else direct.low


def messages_in(place: Place) -> QuerySet[Message]:
    return Message.objects.filter(conversation=place.conversation)


def message_in(place: Place, message_id: str) -> Message:
    """A message of the conversation, deleted ones too. Raises NotFound."""
    message = messages_in(place).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def is_readable(member: Member, message_id: str) -> bool:
    """Whether a message stands in a channel of the workspace that ``member`` reads."""
    channels = Channel.objects.filter(open_to(member), workspace_id=member.workspace_id)
    return Message.objects.filter(pk=message_id, conversation__channel__in=channels).exists()


def read_directs_of(user: User) -> QuerySet[DirectConversation]:
    """``direct_conversations_of`` with ``read``, how far ``user`` has read each."""
    marks = ReadMark.objects.filter(user=user, conversation=OuterRef("conversation")).values("last_read_seq")
    return direct_conversations_of(user).annotate(read=Coalesce(Subquery(marks), 0))


def blocks_of(user: User) -> QuerySet[Block]:
    """Whose direct messages ``user`` does not take, the last blocked first."""
    return Block.objects.filter(blocker=user).select_related("blocked").order_by("-pk")


def is_known(user: User, other_id: int) -> bool:
    """Whether ``user`` shares a workspace or a conversation with another, and so has seen their name."""
    low, high = sorted((user.pk, other_id))
    if direct_conversations_of(user).filter(low_id=low, high_id=high).exists():
        return True
    return Member.objects.filter(user=user, workspace__members__user_id=other_id).exists()


def person_at(email: str) -> User:
    """Who has this address. Raises NotFound."""
    found = User.objects.filter(email=email, is_active=True).first()
    if found is None:
        raise NotFound
    return found
