"""Queries that are compiled once give what the queryset itself would give."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conftest import make_user
from rosetta.compiled import ULID, CompiledQuery
from workspaces.models import Channel, Workspace

pytestmark = pytest.mark.django_db


def test_the_same_query_serves_every_value(owner: User, workspace: Workspace) -> None:
    by_slug = CompiledQuery(
        lambda workspace_id, slug: Channel.objects.select_related("workspace").filter(
            workspace=workspace_id, slug=slug
        ),
        workspace_id=ULID,
        slug=str,
    )
    with CaptureQueriesContext(connection) as seen:
        found = by_slug.first(workspace_id=workspace.pk, slug="general")
        assert found.workspace.name == "Acme"
    assert len(seen) == 1
    assert by_slug.first(workspace_id=workspace.pk, slug="other") is None


def test_plain_rows_keep_their_types() -> None:
    user = make_user("Nok", "th")
    by_id = CompiledQuery(lambda pk: User.objects.filter(pk=pk).values("pk", "is_active", "created_at"), pk=int)
    assert by_id.rows(pk=user.pk) == [{"pk": user.pk, "is_active": True, "created_at": user.created_at}]


def test_a_value_that_the_query_forgets_is_a_mistake_told_at_once() -> None:
    forgetful = CompiledQuery(lambda pk: User.objects.all(), pk=int)
    with pytest.raises(ValueError, match="does not bind pk"):
        forgetful.rows(pk=1)
