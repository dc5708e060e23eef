"""Actions of staff on accounts, in admin and by command.

Each writes its entry to the audit log.
"""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.actions.tokens import end_access
from accounts.models import User
from accounts.staff import audit, roles
from accounts.staff.rank import check_is_below
from rosetta.errors import Conflict


@transaction.atomic
def set_active(*, user: User, is_active: bool, actor: User | None = None) -> None:
    """Close ``user``'s account, which ends its tokens, sessions and sockets, or open it again.

    Raises Conflict for an account that its owner deleted, for the actor's own account, and for one that is not below it.
    """
    if user.deleted_at is not None:
        raise Conflict("The account was deleted by its owner.")
    if actor is not None and actor.pk == user.pk:
        raise Conflict("Nobody closes their own account here.")
    check_is_below(user, actor)
    user.is_active = is_active
    user.save(update_fields=["is_active", "updated_at"])
    if not is_active:
        end_access(user=user)
    audit.record(actor=actor, action="reactivate" if is_active else "deactivate", target=user)


@transaction.atomic
def set_staff(*, user: User, is_staff: bool, actor: User | None = None) -> None:
    """Grant or withdraw ``user``'s access to admin."""
    user.is_staff = is_staff
    user.save(update_fields=["is_staff", "updated_at"])
    audit.record(actor=actor, action="make staff" if is_staff else "unmake staff", target=user)


@transaction.atomic
def set_role(*, user: User, role: str) -> None:
    """Make ``user`` staff with ``role``, one of ``roles.ROLES``, instead of any other.

    Empty removes the role.
    """
    roles.prepare()
    user.groups.remove(*Group.objects.filter(name__in=roles.ROLES))
    if role:
        user.groups.add(Group.objects.get(name=role))
        user.is_staff = True
        user.save(update_fields=["is_staff", "updated_at"])
    audit.record(actor=None, action="set role", target=user, detail={"role": role})


@transaction.atomic
def sign_out(*, user: User, actor: User | None = None) -> None:
    """End every token, session and socket of ``user``.

    Raises Conflict for an account that is not below ``actor``.
    """
    check_is_below(user, actor)
    end_access(user=user)
    audit.record(actor=actor, action="sign out", target=user)
