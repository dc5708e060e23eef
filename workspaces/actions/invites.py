"""Links into a workspace."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from workspaces import access
from workspaces.actions.members import seat
from workspaces.errors import InviteNotValid
from workspaces.models import Invite, Member

INVITE_DAYS = 7


@transaction.atomic
def create_invite(*, member: Member, expires_in_days: int | None = None) -> Invite:
    """A link into the workspace that anybody who has it may use until it expires or is revoked."""
    return Invite.objects.create(
        workspace=member.workspace,
        token=secrets.token_urlsafe(24),
        created_by=member.user,
        expires_at=timezone.now() + timedelta(days=expires_in_days or INVITE_DAYS),
    )


@transaction.atomic
def accept_invite(*, token: str, user: User) -> Member:
    """``user`` joins by an invite; again changes nothing. Raises InviteNotValid."""
    found = Invite.objects.filter(token=token).values_list("workspace_id", flat=True).first()
    if found is None:
        raise InviteNotValid
    access.take(found)
    # Locked, so that accepting and revoking at once end in one order.
    invite = Invite.objects.select_for_update(of=("self",)).select_related("workspace").filter(token=token).first()
    if invite is None or not invite.is_valid(timezone.now()):
        raise InviteNotValid
    member, is_new = seat(workspace=invite.workspace, user=user)
    if is_new:
        Invite.objects.filter(pk=invite.pk).update(accepted_count=F("accepted_count") + 1)
    return member


@transaction.atomic
def revoke_invite(*, invite: Invite) -> None:
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now())
