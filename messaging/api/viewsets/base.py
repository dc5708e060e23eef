"""What viewsets below a conversation's path share."""

from accounts.identity.callers import caller
from messaging import access
from messaging.context import ConversationContext, Sender
from rosetta.http.throttles import Limit
from rosetta.http.viewsets import ApiViewSet

POSTS = Limit("post", "120/minute", lambda request: f"user:{request.user.pk}" if request.user else None)
# What any action that writes in a conversation may answer.
WRITING = {409: "The channel is archived, or the message was deleted.", 410: "The temporary room has ended."}


class ConversationViewSet(ApiViewSet):
    """A resource below the path of a conversation, whichever kind it is."""

    tag = "Messages"
    refusals = WRITING

    def context(self, *, to_write: bool = False) -> ConversationContext:
        """Return the conversation in the path, and who the caller is in it.

        Raises NotFound where the caller may not know of the conversation.
        """
        raise NotImplementedError

    def sender(self, context: ConversationContext) -> Sender:
        return Sender(user=context.user, guest=context.guest)


class InChannel(ConversationViewSet):
    """The conversation is a channel."""

    operation_names = {"Kind": "Channel", "Conversation": "Channel", "conversation": "channel"}

    def context(self, *, to_write: bool = False) -> ConversationContext:
        return access.channel_context(
            caller(self.request), self.kwargs["workspace_id"], self.kwargs["channel_id"], to_write=to_write
        )


class InDirectConversation(ConversationViewSet):
    """The conversation is a direct conversation."""

    operation_names = {"Kind": "Direct", "Conversation": "DirectConversation", "conversation": "direct conversation"}

    def context(self, *, to_write: bool = False) -> ConversationContext:
        return access.direct_context(caller(self.request), self.kwargs["conversation_id"], to_write=to_write)
