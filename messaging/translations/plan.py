"""Plan a message's translations.

Which languages need one, and which are known at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from messaging.context import ConversationContext, Sender
from messaging.drafts import NewMessage
from messaging.models import Message, MessageTranslation
from messaging.search.text import terms_of
from rosetta import languages
from rosetta.queue.nudge import nudge_once
from translation.detection import source_language
from translation.service import Circumstances, Translation, is_translatable, recall
from workspaces.audience import Audience

Status = Message.TranslationStatus
State = MessageTranslation.State

AUTHOR = "author"
# The task that translates what is pending, by name: a web process does not load the tasks.
TRANSLATE = "messaging.tasks.translate_owed"
READY_FIELDS = ("state", "text", "engine", "confidence", "ready_at", "terms")


@dataclass(frozen=True, slots=True)
class TranslationPlan:
    """A message's language and, for each other language of its audience, the translation, or None while it is pending."""

    language: str
    status: str
    targets: dict[str, Translation | None]

    def rows_for(self, message: Message, scope_id: str, queue_position: int) -> list[MessageTranslation]:
        """Return the unsaved rows of ``message``'s translations."""
        return [
            translation_row(message, scope_id, language, translation, queue_position)
            for language, translation in self.targets.items()
        ]


def translation_row(
    message: Message, scope_id: str, language: str, translation: Translation | None, queue_position: int
) -> MessageTranslation:
    """Return the unsaved row of ``message`` in ``language``.

    Ready when ``translation`` is known, else pending.
    """
    row = MessageTranslation(message=message, language=language, revision=message.revision, turn=queue_position)
    if translation is not None:
        mark_ready(row, scope_id, translation.text, translation.engine, translation.confidence)
    return row


def mark_ready(row: MessageTranslation, scope_id: str, text: str, engine: str, confidence: int | None = None) -> None:
    """Give ``row`` its text, by which search finds it too.

    Sets ``READY_FIELDS``; the caller saves.
    """
    row.state, row.text, row.engine, row.confidence = State.READY, text, engine, confidence
    row.ready_at = timezone.now()
    row.terms = terms_of(text, scope_id, row.language)


def plan_translations(*, context: ConversationContext, sender: Sender, text: str, draft: NewMessage) -> TranslationPlan:
    """Return what is needed for a new message with ``text`` in the languages of its audience."""
    language = source_language(text, declared=draft.language, sender_language=_likely_language(sender, context))
    if draft.skip_translation:
        return TranslationPlan(language, Status.SKIPPED, {})
    circumstances = Circumstances(context.formality)
    return plan_text(context.scope_id, text, language, context.audience, draft.translations, circumstances)


def plan_text(
    scope_id: str,
    text: str,
    language: str,
    audience: Audience,
    own_translations: Mapping[str, str],
    circumstances: Circumstances,
) -> TranslationPlan:
    """Return the plan for ``text`` in ``language``, said in ``circumstances``.

    ``own_translations`` are the author's, by language.

    A text in a language that we lack is shown as it was written: no engine is asked for it.
    """
    targets: dict[str, Translation | None] = {
        code: Translation(own, AUTHOR) for code, own in own_translations.items() if code != language
    }
    if is_translatable(text):
        wanted = audience.needs(language) if languages.is_supported(language) else set()
        needed = sorted(wanted - set(targets))
        known: dict[str, Translation] = {}
        if needed:
            known = recall(scope_id=scope_id, text=text, source=language, targets=needed, circumstances=circumstances)
        targets |= {code: known.get(code) for code in needed}
    elif not targets:
        return TranslationPlan(language, Status.SKIPPED, {})
    return TranslationPlan(language, _status_of(targets), targets)


def _status_of(targets: dict[str, Translation | None]) -> str:
    if not targets:
        return Status.NOT_NEEDED
    return Status.PENDING if None in targets.values() else Status.COMPLETED


def _likely_language(sender: Sender, context: ConversationContext) -> str:
    """Return the language that the sender most likely writes in.

    As a correction said, else the one that they read here.
    """
    taught = dict(context.conversation.taught_languages or []).get(sender.key)
    if taught and languages.is_supported(taught):
        return str(taught)
    if sender.is_automation or sender.webhook is not None:
        return languages.DEFAULT
    return context.language


def milliseconds(moment: datetime) -> int:
    """Return ``moment`` as a queue position, in Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def nudge_translators(rows: Sequence[MessageTranslation]) -> None:
    """Wake a translator after the commit if one of ``rows`` is pending."""
    if any(row.state == State.PENDING for row in rows):
        transaction.on_commit(lambda: nudge_once(TRANSLATE))
