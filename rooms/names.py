"""A room's name in its visitors' languages, by the way of a message: memory and phrasebook at once, engines soon."""

from django.db import transaction
from rosetta.queue.nudge import nudge

from rooms.models import Room
from rosetta import languages
from translation.detection import source_language
from translation.service import Job, recall, translate_batch

# By name: a web process does not load the tasks.
TRANSLATE = "rooms.tasks.translate_name"


def shown_name(room: Room, language: str) -> str:
    """``room``'s name in ``language``; as it was given while there is none, which the workers are then asked for."""
    source = _source_of(room)
    if source == language:
        return room.name
    known = recall(scope_id=room.pk, text=room.name, source=source, targets=[language]).get(language)
    if known is None:
        want(room, [language])
    return known.text if known else room.name


def want(room: Room, targets: list[str]) -> None:
    """Ask the workers for ``room``'s name in ``targets``. A nudge that is lost is made good by the next visitor."""
    transaction.on_commit(lambda: nudge(TRANSLATE, room.pk, targets))


def translate(*, room_id: str, targets: list[str]) -> int:
    """Put a room's name into ``targets`` and into its memory; how many there are now."""
    room = Room.objects.select_related("owner").filter(pk=room_id).first()
    if room is None:
        return 0
    source = _source_of(room)
    wanted = [code for code in targets if code in languages.CODES and code != source]
    outcomes = translate_batch([Job(None, room.pk, room.name, source, code) for code in wanted])
    return sum(outcome.state == "ready" for outcome in outcomes)


def _source_of(room: Room) -> str:
    return source_language(room.name, declared=None, sender_language=room.owner.preferred_language)
