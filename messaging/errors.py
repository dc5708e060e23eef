"""Errors of conversations and messages."""

from django.utils.translation import gettext as _

from rosetta.errors import Conflict, Forbidden, Invalid


class MessageDeleted(Conflict):
    code = "message_deleted"
    message = "This message was deleted."


class IdempotencyKeyReused(Conflict):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used with another body."


class IdempotencyInProgress(Conflict):
    code = "idempotency_in_progress"
    message = "A request with this Idempotency-Key is still under way."


class NoOtherEngine(Conflict):
    code = "no_other_engine"
    message = "No other engine translates this pair, or a person wrote this translation."


class Blocked(Forbidden):
    code = "blocked"
    message = "This person does not take direct messages from you."


def unknown_id(field: str) -> Invalid:
    """Return the error of a field that names nothing the caller may use.

    The same for unknown and foreign ids.
    """
    return Invalid({field: [_("The selected %(field)s is invalid.") % {"field": field.replace("_", " ")}]})
