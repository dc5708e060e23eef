"""What is owed to addresses outside, for the dashboard."""

from rosetta.observability.dashboard import count, figure
from workspaces.models import WebhookDelivery


@figure("webhook_deliveries_owed", "Webhook deliveries owed", page=("workspaces.webhookdelivery", "?state=pending"))
def _owed() -> int:
    return count(WebhookDelivery.objects.filter(status=WebhookDelivery.Status.PENDING))
