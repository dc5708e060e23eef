"""Who belongs to a workspace, and as what. All of it happens in the order of the workspace's row lock."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.errors import Forbidden, Invalid, NotFound
from rosetta.http import throttles
from rosetta.wake import wake
from workspaces import access, resources
from workspaces.changes import UNSET
from workspaces.errors import LastOwner, Suspended
from workspaces.models import (
    Channel,
    Conversation,
    Invite,
    Member,
    PasswordProtected,
    ReadMark,
    Role,
    Suspension,
    Visibility,
    Workspace,
)
from workspaces.streams import events

# Guesses a minute that one person has at one password.
PASSWORD_GUESSES = "20/minute"  # noqa: S105


def rights_changed(user_id: int) -> None:
    """Tell the gateways, after the commit, that ``user_id`` reads other things than before."""
    transaction.on_commit(lambda: wake(f"who:user:{user_id}"))


@transaction.atomic
def add_member(*, workspace: Workspace, user: User, role: Role = Role.MEMBER) -> Member:
    """``user``'s place in ``workspace``, made now unless it is there; what was said before counts as read.

    Raises NotFound when the workspace was deleted meanwhile, Suspended for who was sent out by staff.
    """
    return seat(workspace=workspace, user=user, role=role)[0]


def seat(*, workspace: Workspace, user: User, role: Role = Role.MEMBER) -> tuple[Member, bool]:
    """``add_member``, with whether the place is new; the caller is in a transaction."""
    access.take(workspace.pk)
    if Suspension.objects.filter(workspace=workspace, user=user).exists():
        raise Suspended
    member, is_new = Member.objects.get_or_create(
        workspace=workspace, user=user, defaults={"role": role, "language": user.preferred_language}
    )
    if not is_new:
        return member, False
    Workspace.objects.filter(pk=workspace.pk).update(member_count=F("member_count") + 1)
    workspace.refresh_from_db(fields=["member_count"])
    said = Conversation.objects.filter(channel__workspace=workspace, last_seq__gt=0)
    read_all(said, [user.pk])
    events.append(workspace, events.Draft("member.joined", resources.member(member)))
    rights_changed(user.pk)
    return member, True


def read_all(conversations: object, user_ids: list[int]) -> None:
    """Mark everything said so far in ``conversations`` as read by ``user_ids``."""
    marks = [
        ReadMark(user_id=user_id, conversation=one, last_read_seq=one.last_seq)
        for one in conversations  # type: ignore[attr-defined]
        for user_id in user_ids
    ]
    ReadMark.objects.bulk_create(
        marks,
        update_conflicts=True,
        unique_fields=["user", "conversation"],
        update_fields=["last_read_seq"],
        batch_size=500,
    )


def check_password(door: PasswordProtected, password: str | None, *, user: User, door_id: str) -> None:
    """Raises Invalid when ``password`` does not open ``door``, Throttled after too many guesses, right or wrong."""
    if not door.has_password:
        return
    if not password:
        raise Invalid({"password": [_("The password field is required.")]})
    # Counted before it is looked at: a 429 must not tell a wrong guess from a right one.
    throttles.hit("password", PASSWORD_GUESSES, f"{user.pk}:{door_id}")
    if not door.accepts(password):
        raise Invalid({"password": [_("The password is incorrect.")]})


def join_workspace(*, user: User, workspace_id: str, password: str | None = None) -> Member:
    """``user`` joins a public workspace; again changes nothing. Raises NotFound, and Invalid for a wrong password."""
    workspace = access.visible_workspace(user, workspace_id).workspace
    member = Member.objects.select_related("workspace").filter(workspace=workspace, user=user).first()
    if member is not None:
        return member
    # Outside the transaction: a password takes its hasher a while, and others would wait for the row.
    check_password(workspace, password, user=user, door_id=workspace.pk)
    with transaction.atomic():
        access.take(workspace.pk)
        if not Workspace.objects.filter(pk=workspace.pk, visibility=Visibility.PUBLIC).exists():
            raise NotFound
        return add_member(workspace=workspace, user=user)


@transaction.atomic
def update_member(
    *, by: User, workspace_id: str, member_id: str, role: str, preferred_language: str | None = UNSET
) -> Member:
    """Change a member's role and language. Raises NotFound, Forbidden and LastOwner."""
    actor = access.membership(by, workspace_id, lock=True)
    target = access.member_in(actor.workspace, member_id)
    _check_may_edit(actor, target, role)
    if target.role == Role.OWNER and role != Role.OWNER:
        _check_not_last_owner(target)
    is_changed = role != target.role
    target.role = role
    if preferred_language is not UNSET and preferred_language != target.preferred_language:
        is_changed = True
        target.preferred_language = preferred_language
        target.language = preferred_language or target.user.preferred_language
    if is_changed:
        target.save(update_fields=["role", "preferred_language", "language"])
        events.append(actor.workspace, events.Draft("member.updated", resources.member(target)))
        rights_changed(target.user_id)
    return target


