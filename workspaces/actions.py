"""Every change to workspaces, members, channels and invites."""

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.errors import Invalid
from rosetta.ids import new_ulid
from workspaces import events, resources
from workspaces.errors import InviteNotValid
from workspaces.models import (
    Channel,
    ChannelMember,
    Conversation,
    Invite,
    Member,
    ReadMark,
    Role,
    Visibility,
    Workspace,
)
from workspaces.slugs import derived_slug

INVITE_DAYS = 7
FIRST_CHANNEL = "general"


def _slug_taken() -> Invalid:
    return Invalid({"slug": [_("The slug has already been taken.")]})


@transaction.atomic
def create_workspace(
    *,
    owner: User,
    name: str,
    slug: str | None = None,
    visibility: str | None = None,
    password: str | None = None,
) -> Member:
    """A new workspace with ``owner`` and a first channel. Raises Invalid when ``slug`` is taken."""
    wanted = slug or derived_slug(name, lambda s: Workspace.objects.filter(slug=s).exists())
    try:
        with transaction.atomic():
            workspace = Workspace.objects.create(
                name=name,
                slug=wanted,
                visibility=visibility or Visibility.PRIVATE,
                password_hash=make_password(password) if password else "",
                member_count=0,
            )
    except IntegrityError:
        raise _slug_taken() from None
    member = add_member(workspace=workspace, user=owner, role=Role.OWNER)
    create_channel(member=member, name=FIRST_CHANNEL, slug=FIRST_CHANNEL)
    return member


@transaction.atomic
def add_member(*, workspace: Workspace, user: User, role: Role = Role.MEMBER) -> Member:
    """``user``'s place in ``workspace``, made now unless it is there; what was said before counts as read."""
    member, is_new = Member.objects.get_or_create(
        workspace=workspace, user=user, defaults={"role": role, "language": user.preferred_language}
    )
    if not is_new:
        return member
    Workspace.objects.filter(pk=workspace.pk).update(member_count=F("member_count") + 1)
    workspace.refresh_from_db(fields=["member_count"])
    _read_all(user, list(Conversation.objects.filter(channel__workspace=workspace, last_seq__gt=0)))
    events.append(workspace, events.Draft("member.joined", resources.member(member)))
    return member


def _read_all(user: User, conversations: list[Conversation]) -> None:
    marks = [ReadMark(user=user, conversation=one, last_read_seq=one.last_seq) for one in conversations]
    ReadMark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=500)


@transaction.atomic
def create_channel(
    *,
    member: Member,
    name: str,
    slug: str | None = None,
    visibility: str | None = None,
    password: str | None = None,
) -> Channel:
    """A new channel, joined by who makes it. Raises Invalid when ``slug`` is taken in the workspace."""
    workspace = member.workspace
    wanted = slug or derived_slug(name, lambda s: Channel.objects.filter(workspace=workspace, slug=s).exists())
    conversation = Conversation.objects.create(pk=new_ulid())
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                conversation=conversation,
                workspace=workspace,
                name=name,
                slug=wanted,
                visibility=visibility or Visibility.PUBLIC,
                password_hash=make_password(password) if password else "",
                created_by=member.user,
            )
    except IntegrityError:
        raise _slug_taken() from None
    ChannelMember.objects.create(channel=channel, member=member)
    events.append(workspace, events.Draft("channel.created", resources.channel(channel)))
    return channel


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
    # Locked, so that accepting and revoking at once end in one order.
    invite = Invite.objects.select_for_update(of=("self",)).select_related("workspace").filter(token=token).first()
    if invite is None or not invite.is_valid(timezone.now()):
        raise InviteNotValid
    if not Member.objects.filter(workspace=invite.workspace, user=user).exists():
        Invite.objects.filter(pk=invite.pk).update(accepted_count=F("accepted_count") + 1)
    return add_member(workspace=invite.workspace, user=user)


@transaction.atomic
def revoke_invite(*, invite: Invite) -> None:
    Invite.objects.filter(pk=invite.pk, revoked_at=None).update(revoked_at=timezone.now())
