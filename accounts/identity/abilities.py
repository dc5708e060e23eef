"""What a token may be allowed to do."""

from rosetta.http.permissions import FULL

ABILITIES: tuple[str, ...] = (
    FULL,
    "automation:messages",
    "temporary-rooms:create",
    "temporary-rooms:read",
    "temporary-rooms:extend",
    "temporary-rooms:close",
)
