"""The ways to a device, one class each behind ``Transport``. A transport without its settings is off and says so."""

from collections.abc import Callable, Sequence

from django.conf import settings

from devices.models import Device
from devices.transports.apns import Apns
from devices.transports.base import Notification, Outcome, Push, Result, Transport, log
from devices.transports.expo import Expo
from devices.transports.fcm import Fcm

__all__ = ["MISSING", "Notification", "Outcome", "Transport", "enabled", "receipts", "send", "transport_for"]

# What each needs before it is on.
MISSING: dict[str, Callable[[], list[str]]] = {
    Device.Provider.FCM: lambda: _unset("FCM_CREDENTIALS_FILE"),
    Device.Provider.APNS: lambda: _unset("APNS_KEY_FILE", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"),
    # Expo takes pushes without a key: naming its address, or a key, is what turns it on.
    Device.Provider.EXPO: lambda: [] if settings.EXPO_URL or settings.EXPO_ACCESS_TOKEN else ["EXPO_URL"],
}
_KINDS: dict[str, Callable[[], Transport]] = {
    Device.Provider.FCM: Fcm,
    Device.Provider.APNS: Apns,
    Device.Provider.EXPO: Expo,
}
_made: dict[str, Transport] = {}


def _unset(*names: str) -> list[str]:
    return [name for name in names if not getattr(settings, name)]


def enabled() -> set[str]:
    """The providers whose transport is on."""
    return {provider for provider, missing in MISSING.items() if not missing()}


def transport_for(provider: str) -> Transport:
    """The one transport of ``provider`` in this process; it keeps its connections and tokens."""
    if provider not in _made:
        _made[provider] = _KINDS[provider]()
    return _made[provider]


def send(provider: str, pushes: Sequence[Push]) -> list[Outcome]:
    """Send ``pushes``; an outcome for each, in order. Never raises."""
    try:
        return transport_for(provider).send(pushes)
    except Exception:  # a key that cannot be read, say: it must not keep back what goes another way
        log.exception("push_transport_failed", provider=provider)
        return [Outcome(Result.LATER, "failed")] * len(pushes)


def receipts(provider: str, tickets: Sequence[str]) -> dict[str, Outcome]:
    """What ``provider`` says by now of pushes that it took, by ticket; nothing while its transport is off."""
    return transport_for(provider).receipts(tickets) if provider in enabled() else {}


def reset() -> None:
    """Forget connections and tokens: settings changed."""
    for transport in _made.values():
        transport.close()
    _made.clear()
