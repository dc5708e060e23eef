"""Addresses that post into a workspace for who knows their secret."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identity.secrets import digest, new_secret
from rosetta.errors import Invalid
from workspaces import access
from workspaces.changes import UNSET, given
from workspaces.models import Channel, Member, Webhook

PREFIX = "whs_"


def _default_channel(member: Member, channel_id: str | None) -> Channel | None:
    """The channel that ``channel_id`` names to ``member``. Raises Invalid when it knows of none."""
    if channel_id is None:
        return None
    channel = access.channels_for(member).filter(pk=channel_id).first()
    if channel is None:
        raise Invalid({"default_channel_id": [_("The selected channel is invalid.")]})
    return channel


@transaction.atomic
def create_webhook(*, member: Member, name: str, default_channel_id: str | None = None) -> tuple[Webhook, str]:
    """A webhook and its secret, of which only a hash is kept. Raises Invalid for a channel of another workspace."""
    secret = new_secret(PREFIX)
    webhook = Webhook.objects.create(
        workspace=member.workspace,
        name=name,
        default_channel=_default_channel(member, default_channel_id),
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
    """Change what is given; the new secret when there is one, from which moment the old one opens nothing."""
    changes = given(name=name, is_active=is_active)
    if default_channel_id is not UNSET and default_channel_id != webhook.default_channel_id:
        changes["default_channel"] = _default_channel(member, default_channel_id)
    secret = new_secret(PREFIX) if regenerate_secret else None
    if secret is not None:
        changes["secret_hash"] = digest(secret)
    for field, value in changes.items():
        setattr(webhook, field, value)
    webhook.save(update_fields=list(changes))
    return webhook, secret


@transaction.atomic
def delete_webhook(*, webhook: Webhook) -> None:
    """It posts no more; what it posted stays, signed with its name."""
    Webhook.objects.filter(pk=webhook.pk).update(deleted_at=timezone.now(), default_channel=None)
