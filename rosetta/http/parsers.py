"""A strict parser for JSON bodies."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions, parsers

MAX_BODY_BYTES = 1024 * 1024


class BodyTooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The request body is too large."


def read_body(stream: IO[bytes]) -> bytes:
    """Return the whole body. Raises BodyTooLarge for one of more than 1 MiB."""
    raw = stream.read(MAX_BODY_BYTES + 1)
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLarge
    return raw


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class JSONObjectParser(parsers.BaseParser):
    """Parse a JSON object of at most 1 MiB; an empty body counts as ``{}``."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = read_body(stream)
        if not raw.strip():
            return {}
        try:
            # json instead of orjson, because validation must see a lone surrogate to refuse it by field.
            body = json.loads(raw, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise exceptions.ParseError("The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise exceptions.ParseError("The request body must be a JSON object.")
        return body
