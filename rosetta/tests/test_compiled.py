"""Statements that are compiled once do what the queryset itself would do."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from conftest import make_user
from messaging.models import Message, MessageTranslation
from rosetta.compiled import ULID, CompiledInsert, CompiledQuery, CompiledUpdate, run_together
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


@pytest.mark.parametrize("data", [{}, [], {"place": [1, "é", None]}, "a 'word' with %s"])
def test_json_updated_together_is_what_django_would_have_stored(workspace: Workspace, data: Any) -> None:
    rows = [Event.objects.create(stream_id=workspace.pk, seq=100 + place, kind="told") for place in range(2)]
    moment = timezone.now()
    for row in rows:
        row.data, row.user_id, row.created_at, row.kind = data, None, moment, "told.again"
    rows[1].user_id = 7
    CompiledUpdate(Event, ["data", "user_id", "created_at"]).run(rows)
    stored = Event.objects.filter(stream_id=workspace.pk, seq__gte=100).order_by("seq")
    assert [(row.data, row.user_id, row.created_at, row.kind) for row in stored] == [
        (data, user_id, moment, "told") for user_id in (None, 7)
    ]


def test_terms_and_empty_columns_are_updated_as_save_would(owner: User, workspace: Workspace) -> None:
    channel = Channel.objects.get(workspace=workspace)
    message = Message.objects.create(conversation_id=channel.pk, seq=1, sender_user=owner, content="A crane.")
    rows = [MessageTranslation.objects.create(message=message, language=code) for code in ("th", "ja", "id", "zh-CN")]
    moment = timezone.now()
    for row, terms in zip(rows, ("crane harbour", "crane", "", None), strict=True):
        row.state, row.text, row.terms, row.ready_at = MessageTranslation.State.READY, f"{terms}\\ \"'", terms, moment
    rows[2].ready_at = None
    CompiledUpdate(MessageTranslation, ["state", "text", "terms", "ready_at"]).run(rows)

    def stored() -> list[Any]:
        found = MessageTranslation.objects.filter(message=message).order_by("pk")
        return list(found.values_list("state", "text", "terms", "ready_at"))

    compiled = stored()
    for row in rows:
        row.save()
    assert compiled == stored()
    assert MessageTranslation.objects.filter(terms__match=[("crane", False)]).count() == 2


def test_an_update_of_no_rows_asks_nothing_and_a_row_that_is_gone_stays_gone(workspace: Workspace) -> None:
    update = CompiledUpdate(Event, ["kind"])
    with CaptureQueriesContext(connection) as seen:
        update.run([])
    assert not seen.captured_queries
    row = Event.objects.create(stream_id=workspace.pk, seq=100, kind="told")
    Event.objects.filter(pk=row.pk).delete()
    update.run([row])
    assert not Event.objects.filter(pk=row.pk).exists()
