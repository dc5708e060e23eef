"""Who may change or remove whom: the rules of roles, without rows."""

from workspaces.models import Role


def may_edit(actor: Role, target: Role, *, new_role: Role, is_self: bool) -> bool:
    """Return whether ``actor`` may edit a member with role ``target`` and set ``new_role``.

    Moderators edit members of their own rank or below, everybody edits themselves, and only owners change roles.
    """
    is_above = actor != Role.MEMBER and actor.rank >= target.rank
    return (is_self or is_above) and (new_role == target or actor == Role.OWNER)


def may_remove(actor: Role, target: Role, *, is_self: bool) -> bool:
    """Return whether ``actor`` may remove a member with role ``target``.

    Everybody removes themselves, owners anybody, and admins members without a role.
    """
    return is_self or actor == Role.OWNER or (actor == Role.ADMIN and target == Role.MEMBER)
