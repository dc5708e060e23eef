"""The abilities that a token may have."""

from rosetta.http.permissions import FULL

ABILITIES: tuple[str, ...] = (
    FULL,
    "automation:messages",
    "temporary-rooms:create",
    "temporary-rooms:read",
    "temporary-rooms:extend",
    "temporary-rooms:close",
)
