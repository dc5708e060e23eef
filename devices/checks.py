"""System checks of push transports.

Which are off, half configured, or have an unusable key.
"""

from typing import Any

from django.conf import settings
from django.core.checks import INFO, WARNING, CheckMessage, Error, Info, Warning, register

from devices.models import Device
from devices.transports import MISSING, enabled, transport_for

SETTINGS = {
    Device.Provider.FCM: ("FCM_CREDENTIALS_FILE",),
    Device.Provider.APNS: ("APNS_KEY_FILE", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"),
    Device.Provider.EXPO: ("EXPO_URL", "EXPO_ACCESS_TOKEN"),
    Device.Provider.WEB_PUSH: ("VAPID_PRIVATE_KEY", "WEB_PUSH"),
}


def transports_say_whether_they_are_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return what is off, and, as a warning, what has some of its settings."""
    messages: list[CheckMessage] = []
    for provider, missing in MISSING.items():
        lacking = missing()
        if not lacking:
            continue
        text = f"Push through {provider} is off: {', '.join(lacking)} is not set."
        if any(getattr(settings, name) for name in SETTINGS[Device.Provider(provider)]):
            messages.append(Warning(text, id="devices.W001"))
        else:
            messages.append(Info(text, id="devices.I001"))
    return messages


@register(deploy=True)
def transports_that_are_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Told once, by ``check --deploy`` (and by ``doctor``), because most installations want no push."""
    return [message for message in transports_say_whether_they_are_on(app_configs) if message.level == INFO]


@register()
def transports_that_are_half_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [message for message in transports_say_whether_they_are_on(app_configs) if message.level == WARNING]


@register()
def keys_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    for provider in sorted(enabled()):
        try:
            transport_for(provider)
        except Exception as error:  # a file may fail to be a key in many ways
            text = f"{SETTINGS[Device.Provider(provider)][0]} cannot be used: {type(error).__name__}: {error}"
            messages.append(Error(text, id="devices.E001"))
    return messages