def _check_may_edit(actor: Member, target: Member, role: str) -> None:
    is_self = actor.pk == target.pk
    if not is_self and (not actor.is_moderator or actor.rank < target.rank):
        raise Forbidden
    # Every change of role makes or unmakes an owner or an admin.
    if role != target.role and actor.role != Role.OWNER:
        raise Forbidden


def _check_not_last_owner(member: Member) -> None:
    others = Member.objects.filter(workspace_id=member.workspace_id, role=Role.OWNER).exclude(pk=member.pk)
    if not others.exists():
        raise LastOwner


@transaction.atomic
def remove_member(*, by: User, workspace_id: str, member_id: str) -> None:
    """Take a member out, whose invites open nothing more, or leave oneself. Raises NotFound, Forbidden and LastOwner."""
    actor = access.membership(by, workspace_id, lock=True)
    target = access.member_in(actor.workspace, member_id)
    is_self = actor.pk == target.pk
    if not is_self and not (actor.role == Role.OWNER or (actor.is_moderator and target.role == Role.MEMBER)):
        raise Forbidden
    unseat(target)
    if not is_self:
        # Else who was taken out would come back by a link of their own.
        live = Invite.objects.filter(workspace=actor.workspace, created_by=target.user_id, revoked_at=None)
        live.update(revoked_at=timezone.now())


@transaction.atomic
def leave_workspace(*, user: User, workspace_id: str) -> Workspace:
    """``user`` leaves; answers the workspace as it is without them. Raises NotFound and LastOwner."""
    member = access.membership(user, workspace_id, lock=True)
    unseat(member)
    member.workspace.refresh_from_db()
    return member.workspace


def unseat(member: Member) -> None:
    """Everything that follows from somebody's leaving: channels they joined, marks, what their sockets hear."""
    if member.role == Role.OWNER:
        _check_not_last_owner(member)
    snapshot = resources.member(member)
    workspace = member.workspace
    user_id = member.user_id
    Member.objects.filter(pk=member.pk).delete()  # and, by cascade, the channels that it joined
    ReadMark.objects.filter(
        user_id=user_id, conversation__in=Channel.objects.filter(workspace=workspace).values("pk")
    ).delete()
    Workspace.objects.filter(pk=workspace.pk).update(member_count=F("member_count") - 1)
    events.append(workspace, events.Draft("member.left", snapshot))
    rights_changed(user_id)


@transaction.atomic
def suspend_member(*, workspace: Workspace, user: User) -> Member | None:
    """Staff take ``user`` out of ``workspace`` and keep them out; answers the place they had. Raises LastOwner."""
    access.take(workspace.pk)
    Suspension.objects.get_or_create(workspace=workspace, user=user)
    member = Member.objects.select_related("workspace", "user").filter(workspace=workspace, user=user).first()
    if member is not None:
        unseat(member)
    return member


@transaction.atomic
def end_suspension(*, workspace: Workspace, user: User, role: Role | None = None) -> None:
    """Let ``user`` in again, with ``role`` at once where they had a place. Private channels take them in anew."""
    Suspension.objects.filter(workspace=workspace, user=user).delete()
    if role is not None:
        seat(workspace=workspace, user=user, role=role)
