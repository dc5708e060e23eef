"""Read the bodies of incoming webhooks, which senders label as they like."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from rosetta.http.parsers import JSONObjectParser, read_body

# The field of a form that holds the JSON: of Slack and GitHub, and of Uptime Kuma.
FIELDS = ("payload", "data")


class WebhookParser(parsers.BaseParser):
    """Parse a JSON object of at most 1 MiB, whatever the ``Content-Type`` says, also in a form's field ``payload``."""

    media_type = "*/*"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = read_body(stream)
        form = _form_of(raw, media_type or "", parser_context or {})
        if form is None:
            return JSONObjectParser().parse(BytesIO(raw))
        written = next((form[name] for name in FIELDS if isinstance(form.get(name), str)), None)
        return form if written is None else JSONObjectParser().parse(BytesIO(written.encode("utf-8", "surrogatepass")))


def _form_of(raw: bytes, media_type: str, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields of a form, the last of each name.

    None where the body is none, such as JSON that is labelled so.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return dict(parsers.MultiPartParser().parse(BytesIO(raw), media_type, context).data.items())
    is_form = kind == "application/x-www-form-urlencoded" or raw.startswith(b"payload=")
    if not is_form or raw.lstrip()[:1] in (b"{", b"["):
        return None
    try:
        return dict(QueryDict(raw, encoding="utf-8").items())
    except (SuspiciousOperation, ValueError):
        raise ParseError("The request body is not a valid form.") from None
