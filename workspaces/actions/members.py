"""Add, change and remove members. Every action locks the workspace's row first."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.staff.rank import check_is_below
from rosetta import access_changes
from rosetta.errors import Forbidden, Invalid, NotFound
from rosetta.http import throttles
from workspaces import access, resources
from workspaces.actions.revocation import revoke_granted
from workspaces.changes import UNSET
from workspaces.errors import LastOwner, Suspended
from workspaces.models import (
    Channel,
    Conversation,
    Member,
    PasswordProtected,
    Placement,
    ReadMark,
    Role,
    Suspension,
    Visibility,
    Workspace,
)
from workspaces.roles import may_edit, may_remove
from workspaces.streams import events

# Attempts a minute that one user has at one password.
PASSWORD_ATTEMPTS = "20/minute"  # noqa: S105


def access_changed(user_id: int) -> None:
    """Record that ``user_id``'s access has changed."""
    access_changes.record(access_changes.Kind.USER, [user_id])


@transaction.atomic
def add_member(*, workspace: Workspace, user: User, role: Role = Role.MEMBER) -> Member:
    """Make ``user`` a member of ``workspace`` and mark all its messages as read.

    Idempotent.

    Locks the workspace. Raises NotFound when it was deleted meanwhile, Suspended when staff keep ``user`` out.
    """
    return ensure_member(workspace=workspace, user=user, role=role)[0]


def ensure_member(*, workspace: Workspace, user: User, role: Role = Role.MEMBER) -> tuple[Member, bool]:
    """Do what ``add_member`` does, and return whether the membership is new.

    Call it in a transaction.
    """
    access.lock_workspace(workspace.pk)
    if Suspension.objects.filter(workspace=workspace, user=user).exists():
        raise Suspended
    defaults = {"role": role, "language": user.preferred_language, "also_reads": user.also_reads}
    member, is_new = Member.objects.get_or_create(workspace=workspace, user=user, defaults=defaults)
    if not is_new:
        return member, False
    Workspace.objects.filter(pk=workspace.pk).update(member_count=F("member_count") + 1)
    workspace.refresh_from_db(fields=["member_count"])
    mark_read(Conversation.objects.filter(channel__workspace=workspace, last_seq__gt=0), [user.pk])
    events.append(workspace, events.NewEvent("member.joined", resources.member(member)))
    access_changed(user.pk)
    return member, True


def mark_read(conversations: Iterable[Conversation], user_ids: list[int]) -> None:
    """Mark all messages so far in ``conversations`` as read by ``user_ids``."""
    read_positions = [
        ReadMark(user_id=user_id, conversation=conversation, last_read_seq=conversation.last_seq)
        for conversation in conversations
        for user_id in user_ids
    ]
    ReadMark.objects.bulk_create(
        read_positions,
        update_conflicts=True,
        unique_fields=["user", "conversation"],
        update_fields=["last_read_seq"],
        batch_size=500,
    )


def check_password(target: PasswordProtected, password: str | None, *, user: User, target_id: str) -> None:
    """Raise Invalid for a wrong ``password`` to ``target``, Throttled after too many attempts, right or wrong."""
    if not target.has_password:
        return
    if not password:
        raise Invalid({"password": [_("The password field is required.")]})
    # Counted before the check, because a 429 must not tell a wrong password from the right one.
    throttles.hit("password", PASSWORD_ATTEMPTS, f"{user.pk}:{target_id}")
    if not target.accepts(password):
        raise Invalid({"password": [_("The password is incorrect.")]})


def join_workspace(*, user: User, workspace_id: str, password: str | None = None) -> Member:
    """Make ``user`` a member of a public workspace.

    Idempotent. Raises NotFound; Invalid for a wrong password.
    """
    workspace, _role = access.visible_workspace(user, workspace_id)
    member = Member.objects.select_related("workspace").filter(workspace=workspace, user=user).first()
    if member is not None:
        return member
    # Outside the transaction, because hashing is slow and others would wait for the lock.
    check_password(workspace, password, user=user, target_id=workspace.pk)
    with transaction.atomic():
        access.lock_workspace(workspace.pk)
        if not Workspace.objects.filter(pk=workspace.pk, visibility=Visibility.PUBLIC).exists():
            raise NotFound
        return add_member(workspace=workspace, user=user)


