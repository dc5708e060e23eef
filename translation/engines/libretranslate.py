"""Translate with LibreTranslate, on the operator's server or the public one."""

import ipaddress
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from translation.context.text_context import TextContext
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
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> object:
        # Always with a source, because with "auto" the server assumes one language for all texts of a batch.
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
            raise TransientError("the response has no translatedText")
        return [translated] if isinstance(translated, str) else translated


def is_own_machine(host: str) -> bool:
    """Return whether a host can only be the operator's own.

    That is loopback, a private address, or a local name.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith((".local", ".internal", ".localhost")))
    return address.is_private or address.is_loopback
