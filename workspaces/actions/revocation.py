"""Revoke what goes on working without the moderator who set it up, once they are no longer one."""

from django.utils import timezone

from workspaces.models import Invite, Webhook, WebhookSubscription, Workspace
from workspaces.webhooks.health import disable


def revoke_granted(*, workspace: Workspace, user_id: int) -> None:
    """Revoke the invites and switch off the webhooks that ``user_id`` created in ``workspace``. Idempotent.

    Called whenever an owner or admin stops being one: by demotion, leaving, removal, suspension or account deletion.
    Otherwise they could come back by their own link, post with a secret that they know, or receive what they may no longer
    read. The other moderators see what was switched off and may switch it on again. The caller has locked the workspace.
    """
    Invite.objects.filter(workspace=workspace, created_by=user_id, revoked_at=None).update(
        revoked_at=timezone.now(), email=""
    )
    Webhook.objects.filter(workspace=workspace, created_by=user_id, is_active=True).update(is_active=False)
    subscriptions = WebhookSubscription.objects.select_for_update().filter(
        workspace=workspace, created_by=user_id, is_active=True
    )
    for subscription in subscriptions.order_by("pk"):
        disable(subscription, WebhookSubscription.Disabled.CREATOR)
