"""The events of a stream are numbered 1, 2, 3 …, whatever wrote them."""

import pytest

from rosetta.errors import Invalid
from workspaces import actions
from workspaces.models import Event, Member, Workspace


def numbers(workspace: Workspace) -> list[int]:
    return list(Event.objects.filter(stream_id=workspace.pk).order_by("seq").values_list("seq", flat=True))


def test_numbers_have_no_gaps(workspace: Workspace, membership: Member) -> None:
    before = len(numbers(workspace))
    channel = actions.create_channel(member=membership, name="Plans", visibility="private", slug="plans")
    actions.archive_channel(channel=channel)
    actions.unarchive_channel(channel=channel)
    workspace.refresh_from_db()
    assert len(numbers(workspace)) > before + 2
    assert numbers(workspace) == list(range(1, workspace.last_event + 1))


def test_a_refused_change_uses_no_number(workspace: Workspace, membership: Member) -> None:
    actions.create_channel(member=membership, name="Plans", slug="plans")
    before = numbers(workspace)
    with pytest.raises(Invalid):
        actions.create_channel(member=membership, name="Plans", slug="plans")
    workspace.refresh_from_db()
    assert numbers(workspace) == before == list(range(1, workspace.last_event + 1))


def test_streams_count_each_for_themselves(workspace: Workspace, membership: Member) -> None:
    other = actions.create_workspace(owner=membership.user, name="Other").workspace
    other.refresh_from_db()
    assert numbers(other) == list(range(1, other.last_event + 1))
