"""Whom staff may act on: everybody but other staff, on whom only superusers act."""

from accounts.models import User
from rosetta.errors import Conflict


def is_below(user: User | None, actor: User | None) -> bool:
    """Return whether ``actor`` may act on the account ``user`` and on what belongs to it.

    ``actor`` is None for the command line and for the service itself, ``user`` for what belongs to no account.
    """
    if actor is None or user is None or actor.is_superuser or actor.pk == user.pk:
        return True
    return not (user.is_staff or user.is_superuser)


def check_is_below(user: User | None, actor: User | None) -> None:
    """Raise Conflict unless ``actor`` may act on ``user``.

    Every action of staff on an account calls this.
    """
    if not is_below(user, actor):
        raise Conflict("Only a superuser may do this to staff.")
