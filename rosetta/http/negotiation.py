"""Content negotiation that always answers JSON, whatever the client's ``Accept`` asks for."""

from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class JSONAlways(BaseContentNegotiation):
    """Choose the parser by ``Content-Type`` and the JSON renderer always.

    Raises UnsupportedMediaType.
    """

    def select_parser(self, request: Request, parsers: Any) -> Any:
        from rest_framework.negotiation import DefaultContentNegotiation

        coding = request.headers.get("Content-Encoding", "").strip().lower()
        if coding not in ("", "identity"):
            raise UnsupportedMediaType(
                request.content_type, f"Content-Encoding {coding[:40]} is not supported: send the body uncompressed."
            )
        if not request.META.get("CONTENT_TYPE") and request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return parsers[0]
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
