"""Translate a message again, because its text or its language is another one now."""

from collections.abc import Collection, Mapping

from django.utils import timezone

from messaging.context import ConversationContext
from messaging.models import HUMAN, Message, MessageTranslation
from messaging.translations.plan import AUTHOR, State, Status, milliseconds, nudge_translators, plan_text
from messaging.translations.status import status_of
from translation.service import Circumstances
from workspaces.audience import Audience

BY_PEOPLE = (AUTHOR, HUMAN)


def translate_new_text(context: ConversationContext, message: Message, own_translations: Mapping[str, str]) -> None:
    """Replace the translations of a message whose text changed.

    Sets its status, which the caller saves.
    """
    message.translations.all().delete()
    _translate(context, message, own_translations, frozenset())


def translate_from_new_language(context: ConversationContext, message: Message) -> None:
    """Replace what engines made of a message whose language changed.

    Sets its status, which the caller saves.

    What people wrote stays. Results of engines that are under way are discarded, because their rows are gone.
    """
    by_people = message.translations.filter(engine__in=BY_PEOPLE, state=State.READY, revision=message.revision)
    kept = set(by_people.exclude(language=message.language).values_list("language", flat=True))
    message.translations.exclude(language__in=kept).delete()
    states = _translate(context, message, {}, kept)
    if kept and not message.skip_translation:
        message.translation_status = status_of(states | {State.READY})


def _translate(
    context: ConversationContext, message: Message, own_translations: Mapping[str, str], kept: Collection[str]
) -> set[str]:
    """Add the translations that the audience needs, except into the ``kept`` languages; return their states."""
    if message.skip_translation:
        message.translation_status = Status.SKIPPED
        return set()
    readings = context.audience.readings
    audience = Audience.of(reading for reading in readings if reading.language not in kept)
    circumstances = Circumstances(context.formality)
    plan = plan_text(
        context.scope_id, message.content or "", message.language, audience, own_translations, circumstances
    )
    rows = plan.rows_for(message, context.scope_id, milliseconds(timezone.now()))
    MessageTranslation.objects.bulk_create(rows)
    message.translation_status = plan.status
    nudge_translators(rows)
    return {str(row.state) for row in rows}
