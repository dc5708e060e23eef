"""Devices and preferences as JSON, without push tokens."""

from typing import Any

from devices import transports
from devices.models import ConversationPreference, Device, PushPreference
from rosetta.times import moment


def device(row: Device) -> dict[str, Any]:
    return {
        "id": row.pk,
        "platform": row.platform,
        "provider": row.provider,
        "device_id": row.device_id,
        "device_name": row.device_name,
        "app_version": row.app_version,
        "last_used_at": moment(row.last_used_at),
        "created_at": moment(row.created_at),
    }


def push_preference(row: PushPreference) -> dict[str, Any]:
    quiet_hours = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet_hours = {
            "from": row.quiet_from.strftime("%H:%M"),
            "until": row.quiet_until.strftime("%H:%M"),
            "time_zone": row.time_zone,
        }
    on = transports.enabled()
    return {
        "enabled": row.is_enabled,
        "quiet_hours": quiet_hours,
        "transports": {provider: provider in on for provider in Device.Provider.values},
        "web_push_key": transports.web_push_key(),
    }


def conversation_preference(row: ConversationPreference) -> dict[str, Any]:
    return {"level": row.level, "muted_until": moment(row.muted_until)}
