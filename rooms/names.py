"""Translate a room's name into its guests' languages.

At once if memory or phrasebook has it, otherwise in a task.
"""

from django.db import transaction

from rooms.models import Room
from rosetta import languages
from rosetta.queue.nudge import nudge
from translation.detection import source_language
from translation.service import Job, recall, translate_batch

# By name, because web processes do not load the tasks.
TRANSLATE = "rooms.tasks.translate_name"


def shown_name(room: Room, language: str) -> str:
    """Return ``room``'s name in ``language``.

    Request the translation and return the original while it is missing.
    """
    source = _source_of(room)
    if source == language or not languages.is_supported(source):
        return room.name
    known = recall(scope_id=room.pk, text=room.name, source=source, targets=[language]).get(language)
    if known is None:
        request_translations(room, [language])
    return known.text if known else room.name


def request_translations(room: Room, targets: list[str]) -> None:
    """Nudge the task that translates ``room``'s name.

    If the nudge is lost, the next guest causes another.
    """
    transaction.on_commit(lambda: nudge(TRANSLATE, room.pk, targets))


def translate(*, room_id: str, targets: list[str]) -> int:
    """Translate a room's name into ``targets``, which stores it in the memory.

    Return the number translated.
    """
    room = Room.objects.select_related("owner").filter(pk=room_id).first()
    if room is None:
        return 0
    source = _source_of(room)
    languages_to_do = [code for code in targets if code in languages.CODES and code != source]
    outcomes = translate_batch([Job(None, room.pk, room.name, source, code) for code in languages_to_do])
    return sum(outcome.state == "ready" for outcome in outcomes)


def _source_of(room: Room) -> str:
    return source_language(room.name, declared=None, sender_language=room.owner.preferred_language)
