"""Run the WSGI application under ASGI so that no thread waits for a client.

A thread is taken when the whole body has arrived, and released when the response is made. A response that is too large for one
piece is read from its file piece by piece, as fast as the client reads.
"""

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import orjson
import structlog
from django.conf import settings
from django.db import close_old_connections

from rosetta.http.throttles import canonical, network_in
from rosetta.observability import metrics
from rosetta.serving.bodies import BodyReader, Disconnected, Held, Receive, Refused

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# The size of the pieces in which streaming responses are read; one of a single piece is sent like any other.
PIECE_BYTES = 256 * 1024
# Threads that read such pieces; they do not wait for clients.
READERS = 4
# Requests of all addresses that wait for their clients.
HELD_IN_ALL = 2000
# Bytes of spooled bodies that are still arriving; bodies in memory do not count.
SPOOLED_PER_ADDRESS = 512 * 1024 * 1024
SPOOLED_IN_ALL = 2 * 1024**3
OWN_HEADERS = (
    (b"content-type", b"application/json"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
_NO_BODY = frozenset({204, 304})


class FileWrapper:
    """Read a file in pieces: ``wsgi.file_wrapper``."""

    streaming = True

    def __init__(self, file: IO[bytes], block_size: int = PIECE_BYTES) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._file.read(PIECE_BYTES), b"")

    def close(self) -> None:
        if hasattr(self._file, "close"):
            self._file.close()


class Answer:
    """The application's response: a whole ``body``, or its first piece with ``pieces`` to follow."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.pieces: Iterator[bytes] | None = None
        self.close: Callable[[], None] = lambda: None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        """Take status and headers: WSGI's ``start_response``.

        Django never calls the function that it returns.
        """
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _write_nothing

    def next_piece(self) -> bytes:
        """Return the next piece; empty at the end."""
        return next((piece for piece in self.pieces or () if piece), b"")

    def has(self, name: bytes) -> bool:
        return any(name == given for given, _ in self.headers)


def _write_nothing(data: bytes) -> None:
    raise NotImplementedError("WSGI's write() is not supported")


class Bridge:
    """An ASGI application for ``http`` that runs a WSGI ``application`` in ``threads`` threads."""

    def __init__(self, application: Wsgi, *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="rest")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="downloads")
        self._held = Held(
            per_address=settings.HELD_REQUESTS_PER_ADDRESS,
            in_all=HELD_IN_ALL,
            bytes_per_address=SPOOLED_PER_ADDRESS,
            bytes_in_all=SPOOLED_IN_ALL,
        )
        self._bodies = BodyReader(
            seconds=settings.REQUEST_SECONDS,
            rate=settings.REQUEST_BODY_RATE,
            folder=settings.FILES_SPOOL_DIR,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        try:
            await self._receive(environ, receive)
        except Refused as refusal:
            return await self._refuse(environ, refusal, send)
        except Disconnected:
            return
        loop = asyncio.get_running_loop()
        # In the thread's own context, because Django keeps per-thread objects there, such as the connections of its cache.
        try:
            answer = await loop.run_in_executor(self._threads, self._answer, environ, receive)
        except Disconnected:
            log.info("request_abandoned", method=environ["REQUEST_METHOD"], address=network_in(environ))
            return
        if answer.pieces is None:
            return await _send(send, answer.status, answer.headers, answer.body)
        await self._stream(environ, answer, receive, send)

    # ── The body ──

    async def _receive(self, environ: dict[str, Any], receive: Receive) -> None:
        """Put the whole body into ``environ``. Raises Refused or Disconnected."""
        coding, length = environ.pop("HTTP_TRANSFER_ENCODING", ""), environ.get("CONTENT_LENGTH", "")
        if not coding and (not length or length == "0"):
            return
        limit, may_be_cut = _limit_of(environ["PATH_INFO"])
        with self._held.one_of(network_in(environ)) as lease:
            body, size = await self._bodies.read(
                receive,
                lease,
                announced=None if coding else int(length),
                limit=limit,
                may_be_cut=may_be_cut,
            )
        environ["wsgi.input"] = body
        # because Django reads as many bytes as this says
        environ["CONTENT_LENGTH"] = str(size)

    async def _refuse(self, environ: dict[str, Any], refusal: Refused, send: Send) -> None:
        log.info(
            "request_refused", status=refusal.status, method=environ["REQUEST_METHOD"], address=network_in(environ)
        )
        metrics.request_answered(environ["REQUEST_METHOD"], "", refusal.status, 0.0)
        headers = [*OWN_HEADERS, _request_id()]
        if refusal.retry_after is not None:
            headers.append((b"retry-after", str(refusal.retry_after).encode()))
        if refusal.must_close:
            headers.append((b"connection", b"close"))
        await _send(send, refusal.status, headers, orjson.dumps({"message": refusal.message}))

    # ── The answer ──

    def _answer(self, environ: dict[str, Any], receive: Receive) -> Answer:
        """Run the application in a thread.

        Raises Disconnected if the client left while no thread was free.
        """
        answer = Answer()
        try:
            if _has_left(receive):
                raise Disconnected
            result = self._application(environ, answer.start)
            close = getattr(result, "close", None)
            if getattr(result, "streaming", False):
                return _begun(answer, result, close, is_head=environ["REQUEST_METHOD"] == "HEAD")
            try:
                answer.body = b"".join(result)
            finally:
                if close is not None:
                    close()
        finally:
            environ["wsgi.input"].close()
        if answer.status not in _NO_BODY and not answer.has(b"content-length"):
            answer.headers.append((b"content-length", str(len(answer.body)).encode()))
        return answer

    async def _stream(self, environ: dict[str, Any], answer: Answer, receive: Receive, send: Send) -> None:
        """Send the pieces, each when the client has taken the one before.

        Return early when the client disconnects.

        The connection has the deadline for clients that take nothing.
        """
        loop = asyncio.get_running_loop()
        gone = loop.create_task(_gone(receive))
        try:
            with self._held.one_of(network_in(environ)):
                await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
                piece = answer.body
                while piece and not gone.done():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                    piece = await loop.run_in_executor(self._readers, answer.next_piece)
                if not gone.done():
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Refused as refusal:
            await self._refuse(environ, refusal, send)
        finally:
            gone.cancel()
            await loop.run_in_executor(self._readers, answer.close)


def _begun(answer: Answer, result: Iterable[bytes], close: Callable[[], None] | None, *, is_head: bool) -> Answer:
    """Put the first piece of ``result`` into ``answer``, and the others after it, if any."""
    close = close or answer.close
    pieces = iter(result)
    try:
        answer.body = b"" if is_head else next((piece for piece in pieces if piece), b"")
        length = next((int(value) for name, value in answer.headers if name == b"content-length"), None)
        if not is_head and length != len(answer.body):
            answer.pieces, answer.close = pieces, close
    finally:
        if answer.pieces is None:
            close()
        else:
            close_old_connections()  # of this thread, because another one will close the response
    return answer


def _has_left(receive: Receive) -> bool:
    """Return whether the client has disconnected, as far as uvicorn, whose request ``receive`` belongs to, knows."""
    return bool(getattr(getattr(receive, "__self__", None), "disconnected", False))


async def _gone(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    if status not in _NO_BODY and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _limit_of(path: str) -> tuple[int, bool]:
    """Return the largest body for ``path`` in bytes, and whether Django refuses a longer one itself."""
    for prefix, limit, may_be_cut in settings.LARGE_BODIES:
        if path.startswith(prefix):
            return limit, may_be_cut
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE, False


def _request_id() -> tuple[bytes, bytes]:
    return b"x-request-id", uuid.uuid4().hex.encode()


# ── The request ──

_BASE: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": FileWrapper,
}


class _Nothing:
    """The empty body of a request without one."""

    def read(self, size: int = -1) -> bytes:
        return b""

    readline = read

    def close(self) -> None:
        pass


_NOTHING = _Nothing()


def environ_of(scope: Scope) -> dict[str, Any]:
    """Return WSGI's ``environ`` of a request, without its body.

    Headers with an underscore in their names are dropped, because WSGI cannot tell them from those with a hyphen: a client's
    ``X_Forwarded_For`` would be taken for the proxy's ``X-Forwarded-For``.
    """
    raw_path: bytes = scope["raw_path"]
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ = {
        **_BASE,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": (unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": canonical(client[0]) or client[0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": _NOTHING,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        if name in environ:
            value = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
    return environ
