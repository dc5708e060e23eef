"""What this app adds to the apps below it.

Called once, when Django has loaded the app.
"""

from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import lifecycle
from accounts.models import Guest, User
from files import consistency
from rosetta.errors import Invalid, NotFound
from translation.local_models import demand
from workspaces import access, account_lifecycle, actions, notices
from workspaces.actions.members import end_membership
from workspaces.models import Member, Role, Workspace


def register() -> None:
    """Let deletions of accounts end their memberships, exports show them, and translation know who reads which language."""
    notices.register()
    consistency.HOLDERS.append(_icons)
    lifecycle.EXPORTERS.extend(account_lifecycle.EXPORTERS)
    lifecycle.NOT_EXPORTED.update(account_lifecycle.NOT_EXPORTED)
    lifecycle.CHECKS.append(leave_all)
    lifecycle.ERASERS.append(lifecycle.Eraser("workspaces", lambda user: user.memberships.count(), _leave_remaining))
    demand.READERS.extend((_members_by_language, _guests_by_language))


def _icons() -> QuerySet[Any]:
    return Workspace.objects.exclude(icon_id=None).values("icon_id")


def _members_by_language() -> dict[str, int]:
    rows = Member.objects.filter(workspace__deleted_at=None).order_by().values_list("language")
    return dict(rows.annotate(people=Count("pk")))


def _guests_by_language() -> dict[str, int]:
    admitted = Guest.objects.filter(removed_at=None, expires_at__gt=timezone.now())
    return dict(admitted.order_by().values_list("preferred_language").annotate(people=Count("pk")))


def leave_all(user: User) -> None:
    """End all memberships of ``user``, and delete the workspaces that have no other member.

    Call it in a transaction. Locks the workspaces. Raises Invalid on ``workspaces``, and changes nothing, if a workspace
    with other members would be left without an owner.
    """
    memberships: list[Member] = []
    ownerless: list[str] = []
    # Locked in one order for everybody, because two users who leave the same two workspaces must not wait for each other.
    for workspace_id in user.memberships.order_by("workspace_id").values_list("workspace_id", flat=True):
        try:
            member = access.membership(user, workspace_id, lock=True)
        except NotFound:  # removed, or deleted with the workspace, before we had the lock
            continue
        memberships.append(member)
        if member.role == Role.OWNER and not _has_others(member, Role.OWNER) and _has_others(member):
            ownerless.append(member.workspace.name)
    if ownerless:
        names = ", ".join(ownerless)
        raise Invalid({"workspaces": [_("Make somebody else an owner first: %(names)s.") % {"names": names}]})
    for member in memberships:
        if _has_others(member):
            end_membership(member)
        else:
            actions.delete_workspace(workspace=member.workspace)


def _has_others(member: Member, *roles: Role) -> bool:
    others = Member.objects.filter(workspace_id=member.workspace_id).exclude(pk=member.pk)
    return (others.filter(role__in=roles) if roles else others).exists()


@transaction.atomic
def _leave_remaining(user: User) -> int:
    """Leave the workspaces that a concurrent request joined while the account was being closed; return their number."""
    count = user.memberships.count()
    if count:
        leave_all(user)
    return count
