"""Create, accept and revoke invites."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from workspaces import access
from workspaces.actions.members import ensure_member
from workspaces.models import Invite, Member

INVITE_DAYS = 7


@transaction.atomic
def create_invite(*, member: Member, expires_in_days: int | None = None) -> Invite:
    """Create a link by which everybody who has it may join until it expires or is revoked.

    Locks the workspace. Raises NotFound or Forbidden when ``member`` no longer moderates it.
    """
    access.moderator(member.user, member.workspace_id, lock=True)
    return Invite.objects.create(
        workspace=member.workspace,
        token=secrets.token_urlsafe(24),
        created_by=member.user,
        expires_at=timezone.now() + timedelta(days=expires_in_days or INVITE_DAYS),
    )


@transaction.atomic
def accept_invite(*, token: str, user: User) -> Member:
    """Make ``user`` a member by an invite.

    Idempotent. Locks the workspace. Raises InviteNotValid, Suspended.
    """
    workspace_id = access.valid_invite(token).workspace_id
    access.lock_workspace(workspace_id)
    # Read again with a lock, so that accepting and revoking at once have one order.
    invite = access.valid_invite(token, lock=True)
    member, is_new = ensure_member(workspace=invite.workspace, user=user)
    if is_new:
        Invite.objects.filter(pk=invite.pk).update(accepted_count=F("accepted_count") + 1)
    return member


@transaction.atomic
def revoke_invite(*, invite: Invite) -> None:
    """End an invite: nobody joins by it from now on. Idempotent."""
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now())
