"""Queries that are compiled once give what the queryset itself would give."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from conftest import make_user
from rosetta.compiled import ULID, CompiledInsert, CompiledQuery, run_together
from workspaces.models import Channel, Event, Workspace

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


def test_rows_inserted_together_are_what_django_would_have_stored(owner: User, workspace: Workspace) -> None:
    insert, moment = CompiledInsert(Event), timezone.now()
    rows = [
        Event(stream_id=workspace.pk, seq=100 + place, kind="told", data={"place": [place, "é"]}, created_at=moment)
        for place in range(3)
    ]
    run_together([insert.of(rows[:1]), insert.of(rows[1:])])
    stored = Event.objects.filter(stream_id=workspace.pk, seq__gte=100).order_by("seq")
    assert [(row.seq, row.kind, row.data, row.created_at, row.user_id) for row in stored] == [
        (100 + place, "told", {"place": [place, "é"]}, moment, None) for place in range(3)
    ]


def test_an_error_among_statements_that_run_together_is_djangos_and_undoes_them(workspace: Workspace) -> None:
    insert = CompiledInsert(Event)
    twice = [insert.of([Event(stream_id=workspace.pk, seq=100, kind="told")]) for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        run_together(twice)
    assert not Event.objects.filter(stream_id=workspace.pk, seq=100).exists()
