"""Derive a message's ``translation_status`` from the states of its translations."""

from collections import defaultdict

from messaging.models import Message, MessageTranslation

Status = Message.TranslationStatus
State = MessageTranslation.State

# The first state that any translation of a message is in decides.
BY_STATE = {
    State.PENDING: Status.PENDING,
    State.FAILED: Status.FAILED,
    State.SKIPPED: Status.SKIPPED,
    State.READY: Status.COMPLETED,
}


def settle_statuses(message_ids: set[str]) -> None:
    """Store the status of each message.

    One query to read, and one for each status, at most four, to write.
    """
    states: dict[str, set[str]] = defaultdict(set)
    rows = MessageTranslation.objects.filter(message__in=message_ids).values_list("message_id", "state")
    for message_id, state in rows:
        states[message_id].add(state)
    by_status: dict[str, list[str]] = defaultdict(list)
    for message_id in message_ids:
        by_status[status_of(states[message_id])].append(message_id)
    for status, ids in by_status.items():
        Message.objects.filter(pk__in=ids).exclude(translation_status=status).update(translation_status=status)


def status_of(states: set[str]) -> str:
    """Return the status of a message whose translations are in ``states``."""
    return next((str(status) for state, status in BY_STATE.items() if state in states), str(Status.NOT_NEEDED))
