"""LibreTranslate: a server of one's own, or the public one with a key."""

import ipaddress
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from translation.engines.base import NetworkEngine, PermanentError, RefusedByEngine, TransientError
from translation.engines.http import post_json


class LibreTranslate(NetworkEngine):
    name: ClassVar[str] = "libretranslate"

    def __init__(self, url: str, api_key: str = "") -> None:
        super().__init__()
        self._url = f"{url}/translate"
        self._key = api_key
        self.local = is_own_machine(urlsplit(url).hostname or "")

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> object:
        # With source "auto" a batch gets one language for all of its texts, so the source is always said.
        body = {"q": list(texts), "source": self.code(source), "target": self.code(target), "format": "text"}
        if self._key:
            body["api_key"] = self._key
        try:
            answer = post_json(self._url, body, timeout=timeout)
        except RefusedByEngine as error:
            if "api key" in str(error).lower():
                raise PermanentError(str(error)) from error
            raise
        translated = answer.get("translatedText") if isinstance(answer, dict) else None
        if translated is None:
            raise TransientError("the answer has no translatedText")
        return [translated] if isinstance(translated, str) else translated


def is_own_machine(host: str) -> bool:
    """Whether a host's name or address can only be the operator's own: loopback, private, or a name without a dot."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith((".local", ".internal", ".localhost")))
    return address.is_private or address.is_loopback
