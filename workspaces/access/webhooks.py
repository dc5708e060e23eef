"""Which webhooks, subscriptions and deliveries belong to a workspace, and which webhook a secret opens."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identity.secrets import matches
from accounts.models import TOUCH_EVERY
from rosetta.errors import Forbidden, Invalid, NotFound, Unauthenticated
from workspaces.access.workspaces import is_suspended
from workspaces.models import Webhook, WebhookDelivery, WebhookSubscription, Workspace


def webhooks_of(workspace: Workspace) -> QuerySet[Webhook]:
    """Return the incoming webhooks of ``workspace`` that were not deleted."""
    return Webhook.objects.filter(workspace=workspace, deleted_at=None).order_by("pk")


def webhook_in(workspace: Workspace, webhook_id: str) -> Webhook:
    """Return an incoming webhook of ``workspace``. Raises NotFound."""
    webhook = webhooks_of(workspace).filter(pk=webhook_id).first()
    if webhook is None:
        raise NotFound
    return webhook


def webhook_of(webhook_id: str, secret: str) -> Webhook:
    """Return the webhook that ``secret`` belongs to, with its workspace and default channel; note its use.

    Raises Unauthenticated for an unknown id or a wrong secret alike; Forbidden when it is not active.
    """
    webhooks = Webhook.objects.select_related("workspace", "created_by", "default_channel__conversation")
    webhook = webhooks.filter(pk=webhook_id, deleted_at=None).first()
    if webhook is None or not matches(secret, webhook.secret_hash):
        raise Unauthenticated
    if not webhook.is_active or is_suspended(webhook.created_by):
        raise Forbidden("This webhook is not active.")
    _touch(webhook)
    return webhook


def _touch(webhook: Webhook) -> None:
    now = timezone.now()
    if webhook.last_used_at is not None and now - webhook.last_used_at < TOUCH_EVERY:
        return
    # Conditional, so that parallel requests write it once a minute altogether, not once each.
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
    Webhook.objects.filter(stale, pk=webhook.pk).update(last_used_at=now)


def subscriptions_of(workspace: Workspace) -> QuerySet[WebhookSubscription]:
    """Return the outgoing webhooks of ``workspace``."""
    return WebhookSubscription.objects.filter(workspace=workspace).order_by("pk")


def subscription_in(workspace: Workspace, subscription_id: str) -> WebhookSubscription:
    """Return an outgoing webhook of ``workspace``. Raises NotFound."""
    subscription = WebhookSubscription.objects.filter(workspace=workspace, pk=subscription_id).first()
    if subscription is None:
        raise NotFound
    return subscription


def deliveries_of(subscription: WebhookSubscription, status: str | None = None) -> QuerySet[WebhookDelivery]:
    """Return the log of ``subscription``, newest first, filtered by ``status`` where given.

    Raises Invalid for an unknown status.
    """
    deliveries = WebhookDelivery.objects.filter(subscription=subscription).order_by("-pk")
    if not status:
        return deliveries
    if status not in WebhookDelivery.Status.values:
        raise Invalid({"status": [_("The selected status is invalid.")]})
    return deliveries.filter(status=status)


def delivery_of(subscription: WebhookSubscription, delivery_id: str) -> WebhookDelivery:
    """Return a delivery in the log of ``subscription``. Raises NotFound."""
    delivery = WebhookDelivery.objects.filter(subscription=subscription, pk=delivery_id).first()
    if delivery is None:
        raise NotFound
    return delivery
