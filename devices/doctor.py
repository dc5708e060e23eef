"""Probes of ``manage.py doctor``.

Push transports that are on, usable keys, and reachable providers.
"""

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
        except Exception as error:  # a file may fail to be a key in many ways
            yield Finding(f"{provider}: {type(error).__name__}", f"check {named}")
            continue
        if provider == Device.Provider.WEB_PUSH:  # every browser names a push service of its own
            yield Finding(f"{provider} is on")
        else:
            yield _reachable(provider, named)


def _reachable(provider: str, named: str) -> Finding:
    """Return whether the provider's address answers anything; sends no push."""
    url = {"fcm": settings.FCM_URL, "expo": settings.EXPO_URL or "https://exp.host", "apns": settings.APNS_URL}[
        provider
    ]
    try:
        httpx.get(url, timeout=SECONDS)
    except httpx.RemoteProtocolError:  # it answered: Apple speaks only HTTP/2
        pass
    except httpx.HTTPError as error:
        text = f"{provider}: {urlsplit(url).hostname} does not answer ({type(error).__name__})"
        return Finding(text, f"let this machine reach it, or check {named} and its _URL")
    return Finding(f"{provider} is on and answers")
