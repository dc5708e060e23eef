"""Rules of messages that need neither HTTP nor a worker.

Plans, statuses, queue positions, and the schema's examples.
"""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from messaging.api import schemas
from messaging.models import Message, MessageTranslation
from messaging.tests.client import path_of
from messaging.translations.plan import AUTHOR, plan_text
from messaging.translations.status import status_of
from rosetta.errors import NotFound
from rosetta.ids import NO_ID
from rosetta.languages import Reading
from translation.service import Circumstances
from workspaces.audience import Audience
from workspaces.models import Channel, Conversation
from workspaces.streams import numbering
from workspaces.streams.numbering import COST_PER_MESSAGE_MS, MAX_BACKLOG_MS

pytestmark = pytest.mark.django_db
State, Status = MessageTranslation.State, Message.TranslationStatus
NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
PLAIN = Circumstances()
EVERYBODY = Audience.in_languages(["en", "ja", "th"])


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (set(), Status.NOT_NEEDED),
        ({State.READY}, Status.COMPLETED),
        ({State.READY, State.SKIPPED}, Status.SKIPPED),
        ({State.READY, State.SKIPPED, State.FAILED}, Status.FAILED),
        (set(State), Status.PENDING),
    ],
)
def test_the_least_finished_translation_decides_a_messages_status(states: set[str], status: str) -> None:
    assert status_of(states) == status


def test_a_plan_needs_each_language_of_the_audience_but_the_texts_own(workspace: object) -> None:
    plan = plan_text(NO_ID, "The crane at pier nine has stopped.", "en", EVERYBODY, {}, PLAIN)
    assert (plan.status, plan.targets) == (Status.PENDING, {"ja": None, "th": None})


def test_a_plan_uses_its_authors_own_translations(workspace: object) -> None:
    own = {"th": "ปั้นจั่นหยุดแล้ว", "en": "ignored"}
    plan = plan_text(
        NO_ID, "The crane at pier nine has stopped.", "en", Audience.in_languages(["en", "th"]), own, PLAIN
    )
    translation = plan.targets["th"]
    assert plan.status == Status.COMPLETED
    assert translation is not None
    assert (translation.text, translation.engine, set(plan.targets)) == (own["th"], AUTHOR, {"th"})


def test_a_plan_skips_what_no_engine_can_translate(workspace: object) -> None:
    assert plan_text(NO_ID, "👍", "en", EVERYBODY, {}, PLAIN).status == Status.SKIPPED


def test_a_plan_of_one_language_needs_nothing(workspace: object) -> None:
    assert plan_text(NO_ID, "Good morning", "en", Audience.in_languages(["en"]), {}, PLAIN).status == Status.NOT_NEEDED


def test_a_plan_leaves_out_languages_whose_readers_all_read_the_original(workspace: object) -> None:
    audience = Audience.of([Reading("th", frozenset({"en"})), Reading("ja"), Reading("ja", frozenset({"en"}))])
    assert set(plan_text(NO_ID, "The crane at pier nine has stopped.", "en", audience, {}, PLAIN).targets) == {"ja"}
    assert set(plan_text(NO_ID, "Derek di dermaga berhenti.", "id", audience, {}, PLAIN).targets) == {"ja", "th"}


def test_numbers_of_messages_and_events_have_no_gaps() -> None:
    conversation = Conversation.objects.create()
    numbers = [numbering.next_message(conversation.pk, NOON) for _ in range(3)]
    assert [(number.seq, number.event) for number in numbers] == [(1, 1), (2, 2), (3, 3)]
    assert numbering.next_events(Conversation, conversation.pk, 2) == 4
    assert numbering.next_message(conversation.pk, NOON).event == 6


def test_each_message_queues_behind_its_conversations_last_but_never_too_far() -> None:
    conversation = Conversation.objects.create()
    positions = [numbering.next_message(conversation.pk, NOON).queue_position - NOON_MS for _ in range(3)]
    assert positions == [0, COST_PER_MESSAGE_MS, 2 * COST_PER_MESSAGE_MS]
    Conversation.objects.filter(pk=conversation.pk).update(turn=NOON_MS + 10 * MAX_BACKLOG_MS)
    assert numbering.next_message(conversation.pk, NOON).queue_position == NOON_MS + MAX_BACKLOG_MS
    later = NOON + timedelta(hours=1)
    assert numbering.next_message(conversation.pk, later).queue_position == int(later.timestamp() * 1000)


def test_an_erased_conversation_gives_no_numbers() -> None:
    with pytest.raises(NotFound):
        numbering.next_message(NO_ID, NOON)
    with pytest.raises(NotFound):
        numbering.next_events(Conversation, NO_ID, 1)


def test_the_schemas_example_has_the_fields_of_a_real_message(as_owner: APIClient, channel: Channel) -> None:
    posted = as_owner.post(path_of(channel), {"content": "Thank you"}).json()["data"]
    as_owner.put(f"{path_of(channel)}/{posted['id']}/reactions/👍")
    page = as_owner.get(path_of(channel)).json()
    (message,) = page["data"]
    assert list(schemas.POSTED) == list(posted)
    assert list(schemas.MESSAGE) == list(message)
    assert schemas.MESSAGE["sender"].keys() == message["sender"].keys()  # type: ignore[attr-defined]
    assert schemas.MESSAGE["reactions"][0].keys() == message["reactions"][0].keys()  # type: ignore[index]
    assert schemas.PAGE_META.keys() == page["meta"].keys()
