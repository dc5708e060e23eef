"""Statements that are compiled once do what the queryset itself would do."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from messaging.models import Message, MessageTranslation
from rosetta.db.inserts import CompiledUpdate, WriteBatch
from rosetta.db.queries import ULID, CompiledQuery
from workspaces.models import Channel, Conversation, Event, Workspace

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


@pytest.mark.parametrize("data", [{}, [1, 2.5, "é", None], {"a": {"b": True}}, "word"])
def test_plain_rows_are_those_of_the_queryset(workspace: Workspace, data: Any) -> None:
    for seq in (100, 101):
        Event.objects.create(stream_id=workspace.pk, seq=seq, kind="told", data=data, user_id=None)

    def events(stream_id: str, above: int) -> QuerySet[Any, Any]:
        rows = Event.objects.filter(stream_id=stream_id, seq__gt=above).order_by("seq")
        return rows.values_list("seq", "stream_id", "user_id", "data", "created_at", Lower("kind"))

    found = CompiledQuery(events, stream_id=ULID, above=int).rows(stream_id=workspace.pk, above=99)
    assert found == list(events(workspace.pk, 99))
    assert [type(value) for value in found[0]] == [type(value) for value in events(workspace.pk, 99)[0]]


def test_models_are_those_of_the_queryset(owner: User, workspace: Workspace) -> None:
    def channels(workspace_id: str) -> QuerySet[Any, Any]:
        rows = Channel.objects.select_related("workspace", "created_by").filter(workspace=workspace_id).order_by("pk")
        return rows.annotate(first_seq=F("conversation__last_seq") + 1)

    Channel.objects.create(conversation=Conversation.objects.create(), workspace=workspace, name="b", slug="b")
    found = CompiledQuery(channels, workspace_id=ULID).rows(workspace_id=workspace.pk)
    same = list(channels(workspace.pk))
    assert [model_to_dict(row) for row in found] == [model_to_dict(row) for row in same]
    assert [(row.first_seq, row.created_by, row._state.adding) for row in found] == [
        (row.first_seq, row.created_by, False) for row in same
    ]
    with CaptureQueriesContext(connection) as seen:
        assert [row.workspace.name for row in found] == ["Acme", "Acme"]
    assert not seen.captured_queries


def test_a_query_of_dictionaries_is_refused() -> None:
    by_id = CompiledQuery(lambda pk: User.objects.filter(pk=pk).values("pk"), pk=int)
    with pytest.raises(ValueError, match="neither models nor"):
        by_id.rows(pk=1)


def test_a_value_that_the_query_forgets_is_a_mistake_told_at_once() -> None:
    forgetful = CompiledQuery(lambda pk: User.objects.all(), pk=int)
    with pytest.raises(ValueError, match="does not bind pk"):
        forgetful.rows(pk=1)


def _events(workspace: Workspace, moment: datetime) -> list[Event]:
    return [
        Event(stream_id=workspace.pk, seq=100 + index, kind="told", data={"index": [index, "é"]}, created_at=moment)
        for index in range(3)
    ]


def test_rows_inserted_together_are_what_django_would_have_stored(workspace: Workspace) -> None:
    moment = timezone.now()
    rows = _events(workspace, moment)
    with WriteBatch() as batch:
        batch.insert(*rows[:1])
        batch.insert(*rows[1:])
    stored = Event.objects.filter(stream_id=workspace.pk, seq__gte=100).order_by("seq")
    assert [(row.seq, row.kind, row.data, row.created_at, row.user_id) for row in stored] == [
        (100 + index, "told", {"index": [index, "é"]}, moment, None) for index in range(3)
    ]


def test_rows_count_as_saved_only_after_their_batch_ran(workspace: Workspace) -> None:
    row = _events(workspace, timezone.now())[0]
    with WriteBatch() as batch:
        batch.insert(row)
        assert row._state.adding
    assert not row._state.adding
    assert row._state.db == "default"


def test_a_batch_runs_nothing_when_its_block_fails(workspace: Workspace) -> None:
    row = _events(workspace, timezone.now())[0]
    with pytest.raises(ZeroDivisionError), WriteBatch() as batch:
        batch.insert(row)
        raise ZeroDivisionError
    assert row._state.adding
    assert not Event.objects.filter(stream_id=workspace.pk, seq=100).exists()


def test_an_error_in_a_batch_is_djangos_and_undoes_all_of_it(workspace: Workspace) -> None:
    rows = [Event(stream_id=workspace.pk, seq=100, kind="told") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic(), WriteBatch() as batch:
        for row in rows:
            batch.insert(row)
    assert all(row._state.adding for row in rows)
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
