"""A conversation as one person, guest or program reads and writes it."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Guest, User
from messaging.models import DirectConversation, Message
from rosetta.languages import Reading
from workspaces.audience import Audience
from workspaces.errors import ChannelArchived, RoomEnded
from workspaces.models import Channel, Conversation, Formality, Webhook, Workspace

NOBODY = Audience()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posts: exactly one of ``user``, ``guest`` and ``webhook``.

    None for the service itself.
    """

    user: User | None = None
    guest: Guest | None = None
    webhook: Webhook | None = None
    is_automation: bool = False

    @property
    def key(self) -> str:
        """Return the sender as one string, for limits and idempotency.

        ``user:1``, ``guest:01h…``.
        """
        return _key(
            self.user.pk if self.user is not None else None,
            self.guest.pk if self.guest is not None else None,
            self.webhook.pk if self.webhook is not None else None,
            self.is_automation,
        )

    def wrote(self, message: Message) -> bool:
        """Return whether ``message`` is this sender's own.

        A message by a person's automation is that person's.
        """
        if self.user is not None:
            return message.sender_user_id == self.user.pk
        if self.guest is not None:
            return message.sender_guest_id == self.guest.pk
        return False


def writer_key(message: Message) -> str:
    """Return the key of the sender who wrote ``message``."""
    return _key(message.sender_user_id, message.sender_guest_id, message.sender_webhook_id, message.is_automation)


def _key(user_id: int | None, guest_id: str | None, webhook_id: str | None, is_automation: bool) -> str:
    if user_id is not None:
        return f"{'automation' if is_automation else 'user'}:{user_id}"
    if guest_id is not None:
        return f"guest:{guest_id}"
    return f"webhook:{webhook_id}" if webhook_id is not None else "service"


def tone_of(channel: Channel) -> str:
    """Return the tone that translations keep in a channel; empty where people speak as they like."""
    return "" if channel.formality == Formality.DEFAULT else str(channel.formality)


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """A conversation, and who the caller is in it.

    ``reading`` is what the caller reads there. ``audience`` is how everybody reads the conversation; it is known only
    where the context was made to write.
    """

    conversation: Conversation
    reading: Reading
    channel: Channel | None = None
    workspace: Workspace | None = None
    direct: DirectConversation | None = None
    user: User | None = None
    guest: Guest | None = None
    is_moderator: bool = False
    audience: Audience = NOBODY

    @property
    def language(self) -> str:
        """Return the language into which messages are translated for the caller."""
        return self.reading.language

    @property
    def workspace_id(self) -> str | None:
        """Return the id of the conversation's workspace; None for direct conversations."""
        return self.workspace.pk if self.workspace is not None else None

    @property
    def scope_id(self) -> str:
        """Within what translations are remembered and budgeted.

        The workspace, else the direct conversation itself.
        """
        return str(self.workspace_id or self.conversation.pk)

    @property
    def formality(self) -> str:
        """Return the tone that translations keep here; empty where people speak as they like."""
        return tone_of(self.channel) if self.channel is not None else ""

    def check_open(self) -> None:
        """Raise RoomEnded or ChannelArchived where nothing may be written any longer."""
        if self.workspace is not None and self.workspace.has_ended(timezone.now()):
            raise RoomEnded
        if self.channel is not None and self.channel.is_archived:
            raise ChannelArchived
