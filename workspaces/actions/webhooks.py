"""Create, change and delete incoming webhooks, which post messages for whoever knows their secret."""

from django.db import transaction
from django.utils import timezone

from accounts.identity.secrets import digest, new_secret
from workspaces import access
from workspaces.changes import UNSET, given
from workspaces.models import Channel, Member, Webhook

PREFIX = "whs_"


def _selected(member: Member, channel_id: str | None) -> Channel | None:
    return access.selected_channel(member, channel_id, field="default_channel_id")


@transaction.atomic
def create_webhook(*, member: Member, name: str, default_channel_id: str | None = None) -> tuple[Webhook, str]:
    """Create a webhook and return it with its secret, of which only a hash is stored.

    Locks the workspace. Raises Invalid for an unknown channel; NotFound or Forbidden when ``member`` no longer moderates.
    """
    access.moderator(member.user, member.workspace_id, lock=True)
    secret = new_secret(PREFIX)
    webhook = Webhook.objects.create(
        workspace=member.workspace,
        name=name,
        default_channel=_selected(member, default_channel_id),
        created_by=member.user,
        secret_hash=digest(secret),
    )
    return webhook, secret


@transaction.atomic
def update_webhook(
    *,
    member: Member,
    webhook: Webhook,
    name: str = UNSET,
    default_channel_id: str | None = UNSET,
    is_active: bool = UNSET,
    regenerate_secret: bool = False,
) -> tuple[Webhook, str | None]:
    """Change the given fields.

    Return the new secret, if any, which replaces the old one at once.

    Whoever regenerates the secret counts as the webhook's creator from then on, because it is they who know it. Locks the
    workspace. Raises Invalid for an unknown channel; NotFound or Forbidden when ``member`` no longer moderates.
    """
    access.moderator(member.user, member.workspace_id, lock=True)
    changes = given(name=name, is_active=is_active)
    if default_channel_id is not UNSET and default_channel_id != webhook.default_channel_id:
        changes["default_channel"] = _selected(member, default_channel_id)
    secret = new_secret(PREFIX) if regenerate_secret else None
    if secret is not None:
        changes |= {"secret_hash": digest(secret), "created_by": member.user}
    for field, value in changes.items():
        setattr(webhook, field, value)
    webhook.save(update_fields=list(changes))
    return webhook, secret


@transaction.atomic
def delete_webhook(*, webhook: Webhook) -> None:
    """Delete a webhook; the messages that it posted stay, signed with its name."""
    Webhook.objects.filter(pk=webhook.pk).update(deleted_at=timezone.now(), default_channel=None)
