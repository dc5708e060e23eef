"""Download a file over HTTP in as many attempts as it takes.

What is there already is not fetched again.
"""

import errno
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
MAX_BYTES = 1024**3
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Progress = Callable[[int, int], None]


class FetchError(Exception):
    """A file could not be fetched.

    ``reason`` names the kind; ``retry_after`` is in seconds, where the server said so.
    """

    def __init__(self, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a file that is there in part.

    ``validator``: its ETag or date, so that no two files are mixed.
    """

    url: str
    validator: str = ""


def read_small(url: str, limit: int) -> bytes:
    """Return what is at ``url``, at most ``limit`` bytes. Raises FetchError."""
    content = bytearray()
    with _answer(url, {}) as response:
        _check_status(response)
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > limit:
                raise FetchError("too_large", f"{url} is larger than {limit} bytes")
    return bytes(content)


def download(
    url: str, path: Path, *, size: int = 0, sha256: str = "", progress: Progress = lambda done, total: None
) -> str:
    """Download ``url`` to ``path``, going on where an earlier attempt ended.

    Return the file's SHA-256.

    ``size`` and ``sha256`` are what it must be, where known. ``progress`` gets the bytes that are there and the total, 0 while
    unknown. Raises FetchError; what arrived stays beside ``path`` unless it is wrong.
    """
    part, notes = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    known = _read_notes(notes)
    if known is None or known.url != url or not (known.validator or sha256):
        part.unlink(missing_ok=True)
    try:
        total = _receive(url, part, notes, known, size, progress)
    except OSError as error:
        raise FetchError("disk_full" if error.errno == errno.ENOSPC else "disk", f"{path}: {error.strerror}") from error
    found = part.stat().st_size
    wanted = size or total
    if wanted and found < wanted:
        raise FetchError("interrupted", f"{url} broke off after {found} of {wanted} bytes")
    if wanted and found > wanted:
        _discard(part, notes)
        raise FetchError("wrong_size", f"{url} has {found} bytes, and {wanted} were announced")
    digest = _sha256(part)
    if sha256 and digest != sha256:
        _discard(part, notes)
        raise FetchError("wrong_checksum", f"{url} has another SHA-256 than announced: {digest}")
    part.replace(path)
    notes.unlink(missing_ok=True)
    return digest


def _receive(url: str, part: Path, notes: Path, known: _Part | None, size: int, progress: Progress) -> int:
    """Append what ``part`` lacks.

    Return the file's size as the server says, 0 where it does not.
    """
    have = part.stat().st_size if part.exists() else 0
    if size and have >= size:
        return size
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if known and known.validator:
            headers["If-Range"] = known.validator
    with _answer(url, headers) as response:
        if response.status_code == 416 and have:
            # Either all of it is here, or the file became shorter; the checks after this decide.
            return have if _total_of(response) == have else _start_again(part)
        _check_status(response)
        start, total = _range_of(response, have)
        if max(total, size) > MAX_BYTES:
            raise FetchError("too_large", f"{url} is larger than {MAX_BYTES // 1024**2} MB")
        if size and total and total != size:
            raise FetchError("wrong_size", f"{url} has {total} bytes, and {size} were announced")
        _write_notes(notes, _Part(url, _validator(response)))
        done = start
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            progress(done, total or size)
            # As it arrives: chunks of a size would lose the last one when the connection breaks.
            for chunk in response.iter_raw():
                file.write(chunk)
                done += len(chunk)
                if done > (size or total or MAX_BYTES):
                    break
                progress(done, total or size)
        return total


def _start_again(part: Path) -> int:
    part.unlink()
    raise FetchError("interrupted", "the file changed meanwhile")


def _range_of(response: httpx.Response, have: int) -> tuple[int, int]:
    """Return where in the file the body begins, and the file's size or 0."""
    if response.status_code == 206:
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found and int(found[1]) == have:
            return have, int(found[2]) if found[2] != "*" else 0
        raise FetchError("bad_answer", "the server sent another part of the file than it was asked for")
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else 0


def _total_of(response: httpx.Response) -> int:
    total = response.headers.get("Content-Range", "").rpartition("/")[2]
    return int(total) if total.isdigit() else -1


def _validator(response: httpx.Response) -> str:
    etag = str(response.headers.get("ETag", ""))
    # A weak one does not say that the bytes are the same.
    return etag if etag and not etag.startswith("W/") else str(response.headers.get("Last-Modified", ""))


@contextmanager
def _answer(url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """Open ``url``.

    Raises FetchError for whatever the network does, then and while the body is read.
    """
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    began = False
    try:
        with httpx.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response:
            began = True
            yield response
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = "interrupted" if began else "unreachable"
        raise FetchError(reason, f"{url} cannot be reached: {str(error) or type(error).__name__}") from error


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status in (200, 206):
        return
    wait = response.headers.get("Retry-After", "")
    reason = "not_found" if status in (404, 410) else "rate_limited" if status == 429 else "refused"
    raise FetchError(reason, f"{response.url} answers {status}", float(wait) if wait.isdigit() else None)


def _read_notes(path: Path) -> _Part | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _Part(str(content["url"]), str(content["validator"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_notes(path: Path, part: _Part) -> None:
    path.write_text(json.dumps(asdict(part)), encoding="utf-8")


def _discard(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
