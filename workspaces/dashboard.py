"""Pending webhook deliveries, for the dashboard."""

from rosetta.observability.dashboard import count, figure
from workspaces.models import WebhookDelivery


@figure("webhook_deliveries_owed", "Pending webhook deliveries", page=("workspaces.webhookdelivery", "?state=pending"))
def _pending() -> int:
    return count(WebhookDelivery.objects.filter(status=WebhookDelivery.Status.PENDING))
