"""Push transports, one ``Transport`` class for each provider.

A transport without its settings is off.
"""

from collections.abc import Callable, Sequence

from django.conf import settings

from devices.models import Device
from devices.transports.apns import Apns
from devices.transports.base import Notification, Outcome, Push, Result, Transport, log
from devices.transports.expo import Expo
from devices.transports.fcm import Fcm
from devices.transports.vapid import public_key
from devices.transports.web_push import WebPush

__all__ = [
    "MISSING",
    "Notification",
    "Outcome",
    "Transport",
    "enabled",
    "receipts",
    "send",
    "transport_for",
    "web_push_key",
]

# Returns the settings that each transport lacks.
MISSING: dict[str, Callable[[], list[str]]] = {
    Device.Provider.FCM: lambda: _unset("FCM_CREDENTIALS_FILE"),
    Device.Provider.APNS: lambda: _unset("APNS_KEY_FILE", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"),
    # Expo accepts pushes without a key, so its address or a key turns it on.
    Device.Provider.EXPO: lambda: [] if settings.EXPO_URL or settings.EXPO_ACCESS_TOKEN else ["EXPO_URL"],
    Device.Provider.WEB_PUSH: lambda: _unset("WEB_PUSH"),
}
_KINDS: dict[str, Callable[[], Transport]] = {
    Device.Provider.FCM: Fcm,
    Device.Provider.APNS: Apns,
    Device.Provider.EXPO: Expo,
    Device.Provider.WEB_PUSH: WebPush,
}
_transports: dict[str, Transport] = {}


def _unset(*names: str) -> list[str]:
    return [name for name in names if not getattr(settings, name)]


def enabled() -> set[str]:
    """Return the providers whose transport is on."""
    return {provider for provider, missing in MISSING.items() if not missing()}


def web_push_key() -> str | None:
    """Return the public key with which browsers subscribe, None while Web Push is off."""
    return public_key() if Device.Provider.WEB_PUSH in enabled() else None


def transport_for(provider: str) -> Transport:
    """Return this process's transport of ``provider``, which keeps its connections and tokens."""
    if provider not in _transports:
        _transports[provider] = _KINDS[provider]()
    return _transports[provider]


def send(provider: str, pushes: Sequence[Push]) -> list[Outcome]:
    """Send ``pushes``; returns an outcome for each, in order. Never raises."""
    try:
        return transport_for(provider).send(pushes)
    except Exception:  # an unreadable key, for example, must not hold up the other providers
        log.exception("push_transport_failed", provider=provider)
        return [Outcome(Result.LATER, "failed")] * len(pushes)


def receipts(provider: str, tickets: Sequence[str]) -> dict[str, Outcome]:
    """Return the receipts that ``provider`` has, by ticket.

    None while its transport is off.
    """
    return transport_for(provider).receipts(tickets) if provider in enabled() else {}


def reset() -> None:
    """Close connections and drop tokens, because settings changed."""
    for transport in _transports.values():
        transport.close()
    _transports.clear()
