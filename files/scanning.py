"""Scan files for viruses with clamd's INSTREAM command, over TCP or a Unix socket."""

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
    """Return the name of the virus in the file at ``path``.

    Returns None if it is clean or no scanner is configured. Raises ScannerDown if the scanner does not answer, so
    that no file is accepted without a scan.
    """
    if not settings.CLAMD_URL:
        return None
    try:
        verdict = _ask(path)
    except OSError as error:
        log.error("scanner_unavailable", error=str(error))
        raise ScannerDown from error
    if verdict.endswith("FOUND"):
        return verdict.removeprefix("stream:").removesuffix("FOUND").strip()
    if not verdict.endswith("OK"):
        # For example "INSTREAM size limit exceeded", when clamd's StreamMaxLength is below FILES_MAX_BYTES.
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
            pass  # clamd closes the connection on a stream that is too long, but its answer can still be read.
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
