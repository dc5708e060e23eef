"""Conversations between two, messages, and reports of them."""

from typing import Any

import factory

from accounts.models import User
from accounts.tests.factories import UserFactory
from messaging.access import channel_context
from messaging.actions.direct import open_direct
from messaging.actions.post import post_message
from messaging.actions.report import report_message
from messaging.context import Sender
from messaging.drafts import NewMessage
from messaging.models import DirectConversation, Message, Report
from rosetta.tests.factories import ActionFactory
from workspaces.models import Channel
from workspaces.tests.factories import ChannelFactory


class DirectConversationFactory(ActionFactory[DirectConversation]):
    class Meta:
        model = DirectConversation

    user = factory.SubFactory(UserFactory)
    other = factory.SubFactory(UserFactory)

    @classmethod
    def act(cls, *, user: User, other: User) -> DirectConversation:
        return open_direct(user=user, other_id=other.pk)[0]


class MessageFactory(ActionFactory[Message]):
    """A message in ``channel``, written by ``sender``, who reads it.

    Whoever made the channel, if not said otherwise.
    """

    class Meta:
        model = Message

    channel = factory.SubFactory(ChannelFactory)
    sender = factory.SelfAttribute("channel.created_by")
    content = factory.Sequence(lambda number: f"The crane lifts load {number}.")

    @classmethod
    def act(cls, *, channel: Channel, sender: User, **fields: Any) -> Message:
        context = channel_context(sender, channel.workspace_id, channel.pk, to_write=True)
        return post_message(sender=Sender(user=sender), context=context, draft=NewMessage(**fields)).message


class ReportFactory(ActionFactory[Report]):
    """What ``reporter``, who reads the message in its channel, asks staff to look at."""

    class Meta:
        model = Report

    message = factory.SubFactory(MessageFactory)
    reporter = factory.SelfAttribute("message.sender_user")
    reason = "This is rude"

    @classmethod
    def act(cls, *, message: Message, reporter: User, reason: str) -> Report:
        channel = Channel.objects.get(conversation_id=message.conversation_id)
        context = channel_context(reporter, channel.workspace_id, channel.pk)
        report_message(context=context, message=message, reason=reason)
        return Report.objects.get(message=message, reporter=reporter)
