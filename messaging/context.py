"""Where somebody stands when they read or write: a conversation, and who they are in it."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Guest, User
from messaging.models import DirectConversation
from workspaces.errors import ChannelArchived, RoomEnded
from workspaces.models import Channel, Conversation, Webhook, Workspace


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes. Exactly one of ``user``, ``guest`` and ``webhook``; none for the service itself."""

    user: User | None = None
    guest: Guest | None = None
    webhook: Webhook | None = None
    is_automation: bool = False

    @property
    def key(self) -> str:
        """The sender as one word, for limits and idempotency."""
        if self.user is not None:
            return f"{'automation' if self.is_automation else 'user'}:{self.user.pk}"
        if self.guest is not None:
            return f"guest:{self.guest.pk}"
        return f"webhook:{self.webhook.pk}" if self.webhook is not None else "service"


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation as one person, guest or webhook stands in it.

    ``language`` is what they read there; ``heard`` the languages of everybody who reads the conversation, known only where
    the place was reached to write.
    """

    conversation: Conversation
    language: str
    channel: Channel | None = None
    workspace: Workspace | None = None
    direct: DirectConversation | None = None
    user: User | None = None
    guest: Guest | None = None
    is_moderator: bool = False
    heard: frozenset[str] = frozenset()

    @property
    def scope_id(self) -> str:
        """Within what translations are remembered and budgeted: the workspace, else the direct conversation itself."""
        return str(self.workspace.pk if self.workspace is not None else self.conversation.pk)

    def check_open(self) -> None:
        """Raises RoomEnded or ChannelArchived where nothing may be written any more."""
        if self.workspace is not None and self.workspace.has_ended(timezone.now()):
            raise RoomEnded
        if self.channel is not None and self.channel.is_archived:
            raise ChannelArchived
