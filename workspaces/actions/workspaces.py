"""Create, change and delete workspaces."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from rosetta import access_changes
from rosetta.ids import new_ulid
from workspaces import erasure
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
) -> Workspace:
    """Change the given fields; a ``password`` of None removes it.

    Raises Invalid when ``slug`` is taken.
    """
    changes = given(name=name, slug=slug, visibility=visibility)
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
    # Frees its slug, and locks the row, so that nobody joins in between.
    Workspace.objects.filter(pk=workspace.pk).update(
        deleted_at=now, slug=f"deleted-{new_ulid()}", visibility=Visibility.PRIVATE, member_count=0
    )
    Member.objects.filter(workspace=workspace).delete()
    workspace.invites.all().delete()
    workspace.webhooks.filter(deleted_at=None).update(deleted_at=now)
    erasure.start()
    access_changes.record(access_changes.Kind.MEMBERS, [workspace.pk])
