"""Receiving an upload: its bytes go to a file on this machine as they arrive, counted and hashed, never to memory."""

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
from rest_framework import exceptions, parsers

from files.errors import FileTooLarge, StorageDown
from files.filenames import clean_name

log = structlog.get_logger(__name__)

FIELD = "file"
# Of a body that is too large, so much is read on and thrown away: a client that is still sending does not hear an answer.
DRAIN_BYTES = 128 * 1024 * 1024
# A body has room for its fields and boundaries beside the file.
FORM_BYTES = 1024 * 1024
STALE_SECONDS = 24 * 3600


class Spooled:
    """An upload on this machine's disk, until it is moved into storage or discarded."""

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
        """Everything is on the disk itself, so that a crash after the answer loses nothing."""
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
            with contextlib.suppress(OSError):  # closing flushes, which a full disk refuses; the file goes anyway
                self._sink.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Form:
    """A parsed upload: its fields, and its file where it had one."""

    fields: QueryDict
    spooled: Spooled | None


class SpoolHandler(FileUploadHandler):
    """Takes the first file of the field ``file`` and leaves the others out."""

    chunk_size = 256 * 1024

    def __init__(self, limit: int, drain: bool) -> None:
        super().__init__()
        self.limit = limit
        self.drain = drain
        self.spooled: Spooled | None = None
        self.is_too_large = False
        self.has_failed = False
        self.is_complete = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != FIELD or self.spooled is not None:
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
    """A stream that knows how much was read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.count += len(chunk)
        return chunk


class UploadParser(parsers.BaseParser):
    """``multipart/form-data`` with one file.

    Raises FileTooLarge as soon as it is one byte too many, StorageDown when the disk is full.
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
            fields, _ = MultiPartParser(meta, counted, [handler], "utf-8").parse()  # type: ignore[arg-type]
            self._check(handler, counted.count, length)
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
        if is_cut or received < announced:  # the client went away: what came is no file
            raise MultiPartParserError("The body ended early.")


def sweep_stale() -> int:
    """Remove what requests that died with their process left in the spool; returns how many files went."""
    folder: Path = settings.FILES_SPOOL_DIR
    oldest = time.time() - STALE_SECONDS
    gone = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
