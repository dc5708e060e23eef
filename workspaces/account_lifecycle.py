"""What becomes of somebody's workspaces when their account goes."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import lifecycle
from accounts.models import User
from rosetta.errors import Invalid, NotFound
from workspaces import access, actions
from workspaces.actions.members import unseat
from workspaces.models import Member, Role


def leave_all(user: User) -> None:
    """``user`` leaves every workspace; those without anybody else go too. The caller is in a transaction.

    Raises Invalid on ``workspaces``, with nothing changed, where others would be left without an owner.
    """
    seats: list[Member] = []
    orphans: list[str] = []
    # In one order for everybody: two people who leave two common workspaces must not wait for each other.
    for workspace_id in user.memberships.order_by("workspace_id").values_list("workspace_id", flat=True):
        try:
            seat = access.membership(user, workspace_id, lock=True)
        except NotFound:  # removed, or deleted with the workspace, before the lock was ours
            continue
        seats.append(seat)
        if seat.role == Role.OWNER and not _others(seat, Role.OWNER) and _others(seat):
            orphans.append(seat.workspace.name)
    if orphans:
        names = ", ".join(orphans)
        raise Invalid({"workspaces": [_("Make somebody else an owner first: %(names)s.") % {"names": names}]})
    for seat in seats:
        if _others(seat):
            unseat(seat)
        else:
            actions.delete_workspace(workspace=seat.workspace)


def _others(seat: Member, *roles: Role) -> bool:
    others = Member.objects.filter(workspace_id=seat.workspace_id).exclude(pk=seat.pk)
    return (others.filter(role__in=roles) if roles else others).exists()


@transaction.atomic
def _leave_the_rest(user: User) -> int:
    """Workspaces that were joined by a request under way while the account was being closed."""
    count = user.memberships.count()
    if count:
        leave_all(user)
    return count


def register() -> None:
    """Make the closing of accounts leave workspaces."""
    lifecycle.CHECKS.append(leave_all)
    lifecycle.ERASERS.append(lifecycle.Eraser("workspaces", lambda user: user.memberships.count(), _leave_the_rest))
