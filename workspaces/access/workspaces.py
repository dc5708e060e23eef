"""Which workspaces, members and invites a user may reach."""

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rosetta.errors import Forbidden, Invalid, NotFound
from workspaces.errors import InviteNotValid
from workspaces.models import Invite, Member, Role, Suspension, Visibility, Workspace


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """Return the workspaces that ``user`` is a member of."""
    return Workspace.objects.filter(members__user=user)


def discoverable() -> QuerySet[Workspace]:
    """Return the public workspaces, which every signed-in user may see."""
    return Workspace.objects.filter(visibility=Visibility.PUBLIC, kind=Workspace.Kind.TEAM, deleted_at=None)


def with_role(workspaces: QuerySet[Workspace], user: User) -> QuerySet[Workspace]:
    """Annotate ``workspaces`` with ``user``'s ``role`` in each, None for non-members."""
    memberships = Member.objects.filter(workspace=OuterRef("pk"), user=user)
    return workspaces.annotate(role=Subquery(memberships.values("role")[:1]))


def visible_workspace(user: User, workspace_id: str) -> tuple[Workspace, str | None]:
    """Return a public workspace or one of ``user``'s own, with the role, None for non-members. Raises NotFound."""
    workspace = with_role(Workspace.objects.filter(pk=workspace_id, deleted_at=None), user).first()
    if workspace is None:
        raise NotFound
    role: str | None = workspace.role  # type: ignore[attr-defined]
    if role is None and (workspace.visibility != Visibility.PUBLIC or workspace.kind != Workspace.Kind.TEAM):
        raise NotFound
    return workspace, role


def lock_workspace(workspace_id: str) -> None:
    """Lock the workspace's row. Raises NotFound when it was deleted.

    Roles and memberships change in the order of this lock. Take it before locking any other row of the workspace, because
    two orders would deadlock.
    """
    # NO KEY, because rows that only refer to the workspace must go on being written meanwhile.
    locked = Workspace.objects.select_for_update(no_key=True).filter(pk=workspace_id, deleted_at=None)
    if not locked.values_list("pk").first():
        raise NotFound


def check_is_team(workspace: Workspace) -> None:
    """Raise Forbidden for a temporary room, which has one channel and guests instead of members."""
    if workspace.kind != Workspace.Kind.TEAM:
        raise Forbidden("A temporary room does not offer this.")


def membership(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """Return ``user``'s membership, with its workspace.

    ``lock`` calls ``lock_workspace`` first.

    Raises NotFound to outsiders; Forbidden where the workspace is public.
    """
    if lock:
        lock_workspace(workspace_id)
    member = Member.objects.select_related("workspace", "user").filter(workspace_id=workspace_id, user=user).first()
    if member is None:
        # Outsiders may know that a public workspace exists, but not what is in it.
        raise Forbidden if discoverable().filter(pk=workspace_id).exists() else NotFound
    return member


def moderator(user: User, workspace_id: str, *, lock: bool = False) -> Member:
    """Return the ``membership`` of an owner or admin.

    Raises Forbidden to other members.
    """
    member = membership(user, workspace_id, lock=lock)
    if not member.is_moderator:
        raise Forbidden
    return member


def team_member(user: User, workspace_id: str) -> Member:
    """Return the ``membership`` in a workspace that is no temporary room.

    Raises Forbidden there.
    """
    member = membership(user, workspace_id)
    check_is_team(member.workspace)
    return member


def team_moderator(user: User, workspace_id: str) -> Member:
    """Return the ``membership`` of an owner or admin in a workspace that is no temporary room."""
    member = moderator(user, workspace_id)
    check_is_team(member.workspace)
    return member


def owned_workspace(user: User, workspace_id: str) -> Workspace:
    """Return a workspace that ``user`` may delete as its owner.

    Raises NotFound, Forbidden.
    """
    member = team_member(user, workspace_id)
    if member.role != Role.OWNER:
        raise Forbidden
    return member.workspace


def members_of(member: Member, name_contains: str | None = None) -> QuerySet[Member]:
    """Return the members of ``member``'s workspace in the order of joining, filtered by name or its reading where asked."""
    members = Member.objects.select_related("user").filter(workspace_id=member.workspace_id).order_by("pk")
    return members.filter(name_or_reading("user__", name_contains)) if name_contains else members


def name_or_reading(path: str, text: str) -> Q:
    """Match people with ``text`` in their name or its reading; ``path`` leads to them."""
    return Q(**{f"{path}name__icontains": text}) | Q(**{f"{path}name_reading__icontains": text})


def member_in(workspace: Workspace, member_id: str) -> Member:
    """Return a member of ``workspace``. Raises NotFound."""
    member = Member.objects.select_related("user", "workspace").filter(workspace=workspace, pk=member_id).first()
    if member is None:
        raise NotFound
    return member


def fellow_member(user: User, workspace_id: str, member_id: str) -> Member:
    """Return a member of a workspace that ``user`` is a member of too.

    Raises NotFound, Forbidden.
    """
    return member_in(membership(user, workspace_id).workspace, member_id)


def selected_member(workspace: Workspace, member_id: str) -> Member:
    """Return the member that a request's body names in ``member_id``. Raises Invalid."""
    try:
        return member_in(workspace, member_id)
    except NotFound:
        raise Invalid({"member_id": [_("The selected member is invalid.")]}) from None


def suspensions_of(workspace: Workspace) -> QuerySet[Suspension]:
    """Return those whom moderators of ``workspace`` keep out, the last first; staff's decisions are not listed."""
    return Suspension.objects.select_related("user").filter(workspace=workspace, is_by_staff=False).order_by("-pk")


def suspension_of(workspace: Workspace, user_id: int) -> Suspension:
    """Return one of ``suspensions_of(workspace)`` by its user. Raises NotFound."""
    suspension = suspensions_of(workspace).filter(user_id=user_id).first()
    if suspension is None:
        raise NotFound
    return suspension


def is_suspended(creator: User | None) -> bool:
    """Return whether staff have suspended the account that set up an invite or webhook."""
    return creator is not None and not creator.is_active


def invites_of(workspace: Workspace) -> QuerySet[Invite]:
    """Return the invites that were not revoked, newest first."""
    return Invite.objects.filter(workspace=workspace, revoked_at=None).order_by("-pk")


def invite_of(workspace: Workspace, invite_id: str) -> Invite:
    """Return an invite that was not revoked. Raises NotFound."""
    invite = Invite.objects.filter(workspace=workspace, pk=invite_id, revoked_at=None).first()
    if invite is None:
        raise NotFound
    return invite


def valid_invite(token: str, *, user: User | None = None, lock: bool = False) -> Invite:
    """Return the invite with ``token`` if it may be used now, with its creator.

    One that is used up is still valid for a ``user`` who is a member, who may have joined by it. Raises InviteNotValid.
    """
    invites = Invite.objects.select_related("workspace", "created_by")
    if lock:
        invites = invites.select_for_update(of=("self",))
    invite = invites.filter(token=token).first()
    if invite is None or not invite.is_valid(timezone.now()) or is_suspended(invite.created_by):
        raise InviteNotValid
    if invite.is_used_up and not (user is not None and invite.workspace.members.filter(user=user).exists()):
        raise InviteNotValid
    if invite.role != Role.MEMBER and not _may_grant(invite):
        raise InviteNotValid
    return invite


def _may_grant(invite: Invite) -> bool:
    """Return whether the creator of an invite for more than a member may still give roles."""
    return Member.objects.filter(workspace=invite.workspace_id, user=invite.created_by_id, role=Role.OWNER).exists()
