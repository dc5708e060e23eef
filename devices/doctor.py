"""What ``manage.py doctor`` asks of push: which transports are on, whether their keys can be used, and who answers."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from devices.checks import SETTINGS
from devices.models import Device
from devices.transports import MISSING, enabled, transport_for
from rosetta.observability.doctor import Finding, probe

SECONDS = 5.0


@probe("push")
def _push() -> Iterator[Finding]:
    for provider in MISSING:
        named = ", ".join(SETTINGS[Device.Provider(provider)])
        if provider not in enabled():
            yield Finding(f"{provider} is off", f"set {named} to turn it on", is_minor=True)
            continue
        try:
            transport_for(provider)
        except Exception as error:  # whatever a key's file may be instead of what it should be
            yield Finding(f"{provider}: {type(error).__name__}", f"check {named}")
            continue
        yield _reached(provider, named)


def _reached(provider: str, named: str) -> Finding:
    """Whether the provider's address answers anything at all; a push is not sent."""
    url = {"fcm": settings.FCM_URL, "expo": settings.EXPO_URL or "https://exp.host", "apns": settings.APNS_URL}[
        provider
    ]
    try:
        httpx.get(url, timeout=SECONDS)
    except httpx.RemoteProtocolError:  # Apple speaks HTTP/2 alone: it answered
        pass
    except httpx.HTTPError as error:
        told = f"{provider}: {urlsplit(url).hostname} does not answer ({type(error).__name__})"
        return Finding(told, f"let this machine reach it, or check {named} and its _URL")
    return Finding(f"{provider} is on and answers")
