"""The JSON of temporary rooms and guests."""

from typing import Any

from django.utils import timezone

from accounts.identity.authentication import GUEST_HEADER
from accounts.models import Guest
from rooms.models import Limits, Room
from rooms.names import shown_name
from rosetta.http.links import link_to
from rosetta.times import moment


def room(row: Room, limits: Limits) -> dict[str, Any]:
    """Return ``row`` as its owner, who has ``limits``, sees it."""
    return {
        "room_id": row.pk,
        "workspace_id": row.pk,
        "channel_id": row.channel_id,
        "name": row.name,
        "kind": "temporary_room",
        "status": row.status_at(timezone.now()),
        "external_reference": row.external_reference,
        "expires_at": moment(row.expires_at),
        "max_expires_at": moment(row.latest_expiry(limits)),
        "extension_count": row.extension_count,
        "join": {"method": "POST", "endpoint": link_to("temporary-room-guest-list", room_id=row.pk)},
    }


def room_for_guests(row: Room) -> dict[str, Any]:
    """Return ``row`` as its guests may see it, without what is for its owner only."""
    return {
        "room_id": row.pk,
        "workspace_id": row.pk,
        "channel_id": row.channel_id,
        "name": row.name,
        "status": row.status_at(timezone.now()),
        "expires_at": moment(row.expires_at),
    }


def guest(row: Guest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "nickname": row.nickname,
        "preferred_language": row.preferred_language,
        "joined_at": moment(row.joined_at),
        "last_seen_at": moment(row.last_seen_at),
    }


def joined(row: Guest, token: str, joined_room: Room) -> dict[str, Any]:
    """Return the answer to a guest who joins, the only one with the token."""
    return {
        "guest": {"id": row.pk, "nickname": row.nickname, "preferred_language": row.preferred_language},
        "session": {
            "token": token,
            "token_type": "guest",
            "header": GUEST_HEADER,
            "expires_at": moment(row.expires_at),
        },
        "room": room_for_guests(joined_room) | {"display_name": shown_name(joined_room, row.preferred_language)},
    }


def usage(limits: Limits, active: int, created_this_month: int) -> dict[str, Any]:
    return {
        "limits": {
            "active_limit": limits.active_limit,
            "monthly_creation_limit": limits.monthly_creation_limit,
        },
        "usage": {"active_room_count": active, "monthly_creation_count": created_this_month},
        "abuse_signals": {
            "active_limit_reached": active >= limits.active_limit,
            "monthly_creation_limit_reached": created_this_month >= limits.monthly_creation_limit,
        },
    }
