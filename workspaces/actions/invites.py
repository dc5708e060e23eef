"""Create, accept and revoke invites."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail.outbox import queue_mail
from accounts.models import OutgoingMail, User
from rosetta import languages
from rosetta.errors import Forbidden, Invalid
from rosetta.http import throttles
from workspaces import access, notices
from workspaces.actions.members import ensure_member
from workspaces.models import Invite, Member, Role

INVITE_DAYS = 7
# Invites of a workspace that may still be used.
MAX_INVITES = 500
# Mails that one workspace and one person may have sent, because anybody can enter any address.
MAILS_PER_WORKSPACE = "200/day"
MAILS_PER_USER = "100/day"


@transaction.atomic
def create_invite(
    *,
    member: Member,
    expires_in_days: int | None = None,
    role: str = Role.MEMBER,
    max_uses: int | None = None,
    email: str | None = None,
    language: str | None = None,
) -> Invite:
    """Create a link by which everybody who has it may join until it expires, is used up or is revoked.

    With an ``email``, mail the link there, for one person; ``language`` is the mail's. Locks the workspace. Raises NotFound
    or Forbidden when ``member`` no longer moderates it, or may not give ``role``; Invalid when there are too many.
    """
    member = access.moderator(member.user, member.workspace_id, lock=True)
    if role != Role.MEMBER and (member.role != Role.OWNER or role == Role.OWNER):
        raise Forbidden("Only owners invite admins, and nobody is invited as an owner.")
    now = timezone.now()
    if access.invites_of(member.workspace).filter(expires_at__gt=now).count() >= MAX_INVITES:
        raise Invalid(
            {
                "expires_in_days": [
                    _("Revoke invites that nobody needs: a workspace has at most %(limit)d.") % {"limit": MAX_INVITES}
                ]
            }
        )
    if email:
        throttles.hit("invite-mail-workspace", MAILS_PER_WORKSPACE, member.workspace_id)
        throttles.hit("invite-mail", MAILS_PER_USER, str(member.user_id))
    lasts = timedelta(days=expires_in_days or INVITE_DAYS)
    invite = Invite.objects.create(
        workspace=member.workspace,
        token=secrets.token_urlsafe(24),
        created_by=member.user,
        role=role,
        max_uses=1 if email else max_uses,
        email=email or "",
        expires_at=now + lasts,
    )
    if email:
        queue_mail(
            kind=OutgoingMail.Kind.NOTICE,
            topic=f"{notices.JOIN}/{invite.pk}",
            email=email,
            # An account's own language goes before the one that is expected of the address.
            language=""
            if User.objects.filter(email=email).exists()
            else language or member.workspace.default_language or languages.DEFAULT,
            lives=min(lasts, notices.LIVES),
        )
    return invite


@transaction.atomic
def accept_invite(*, token: str, user: User) -> Member:
    """Make ``user`` a member by an invite.

    Idempotent. Locks the workspace. Raises InviteNotValid, Suspended.
    """
    workspace_id = access.valid_invite(token, user=user).workspace_id
    access.lock_workspace(workspace_id)
    # Read again with a lock, so that accepting and revoking at once have one order, and the last use is used once.
    invite = access.valid_invite(token, user=user, lock=True)
    member, is_new = ensure_member(workspace=invite.workspace, user=user, role=Role(invite.role))
    if is_new:
        Invite.objects.filter(pk=invite.pk).update(accepted_count=F("accepted_count") + 1, email="")
    return member


@transaction.atomic
def revoke_invite(*, invite: Invite) -> None:
    """End an invite: nobody joins by it from now on. Idempotent."""
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now(), email="")