@transaction.atomic
def update_member(
    *, by: User, workspace_id: str, member_id: str, role: str, preferred_language: str | None = UNSET
) -> Member:
    """Change a member's role and language.

    Locks the workspace. Raises NotFound, Forbidden, LastOwner.
    """
    actor = access.membership(by, workspace_id, lock=True)
    target = access.member_in(actor.workspace, member_id)
    is_self = actor.pk == target.pk
    if not may_edit(Role(actor.role), Role(target.role), new_role=Role(role), is_self=is_self):
        raise Forbidden
    if target.role == Role.OWNER and role != Role.OWNER:
        _check_not_last_owner(target)
    is_changed = role != target.role
    was_moderator = target.is_moderator
    target.role = role
    if preferred_language is not UNSET and preferred_language != target.preferred_language:
        is_changed = True
        target.preferred_language = preferred_language
        target.language = preferred_language or target.user.preferred_language
    if is_changed:
        target.save(update_fields=["role", "preferred_language", "language"])
        if was_moderator and not target.is_moderator:
            revoke_granted(workspace=actor.workspace, user_id=target.user_id)
        events.append(actor.workspace, events.NewEvent("member.updated", resources.member(target)))
        access_changed(target.user_id)
    return target


def _check_not_last_owner(member: Member) -> None:
    others = Member.objects.filter(workspace_id=member.workspace_id, role=Role.OWNER).exclude(pk=member.pk)
    if not others.exists():
        raise LastOwner


@transaction.atomic
def remove_member(*, by: User, workspace_id: str, member_id: str) -> None:
    """Remove a member, or leave.

    Locks the workspace. Raises NotFound, Forbidden, LastOwner.
    """
    actor = access.membership(by, workspace_id, lock=True)
    target = access.member_in(actor.workspace, member_id)
    if not may_remove(Role(actor.role), Role(target.role), is_self=actor.pk == target.pk):
        raise Forbidden
    end_membership(target)


@transaction.atomic
def leave_workspace(*, user: User, workspace_id: str) -> Workspace:
    """End ``user``'s membership and return the workspace as it is without them.

    Raises NotFound, LastOwner.
    """
    member = access.membership(user, workspace_id, lock=True)
    end_membership(member)
    member.workspace.refresh_from_db()
    return member.workspace


def end_membership(member: Member) -> None:
    """Delete a membership with all that depends on it. Raises LastOwner.

    Every way out of a workspace ends here: leaving, removal, suspension and account deletion. The caller has locked the
    workspace.
    """
    if member.role == Role.OWNER:
        _check_not_last_owner(member)
    snapshot = resources.member(member)
    workspace = member.workspace
    user_id = member.user_id
    revoke_granted(workspace=workspace, user_id=user_id)
    Member.objects.filter(pk=member.pk).delete()  # cascades to the channels that it joined
    channel_ids = Channel.objects.filter(workspace=workspace).values("pk")
    ReadMark.objects.filter(user_id=user_id, conversation__in=channel_ids).delete()
    Placement.objects.filter(user_id=user_id, conversation__in=channel_ids).delete()
    Workspace.objects.filter(pk=workspace.pk).update(member_count=F("member_count") - 1)
    events.append(workspace, events.NewEvent("member.left", snapshot))
    access_changed(user_id)


@transaction.atomic
def suspend_fellow(*, by: User, workspace_id: str, member_id: str) -> Suspension:
    """Remove a member and keep them out, for ``by``, a moderator of the workspace.

    Locks the workspace. Raises NotFound, Forbidden, LastOwner.
    """
    actor = access.moderator(by, workspace_id, lock=True)
    target = access.member_in(actor.workspace, member_id)
    if actor.pk == target.pk or not may_remove(Role(actor.role), Role(target.role), is_self=False):
        raise Forbidden
    suspension, _is_new = Suspension.objects.get_or_create(
        workspace=actor.workspace, user=target.user, defaults={"is_by_staff": False, "suspended_by": by}
    )
    end_membership(target)
    return suspension


@transaction.atomic
def readmit(*, by: User, workspace_id: str, user_id: int) -> None:
    """Let somebody whom moderators suspended join again. Raises NotFound, Forbidden."""
    actor = access.moderator(by, workspace_id, lock=True)
    access.suspension_of(actor.workspace, user_id).delete()


@transaction.atomic
def suspend_member(*, workspace: Workspace, user: User, actor: User | None = None) -> Member | None:
    """Remove ``user`` from ``workspace`` and keep them out, for ``actor``, one of staff; return the ended membership.

    Raises LastOwner; Conflict unless ``user`` is below ``actor``.
    """
    check_is_below(user, actor)
    access.lock_workspace(workspace.pk)
    Suspension.objects.update_or_create(
        workspace=workspace, user=user, defaults={"is_by_staff": True, "suspended_by": None}
    )
    member = Member.objects.select_related("workspace", "user").filter(workspace=workspace, user=user).first()
    if member is not None:
        end_membership(member)
    return member


@transaction.atomic
def end_suspension(*, workspace: Workspace, user: User, actor: User | None = None, role: Role | None = None) -> None:
    """Let ``user`` join again.

    With a ``role``, make them a member at once, though not of private channels.

    Raises Conflict unless ``user`` is below ``actor``, who does it.
    """
    check_is_below(user, actor)
    Suspension.objects.filter(workspace=workspace, user=user).delete()
    if role is not None:
        ensure_member(workspace=workspace, user=user, role=role)
