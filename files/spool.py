"""Receive an upload into a local file, counted and hashed as it arrives.

It is never held in memory.
"""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers

from files.errors import FileTooLarge, StorageDown
from files.filenames import clean_name
from rosetta.errors import Invalid

log = structlog.get_logger(__name__)

FIELD = "file"
# A body that is too large is read on up to this length and discarded, because a client that is still sending does not read
# the response.
DRAIN_BYTES = 128 * 1024 * 1024
# What a body may have beside the file: fields and boundaries.
FORM_BYTES = 1024 * 1024
STALE_SECONDS = 24 * 3600


class Spooled:
    """An upload in a local file, until it is moved into storage or discarded."""

    def __init__(self) -> None:
        self.name = ""
        self.size = 0
        self.path: Path | None = None
        self._hash = hashlib.sha256()
        self._sink: IO[bytes] | None = None

    def begin(self, name: str) -> None:
        self.name = clean_name(name)
        settings.FILES_SPOOL_DIR.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=settings.FILES_SPOOL_DIR)
        self.path = Path(path)
        self._sink = os.fdopen(handle, "wb")

    def write(self, chunk: bytes) -> None:
        assert self._sink is not None  # noqa: S101  (for the type checker)
        self._sink.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """Flush and sync the file to disk. Raises OSError.

        A crash after the response then loses nothing.
        """
        if self._sink is not None:
            self._sink.flush()
            os.fsync(self._sink.fileno())
            self._sink.close()

    def sha256(self) -> str:
        return self._hash.hexdigest()

    def rehash(self) -> None:
        """Hash the file again after its bytes were changed."""
        assert self.path is not None  # noqa: S101
        with self.path.open("rb") as source:
            self._hash = hashlib.file_digest(source, "sha256")  # type: ignore[assignment]

    def discard(self) -> None:
        if self._sink is not None:
            with contextlib.suppress(OSError):  # Closing flushes, which fails on a full disk.
                self._sink.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Form:
    """A parsed upload: its fields, and its file if it had one."""

    fields: QueryDict
    spooled: Spooled | None


class SpoolHandler(FileUploadHandler):
    """Receive the first file of the field ``file``.

    Notes whether there were others.
    """

    chunk_size = 256 * 1024

    def __init__(self, limit: int, drain: bool) -> None:
        super().__init__()
        self.limit = limit
        self.drain = drain
        self.spooled: Spooled | None = None
        self.is_too_large = False
        self.has_failed = False
        self.is_complete = False
        self.has_others = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != FIELD or self.spooled is not None:
            self.has_others = True
            raise SkipFile
        self.spooled = Spooled()
        try:
            self.spooled.begin(file_name)
        except OSError as error:
            self._fail(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.spooled is not None  # noqa: S101
        if self.spooled.size + len(raw_data) > self.limit:
            self.is_too_large = True
            raise StopUpload(connection_reset=not self.drain)
        try:
            self.spooled.write(raw_data)
        except OSError as error:
            self._fail(error)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        assert self.spooled is not None  # noqa: S101
        try:
            self.spooled.finish()
        except OSError as error:
            self._fail(error)
        self.is_complete = True
        return None

    def _fail(self, error: OSError) -> None:
        log.error("upload_not_spooled", error=str(error))
        self.has_failed = True
        raise StopUpload(connection_reset=not self.drain)

    def discard(self) -> None:
        if self.spooled is not None:
            self.spooled.discard()


class _Counted:
    """Count the bytes that are read from a stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.count += len(chunk)
        return chunk


class _Parts(MultiPartParser):
    """Django's parser with ``clean_name`` for file names.

    Django's own rule removes joiners and blanks.
    """

    def sanitize_file_name(self, file_name: str) -> str:
        return clean_name(file_name)


class UploadParser(parsers.BaseParser):
    """Parse ``multipart/form-data`` with one file, without Django's upload handlers.

    Raises FileTooLarge at the first byte beyond the limit, StorageDown when the disk is full, Invalid for a second file,
    ParseError for a body that ends early or cannot be read. Leaves no file behind then.
    """

    media_type = "multipart/form-data"

    def parse(  # type: ignore[override]
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Form:
        meta = {**(parser_context or {})["request"].META, "CONTENT_TYPE": media_type or ""}
        length = int(meta.get("CONTENT_LENGTH") or 0)
        limit = settings.FILES_MAX_BYTES
        may_drain = length <= max(DRAIN_BYTES, 2 * limit)
        if length > limit + FORM_BYTES and not may_drain:
            raise FileTooLarge
        handler = SpoolHandler(limit, may_drain)
        counted = _Counted(stream)
        try:
            fields, _files = _Parts(meta, counted, [handler], "utf-8").parse()  # type: ignore[arg-type]
            self._check(handler, counted.count, length)
            self._check_only_one(handler, fields)
        except (MultiPartParserError, SuspiciousOperation) as error:
            handler.discard()
            raise exceptions.ParseError("The form data cannot be read.") from error
        except BaseException:
            handler.discard()
            raise
        return Form(fields, handler.spooled)

    def _check(self, handler: SpoolHandler, received: int, announced: int) -> None:
        if handler.is_too_large:
            raise FileTooLarge
        if handler.has_failed:
            raise StorageDown
        is_cut = handler.spooled is not None and not handler.is_complete
        if is_cut or received < announced:  # The client disconnected, so the file is incomplete.
            raise MultiPartParserError("The body ended early.")

    def _check_only_one(self, handler: SpoolHandler, fields: QueryDict) -> None:
        """Raise Invalid for a second file, which would be dropped silently.

        The view refuses a form without a file.
        """
        if handler.spooled is not None and (handler.has_others or FIELD in fields):
            raise Invalid({FIELD: [_("Only one file can be sent at a time.")]})


def sweep_stale() -> int:
    """Delete spooled files whose request's process died; return the number deleted."""
    folder: Path = settings.FILES_SPOOL_DIR
    oldest = time.time() - STALE_SECONDS
    count = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            count += 1
    return count
