"""Workspaces, who is in them, and the ways in and out."""

from typing import Any

import factory

from accounts.tests.factories import UserFactory
from rosetta.tests.factories import ActionFactory
from workspaces import actions
from workspaces.models import Channel, Invite, Member, Webhook, WebhookSubscription, Workspace


class WorkspaceFactory(ActionFactory[Workspace]):
    """A private workspace of ``owner``, with its first channel."""

    class Meta:
        model = Workspace

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"Workspace {number}")

    @classmethod
    def act(cls, **fields: Any) -> Workspace:
        return actions.create_workspace(**fields).workspace


class OwnerFactory(ActionFactory[Member]):
    """The owner of a new workspace, as its member."""

    class Meta:
        model = Member

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"Workspace {number}")

    @classmethod
    def act(cls, *, user: Any, **fields: Any) -> Member:
        return actions.create_workspace(owner=user, **fields)


class MemberFactory(ActionFactory[Member]):
    """Somebody who joins ``workspace``.

    ``MemberFactory.create(workspace=workspace, user__name="Nora")``.
    """

    class Meta:
        model = Member

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)

    @classmethod
    def act(cls, **fields: Any) -> Member:
        return actions.add_member(**fields)


class ChannelFactory(ActionFactory[Channel]):
    """A public channel, made and joined by ``member``."""

    class Meta:
        model = Channel

    member = factory.SubFactory(OwnerFactory)
    name = factory.Sequence(lambda number: f"Channel {number}")

    @classmethod
    def act(cls, **fields: Any) -> Channel:
        return actions.create_channel(**fields)


class InviteFactory(ActionFactory[Invite]):
    class Meta:
        model = Invite

    member = factory.SubFactory(OwnerFactory)

    @classmethod
    def act(cls, **fields: Any) -> Invite:
        return actions.create_invite(**fields)


class WebhookFactory(ActionFactory[Webhook]):
    """A webhook that posts; ``webhook.shown`` is the secret that its owner sees once."""

    class Meta:
        model = Webhook

    member = factory.SubFactory(OwnerFactory)
    name = "Deploys"

    @classmethod
    def act(cls, **fields: Any) -> Webhook:
        webhook, secret = actions.create_webhook(**fields)
        webhook.shown = secret  # type: ignore[attr-defined]
        return webhook


class WebhookSubscriptionFactory(ActionFactory[WebhookSubscription]):
    """A subscription to every event of a workspace."""

    class Meta:
        model = WebhookSubscription

    member = factory.SubFactory(OwnerFactory)
    url = "https://example.com/hook"
    event_types = ("*",)

    @classmethod
    def act(cls, *, event_types: Any, **fields: Any) -> WebhookSubscription:
        return actions.create_subscription(event_types=list(event_types), **fields)
