"""Which conversations and messages a caller may reach."""

from django.db.models import Q, QuerySet

from accounts.models import Guest, User
from messaging.errors import Blocked
from messaging.models import Block, DirectConversation, Message
from messaging.places import Place
from rosetta.errors import NotFound
from workspaces.access import readable_channel
from workspaces.audience import heard_languages, languages_in
from workspaces.models import Channel


def channel_place(user: User, workspace_id: str, channel_id: str, *, to_write: bool = False) -> Place:
    """A channel that ``user`` reads and writes. Raises NotFound, or Forbidden before its password was given."""
    annotations = {"heard": heard_languages()} if to_write else {}
    seat = readable_channel(user, workspace_id, channel_id, **annotations)
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
