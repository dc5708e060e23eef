"""Refusals of temporary rooms."""

from rosetta.errors import Forbidden


class ActiveLimitExceeded(Forbidden):
    code = "temporary_room_quota_exceeded"
    message = "Temporary Room active room limit exceeded."


class MonthlyLimitExceeded(Forbidden):
    code = "temporary_room_quota_exceeded"
    message = "Temporary Room monthly creation limit exceeded."


class ExtensionNotAllowed(Forbidden):
    code = "temporary_room_extension_not_allowed"
    message = "Temporary Room extension is not allowed."


TTL_EXCEEDS = "ttl_hours_exceeds_limit"
EXTENSION_EXCEEDS = "extension_hours_exceeds_limit"
