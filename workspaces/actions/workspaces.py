"""Create, change and delete workspaces."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from files.actions.claim import claim_picture
from files.actions.delete import release
from files.models import File
from rosetta import access_changes
from rosetta.ids import new_ulid
from workspaces import access, erasure
from workspaces.actions.channels import create_channel
from workspaces.actions.members import add_member
from workspaces.changes import UNSET, given
from workspaces.models import Member, Role, Visibility, Workspace
from workspaces.slugs import create_under_slug, slug_taken

FIRST_CHANNEL = "general"


@transaction.atomic
def create_workspace(
    *,
    owner: User,
    name: str,
    slug: str | None = None,
    visibility: str | None = None,
    password: str | None = None,
    kind: Workspace.Kind = Workspace.Kind.TEAM,
    expires_at: datetime | None = None,
) -> Member:
    """Create a workspace with its owner and a first channel.

    Raises Invalid when ``slug`` is taken.
    """
    fields: dict[str, Any] = {
        "name": name,
        "visibility": visibility or Visibility.PRIVATE,
        "password_hash": make_password(password) if password else "",
        "kind": kind,
        "expires_at": expires_at,
    }
    workspace = create_under_slug(
        lambda free_slug: Workspace.objects.create(slug=free_slug, **fields),
        name=name,
        slug=slug,
        is_taken=lambda candidate: Workspace.objects.filter(slug=candidate).exists(),
    )
    member = add_member(workspace=workspace, user=owner, role=Role.OWNER)
    create_channel(member=member, name=FIRST_CHANNEL, slug=FIRST_CHANNEL)
    return member


@transaction.atomic
def update_workspace(
    *,
    workspace: Workspace,
    name: str = UNSET,
    slug: str = UNSET,
    visibility: str = UNSET,
    password: str | None = UNSET,
    default_language: str | None = UNSET,
    retention_days: int | None = UNSET,
) -> Workspace:
    """Change the given fields; a ``password`` of None removes it, ``retention_days`` of None keep messages for ever.

    Raises Invalid when ``slug`` is taken.
    """
    changes = given(
        name=name,
        slug=slug,
        visibility=visibility,
        default_language=default_language,
        retention_days=retention_days,
    )
    if password is not UNSET:
        changes["password_hash"] = make_password(password) if password else ""
    if not changes:
        return workspace
    try:
        with transaction.atomic():
            Workspace.objects.filter(pk=workspace.pk).update(updated_at=timezone.now(), **changes)
    except IntegrityError:
        raise slug_taken() from None
    workspace.refresh_from_db()
    return workspace


@transaction.atomic
def set_icon(*, workspace: Workspace, user: User, file_id: str | None) -> Workspace:
    """Make one of ``user``'s pictures the icon of ``workspace``, None: no picture; delete the icon before.

    Locks the workspace. Raises Invalid with ``file_id`` for anything but an unclaimed picture; NotFound.
    """
    access.lock_workspace(workspace.pk)
    workspace.refresh_from_db()
    icon = claim_picture(user=user, file_id=file_id) if file_id is not None else None
    _release_icon(workspace)
    workspace.icon_id = icon.pk if icon is not None else None
    Workspace.objects.filter(pk=workspace.pk).update(icon_id=workspace.icon_id, updated_at=timezone.now())
    return workspace


def _release_icon(workspace: Workspace) -> None:
    if workspace.icon_id:
        release(files=File.objects.filter(pk=workspace.icon_id))


def set_retention(*, workspace: Workspace, days: int | None) -> None:
    """Keep messages of ``workspace`` for ``days``, None: for ever.

    A periodic job erases older ones permanently.
    """
    workspace.retention_days = days
    Workspace.objects.filter(pk=workspace.pk).update(retention_days=days, updated_at=timezone.now())


@transaction.atomic
def delete_workspace(*, workspace: Workspace) -> None:
    """Hide ``workspace`` from everybody now and end all access to it.

    A task erases its messages and files.
    """
    now = timezone.now()
    _release_icon(workspace)
    # Frees its slug, and locks the row, so that nobody joins in between.
    Workspace.objects.filter(pk=workspace.pk).update(
        deleted_at=now, slug=f"deleted-{new_ulid()}", visibility=Visibility.PRIVATE, member_count=0
    )
    Member.objects.filter(workspace=workspace).delete()
    workspace.invites.all().delete()
    workspace.webhooks.filter(deleted_at=None).update(deleted_at=now)
    erasure.start()
    access_changes.record(access_changes.Kind.MEMBERS, [workspace.pk])
