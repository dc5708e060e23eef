"""Parse and validate the bodies and query parameters of file requests."""

import json
import re
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from files.models import File
from rosetta.errors import Invalid

MAX_META_BYTES = 16 * 1024
MAX_META_DEPTH = 20
_META_KEY = re.compile(r"meta\[([^\[\]]{1,64})\]")


class UploadSerializer(serializers.Serializer[Any]):
    """Describe the form of an upload for the schema.

    Not used to parse, because the body is read as a stream.
    """

    file = serializers.FileField(required=False, help_text="Required. One file; its type is detected from its bytes.")
    visibility = serializers.ChoiceField(choices=File.Visibility.choices, required=False, allow_null=True)
    meta = serializers.JSONField(
        required=False, allow_null=True, help_text="A JSON object of at most 16 KiB, or fields named `meta[key]`."
    )


class AvatarSerializer(serializers.Serializer[Any]):
    file_id = serializers.CharField(
        max_length=64, help_text="An uploaded picture of the caller's own that nothing holds yet."
    )


class FileListQuery(serializers.Serializer[Any]):
    """Validate the filters and the order of a list of files."""

    SORTS = ("created_at", "-created_at", "size", "-size")

    visibility = serializers.ChoiceField(
        choices=File.Visibility.choices, required=False, help_text="List only files with this visibility."
    )
    q = serializers.CharField(
        max_length=255, required=False, trim_whitespace=False, help_text="List only files whose name contains this."
    )
    sort = serializers.ChoiceField(
        choices=SORTS, required=False, default="-created_at", help_text="With `-`, the newest or largest first."
    )


def visibility_in(fields: QueryDict) -> str:
    """Return an upload's ``visibility``, or the configured default. Raises Invalid."""
    _check_once(fields, "visibility")
    given = str(fields.get("visibility", "")).strip()
    if given and given not in File.Visibility.values:
        raise Invalid({"visibility": [_("The selected visibility is invalid.")]})
    return given or settings.FILES_DEFAULT_VISIBILITY


def _check_once(fields: QueryDict, name: str) -> None:
    """Raise Invalid if a field was sent twice.

    Using either value would silently drop the other.
    """
    if len(fields.getlist(name)) > 1:
        raise Invalid({name: [_("This field may be sent only once.")]})


def meta_in(fields: QueryDict) -> dict[str, Any]:
    """Return an upload's ``meta``. Raises Invalid.

    It is sent as a JSON object, as ``meta[key]`` fields, or both.
    """
    _check_once(fields, "meta")
    meta = _meta_object(str(fields.get("meta", "")))
    meta |= {found[1]: value for name, value in fields.items() if (found := _META_KEY.fullmatch(name))}
    # PostgreSQL cannot store NUL or a lone surrogate in JSON.
    written = json.dumps(meta, ensure_ascii=False)
    if len(written.encode("utf-8", "replace")) > MAX_META_BYTES:
        raise Invalid({"meta": [_("The meta data is too large.")]})
    if "\\u0000" in written or any("\ud800" <= char <= "\udfff" for char in written):
        raise Invalid({"meta": [_("The meta data has characters that cannot be kept.")]})
    return meta


def _meta_object(raw: str) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        meta = json.loads(raw, parse_constant=_refuse_constant, parse_int=_whole, parse_float=_fraction)
    except (ValueError, RecursionError):
        meta = ""
    if meta is None or meta == []:
        return {}
    if not isinstance(meta, dict) or _is_deeper(meta, MAX_META_DEPTH):
        raise Invalid({"meta": [_("The meta data must be a JSON object.")]})
    return meta


def _is_deeper(value: Any, levels: int) -> bool:
    """Return whether ``value`` is nested more than ``levels`` deep.

    The JSON encoder cannot write deeply nested values.
    """
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(child, levels - 1) for child in children)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _whole(raw: str) -> int:
    """Parse a whole number.

    Raises Invalid beyond 64 bits, which many JSON parsers of clients cannot read.
    """
    if len(raw) > 20 or not -(2**63) <= int(raw) < 2**63:
        raise _too_large()
    return int(raw)


def _fraction(raw: str) -> float:
    if abs(value := float(raw)) == float("inf"):
        raise _too_large()
    return value


def _too_large() -> Invalid:
    return Invalid({"meta": [_("The meta data has a number that is too large.")]})
