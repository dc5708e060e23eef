"""Serve files' bytes.

The headers keep a hostile file from acting in the service's origin.
"""

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
    """Return the bytes of ``file``, a range of them, or a redirect to storage.

    Does not check access: the caller may read the file. Raises NotFound when the bytes are missing from storage.
    """
    # Only files with a picture's header are shown inline. Everything else is downloaded, whatever type it claims, because
    # a browser could run it.
    inline = file.is_image and file.mime_type in images.SAFE_INLINE
    kind = f"{file.mime_type}; charset=utf-8" if file.mime_type.startswith("text/") else file.mime_type
    return _serve(file.storage_name, request, kind, content_disposition(file.client_name, inline=inline), file.sha256)


def serve_thumbnail(file: File, request: Request | HttpRequest) -> HttpResponseBase:
    """Return the thumbnail of ``file`` like ``serve``.

    Raises NotFound if it has none, or none yet.
    """
    if not file.thumbnail_name:
        raise NotFound
    disposition = content_disposition(f"{file.client_name}.webp", inline=True)
    return _serve(file.thumbnail_name, request, images.THUMBNAIL_TYPE, disposition, f"{file.sha256}-thumbnail")


def _serve(name: str, request: Request | HttpRequest, kind: str, disposition: str, tag: str) -> HttpResponseBase:
    # A page that sends its token in a header cannot follow a redirect to another origin; it sends ``redirect=false``.
    is_direct = request.GET.get("redirect") != "false"
    url = storage.direct_url(name, disposition=disposition, content_type=kind) if is_direct else None
    answer: HttpResponseBase
    if url is not None:
        answer = HttpResponseRedirect(url)
        answer["Cache-Control"] = "no-store"  # The address is valid for a minute.
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
    """Return the first and last requested byte, or None for the whole file.

    Several ranges at once are answered with the whole file.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = found.groups()
    if not first:
        # ``bytes=-N`` asks for the last N bytes. N = 0 cannot be satisfied, which a start at ``size`` expresses.
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
