"""Giving bytes out so that they can harm neither the service's origin nor the reader's disk."""

import re
from collections.abc import Iterator
from typing import IO, Any

import structlog
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from rest_framework.request import Request

from files import images, storage
from files.filenames import content_disposition
from files.models import File
from rosetta.errors import NotFound

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(file: File, request: Request | HttpRequest) -> HttpResponseBase:
    """The bytes of ``file``, which the caller may read: whole, the range asked for, or a redirect to where they are.

    Raises NotFound when storage has lost them.
    """
    # Only pictures that decode are shown in place; everything else is a download, whatever it claims to be.
    inline = file.is_image and file.mime_type in images.SAFE_INLINE
    kind = f"{file.mime_type}; charset=utf-8" if file.mime_type.startswith("text/") else file.mime_type
    return _serve(file.storage_name, request, kind, content_disposition(file.client_name, inline=inline), file.sha256)


def serve_thumbnail(file: File, request: Request | HttpRequest) -> HttpResponseBase:
    """The thumbnail of ``file``. Raises NotFound while or when there is none."""
    if not file.thumbnail_name:
        raise NotFound
    told = content_disposition(f"{file.client_name}.webp", inline=True)
    return _serve(file.thumbnail_name, request, images.THUMBNAIL_TYPE, told, f"{file.sha256}-thumbnail")


def _serve(name: str, request: Request | HttpRequest, kind: str, disposition: str, tag: str) -> HttpResponseBase:
    # A page that calls with a token in a header cannot follow a redirect to another origin: it asks for the bytes.
    is_direct = request.GET.get("redirect") != "false"
    url = storage.direct_url(name, disposition=disposition, content_type=kind) if is_direct else None
    answer: HttpResponseBase
    if url is not None:
        answer = HttpResponseRedirect(url)
        answer["Cache-Control"] = "no-store"  # the address lives for a minute
    else:
        answer = _local(name, request, kind, f'"{tag}"')
        answer["Cache-Control"] = "private, no-cache"
        answer["Content-Disposition"] = disposition
        answer["ETag"] = f'"{tag}"'
        answer["Accept-Ranges"] = "bytes"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _local(name: str, request: Request | HttpRequest, kind: str, tag: str) -> HttpResponseBase:
    if tag in [given.strip().removeprefix("W/") for given in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304)
    try:
        source = storage.read(name)
    except FileNotFoundError:
        log.error("stored_bytes_missing", name=name)
        raise NotFound from None
    size = source.seek(0, 2)
    source.seek(0)
    wanted = _range(request, size, tag)
    if wanted is None:
        return FileResponse(source, content_type=kind)
    start, end = wanted
    if start >= size:
        source.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    answer = StreamingHttpResponse(_slice(source, start, end), status=206, content_type=kind)
    answer["Content-Range"] = f"bytes {start}-{end}/{size}"
    answer["Content-Length"] = str(end - start + 1)
    return answer


def _range(request: Request | HttpRequest, size: int, tag: str) -> tuple[int, int] | None:
    """First and last byte asked for, or None for the whole. More than one range at once is answered with the whole."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = found.groups()
    if not first:
        # The last so many bytes; none of them is a range that cannot be satisfied.
        return (max(0, size - int(last)) if int(last) else size, size - 1) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _slice(source: IO[Any], start: int, end: int) -> Iterator[bytes]:
    with source:
        source.seek(start)
        left = end - start + 1
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
