"""Asking ClamAV: the INSTREAM command of clamd, over TCP or a Unix socket."""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from files.errors import ScannerDown

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5
SCAN_SECONDS = 120
CHUNK = 128 * 1024


def infection(path: Path) -> str | None:
    """The name of what clamd finds in the file at ``path``; None when it is clean or when no scanner is set.

    Raises ScannerDown when the scanner does not answer: nothing passes unseen.
    """
    if not settings.CLAMD_URL:
        return None
    try:
        verdict = _ask(path)
    except OSError as error:
        log.error("scanner_away", error=str(error))
        raise ScannerDown from error
    if verdict.endswith("FOUND"):
        return verdict.removeprefix("stream:").removesuffix("FOUND").strip()
    if not verdict.endswith("OK"):
        # "INSTREAM size limit exceeded", for one: clamd's StreamMaxLength is below FILES_MAX_BYTES.
        log.error("scanner_refused", verdict=verdict)
        raise ScannerDown
    return None


def _ask(path: Path) -> str:
    with _connect() as clamd, path.open("rb") as source:
        clamd.settimeout(SCAN_SECONDS)
        try:
            clamd.sendall(b"zINSTREAM\0")
            while chunk := source.read(CHUNK):
                clamd.sendall(struct.pack("!I", len(chunk)) + chunk)
            clamd.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd hangs up on a stream that is too long, after it has said so
        answer = b""
        while b"\0" not in answer and (part := clamd.recv(4096)):
            answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connect() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "unix":
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(CONNECT_SECONDS)
        try:
            clamd.connect(address.path)
        except OSError:
            clamd.close()
            raise
        return clamd
    return socket.create_connection((address.hostname or "127.0.0.1", address.port or 3310), CONNECT_SECONDS)
