"""Which languages a message is owed in, and what is known of it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from rosetta.queue.nudge import nudge_once

from messaging.context import Place, Sender
from messaging.models import Message, MessageTranslation
from messaging.search.text import terms_of
from rosetta import languages
from translation.detection import source_language
from translation.service import Translation, is_translatable, recall

if TYPE_CHECKING:
    from messaging.actions.posting import Draft

Status = Message.TranslationStatus
State = MessageTranslation.State

AUTHOR = "author"
# The task that translates what is owed, by name: a web process does not load the tasks.
TRANSLATE = "messaging.tasks.translate_owed"
# Translators take turns. A message puts its conversation's next turn off by so many milliseconds: who writes faster has turns
# in the future, and all who write less go before it. Never further than MAX_AHEAD_MS, so that a flood is forgiven.
SHARE_MS = 250
MAX_AHEAD_MS = 60_000
SAID = ("state", "text", "engine", "ready_at", "terms")


@dataclass(frozen=True, slots=True)
class Plan:
    """A message's language, and for each other language of its audience the words, or None while they are owed."""

    language: str
    status: str
    targets: dict[str, Translation | None]

    def rows_for(self, message: Message, scope_id: str, turn: int) -> list[MessageTranslation]:
        return [translation_row(message, scope_id, language, known, turn) for language, known in self.targets.items()]


def translation_row(
    message: Message, scope_id: str, language: str, known: Translation | None, turn: int
) -> MessageTranslation:
    """The row of ``message`` in ``language``: ready when its words are known, else pending. Not saved."""
    row = MessageTranslation(message=message, language=language, revision=message.revision, turn=turn)
    if known is not None:
        say(row, scope_id, known.text, known.engine)
    return row


def say(row: MessageTranslation, scope_id: str, text: str, engine: str) -> None:
    """Make ``row`` ready with ``text``, which is then found by search too. Not saved: ``SAID`` are the fields."""
    row.state, row.text, row.engine, row.ready_at = State.READY, text, engine, timezone.now()
    row.terms = terms_of(text, scope_id, row.language)


def plan(*, place: Place, sender: Sender, text: str, draft: "Draft") -> Plan:
    """What is to be done for ``text`` in the languages it is heard in."""
    spoken = _spoken_by(sender, place)
    language = source_language(text, declared=draft.language, sender_language=spoken)
    if draft.skip_translation:
        return Plan(language, Status.SKIPPED, {})
    return targets_of(place.scope_id, text, language, place.heard, draft.translations)


def targets_of(scope_id: str, text: str, language: str, heard: frozenset[str], variants: Mapping[str, str]) -> Plan:
    """The plan for ``text`` in ``language`` that is heard in ``heard``; ``variants`` are its author's own words in others."""
    targets: dict[str, Translation | None] = {
        code: Translation(words, AUTHOR) for code, words in variants.items() if code != language
    }
    if is_translatable(text):
        owed = sorted(heard - {language} - set(targets))
        known = recall(scope_id=scope_id, text=text, source=language, targets=owed) if owed else {}
        targets |= {code: known.get(code) for code in owed}
    elif not targets:
        return Plan(language, Status.SKIPPED, {})
    return Plan(language, status_of(targets), targets)


def status_of(targets: "dict[str, Translation | None]") -> str:
    if not targets:
        return Status.NOT_NEEDED
    return Status.PENDING if None in targets.values() else Status.COMPLETED


def _spoken_by(sender: Sender, place: Place) -> str:
    """What the sender most likely writes in: what they read here."""
    if sender.is_automation or sender.webhook is not None:
        return languages.DEFAULT
    return place.language


def milliseconds(moment: datetime) -> int:
    """``moment`` as turns count."""
    return int(moment.timestamp() * 1000)


def nudge_translators(rows: Sequence[MessageTranslation]) -> None:
    """After the commit, wake a translator when one of ``rows`` is owed."""
    if any(row.state == State.PENDING for row in rows):
        transaction.on_commit(lambda: nudge_once(TRANSLATE))
