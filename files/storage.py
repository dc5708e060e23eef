"""Store, read and remove bytes in Django's default storage.

That is a folder or S3. Any failure raises StorageDown.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.core.files import File as DjangoFile
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from files.errors import StorageDown
from rosetta.ids import new_ulid

log = structlog.get_logger(__name__)

URL_SECONDS = 60


class LocalFile(DjangoFile):  # type: ignore[type-arg]
    """A local file to be stored.

    Where storage is a local folder, the file is moved by renaming it.
    """

    def __init__(self, path: Path, content_type: str) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self.path = path
        self.content_type = content_type

    def temporary_file_path(self) -> str:
        return str(self.path)


@contextmanager
def _failing_as_one() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:  # OSError, botocore's and urllib3's errors: each storage raises its own kinds.
        log.error("storage_failed", error=f"{type(error).__name__}: {error}")
        raise StorageDown from error


def new_name(kind: str, suffix: str = "") -> str:
    """Return a new name for bytes of ``kind``, in one of many folders."""
    name = new_ulid()
    # The last characters choose the folder, because they are random; the first ones are the time.
    return f"{kind}/{name[-2:]}/{name}{suffix}"


def keep(path: Path, name: str, content_type: str) -> None:
    """Move or copy the file at ``path`` into storage as ``name``. Raises StorageDown."""
    with _failing_as_one(), LocalFile(path, content_type) as source:
        _save(name, source)


def keep_content(content: "ContentFile[bytes]", name: str, content_type: str) -> None:
    """Store ``content`` as ``name``. Raises StorageDown."""
    content.content_type = content_type  # type: ignore[attr-defined]
    with _failing_as_one():
        _save(name, content)


def _save(name: str, source: "DjangoFile[Any]") -> None:
    saved = default_storage.save(name, source)
    if saved != name:  # The name was taken and storage chose another; the row would point to other bytes.
        default_storage.delete(saved)
        raise FileExistsError(name)


def remove(name: str) -> None:
    """Delete ``name``. Idempotent. Raises StorageDown."""
    with _failing_as_one():
        default_storage.delete(name)


def read(name: str) -> IO[Any]:
    """Return the bytes of ``name``.

    Raises StorageDown, and FileNotFoundError when they are missing.
    """
    with _failing_as_one():
        source = default_storage.open(name, "rb")
        # S3 fetches at the first read; reading here turns its errors into StorageDown.
        source.read(1)
        source.seek(0)
        return source


def copy_to(name: str, target: IO[bytes]) -> None:
    """Write the bytes of ``name`` to ``target``.

    Raises StorageDown, and FileNotFoundError when they are missing.
    """
    with read(name) as source, _failing_as_one():
        shutil.copyfileobj(source, target)
        target.flush()


def direct_url(name: str, *, disposition: str, content_type: str) -> str | None:
    """Return a storage URL of ``name``, valid for a minute. Raises StorageDown.

    Returns None if storage is a local folder.
    """
    if not settings.S3_BUCKET:
        return None
    headers = {"ResponseContentDisposition": disposition, "ResponseContentType": content_type}
    with _failing_as_one():
        return str(default_storage.url(name, parameters=headers, expire=URL_SECONDS))  # type: ignore[call-arg]


def names(folder: str = "") -> Iterator[str]:
    """Yield every name in storage below ``folder``. Raises StorageDown."""
    with _failing_as_one():
        try:
            folders, file_names = default_storage.listdir(folder)
        except FileNotFoundError:
            return
    prefix = f"{folder}/" if folder else ""
    for name in file_names:
        if name:  # S3 lists a folder's own marker as an empty name.
            yield prefix + name
    for inner in folders:
        yield from names(prefix + inner)


def has(name: str) -> bool:
    with _failing_as_one():
        return default_storage.exists(name)
