"""The rules of roles, as tables."""

from itertools import product

import pytest

from workspaces.models import Role
from workspaces.roles import may_edit, may_remove

OWNER, ADMIN, MEMBER = Role.OWNER, Role.ADMIN, Role.MEMBER
# Who may edit whom without changing the role.
EDITS = {
    (OWNER, OWNER), (OWNER, ADMIN), (OWNER, MEMBER),
    (ADMIN, ADMIN), (ADMIN, MEMBER),
}  # fmt: skip
REMOVALS = {(OWNER, OWNER), (OWNER, ADMIN), (OWNER, MEMBER), (ADMIN, MEMBER)}


def test_ranks_order_the_roles() -> None:
    assert sorted(Role, key=lambda role: role.rank) == [MEMBER, ADMIN, OWNER]


@pytest.mark.parametrize(("actor", "target"), product(Role, Role))
def test_who_edits_whom(actor: Role, target: Role) -> None:
    assert may_edit(actor, target, new_role=target, is_self=False) == ((actor, target) in EDITS)


@pytest.mark.parametrize("role", Role)
def test_everybody_edits_themselves_with_their_present_role(role: Role) -> None:
    assert may_edit(role, role, new_role=role, is_self=True)


@pytest.mark.parametrize(("actor", "target", "new_role"), product(Role, Role, Role))
@pytest.mark.parametrize("is_self", [True, False])
def test_only_owners_change_roles(actor: Role, target: Role, new_role: Role, is_self: bool) -> None:
    if target != new_role and (not is_self or actor == target):
        assert may_edit(actor, target, new_role=new_role, is_self=is_self) == (actor == OWNER)


@pytest.mark.parametrize(("actor", "target"), product(Role, Role))
def test_who_removes_whom(actor: Role, target: Role) -> None:
    assert may_remove(actor, target, is_self=False) == ((actor, target) in REMOVALS)


@pytest.mark.parametrize("role", Role)
def test_everybody_removes_themselves(role: Role) -> None:
    assert may_remove(role, role, is_self=True)
