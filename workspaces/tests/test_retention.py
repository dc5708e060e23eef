"""``manage.py set_retention``: for how many days a workspace keeps its messages."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rosetta.ids import new_ulid
from workspaces.actions import delete_workspace
from workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def retention_after(workspace: Workspace, name: str, days: str) -> int | None:
    call_command("set_retention", name, days)
    workspace.refresh_from_db()
    return workspace.retention_days


def test_the_workspace_is_named_by_id_or_slug(workspace: Workspace, capsys: Any) -> None:
    assert retention_after(workspace, workspace.pk, "30") == 30
    assert retention_after(workspace, workspace.slug, "1") == 1
    assert (
        capsys.readouterr().out
        == f"{workspace}: messages are kept for 30 days\n{workspace}: messages are kept for 1 day\n"
    )


def test_forever_ends_a_retention(workspace: Workspace, capsys: Any) -> None:
    retention_after(workspace, workspace.pk, "30")
    assert retention_after(workspace, workspace.pk, "forever") is None
    assert "for ever" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "a week", ""])
def test_other_than_whole_days_are_refused(workspace: Workspace, days: str) -> None:
    with pytest.raises(CommandError, match="write a whole number from 1, or forever"):
        call_command("set_retention", "--", workspace.pk, days)
    workspace.refresh_from_db()
    assert workspace.retention_days is None


def test_an_unknown_or_deleted_workspace_is_refused(workspace: Workspace) -> None:
    delete_workspace(workspace=workspace)
    for name in (workspace.pk, workspace.slug, new_ulid(), "nowhere"):
        with pytest.raises(CommandError, match="There is no workspace"):
            call_command("set_retention", name, "30")
