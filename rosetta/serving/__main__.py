"""Serve an ASGI application.

``python -m rosetta.serving rosetta.rest:application --port 8000 --workers 2``.

Each worker is a process with its own listening socket on the same port; the kernel distributes connections among them.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

from django.conf import settings
from uvicorn import Config, Server

from rosetta.processes import private_files
from rosetta.processes.supervisor import end_with_parent
from rosetta.serving.connections import KEEP_ALIVE_SECONDS, Connection, sweep
from rosetta.serving.websockets import WebSocket

GRACE_SECONDS = 5
# The grace period of a worker's requests, and some time for the application to end.
KILL_SECONDS = GRACE_SECONDS + 3.0
RESTART_SECONDS = 0.5
# After this many consecutive workers that ended sooner than this, the server ends: its supervisor decides when to retry.
STEADY_SECONDS = 10.0
MOST_FAILURES = 5
SWEEP_TICKS = 10
BACKLOG = 1024


class Serving(Server):
    """uvicorn's server, which also sweeps its connections once a second."""

    async def on_tick(self, counter: int) -> bool:
        if counter % SWEEP_TICKS == 0:
            now = asyncio.get_running_loop().time()
            requests: list[Connection] = []
            for connection in list(self.server_state.connections):
                if isinstance(connection, WebSocket):
                    connection.keep_alive(now)
                elif isinstance(connection, Connection):
                    requests.append(connection)
            sweep(
                requests,
                request_seconds=settings.REQUEST_SECONDS,
                response_seconds=settings.RESPONSE_SECONDS,
                # because behind a proxy all connections come from its address
                silent_per_address=None if settings.TRUSTED_PROXIES else settings.HELD_REQUESTS_PER_ADDRESS,
            )
        return await super().on_tick(counter)


def listening_socket(host: str, port: int, *, is_shared: bool) -> socket.socket:
    """Return a listening socket on ``port``.

    With ``is_shared`` other workers can have one too.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6 and host == "::":
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # IPv4 too
    listening.bind(address)
    listening.set_inheritable(False)
    return listening


def serve(app: str, listening: socket.socket, *, has_sockets: bool) -> None:
    """Serve ``app`` on ``listening`` in this process until a signal ends it."""
    # because each silent client costs a file descriptor until its deadline
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config = Config(
        app,
        http=Connection,
        ws=WebSocket if has_sockets else "none",
        lifespan="auto" if has_sockets else "off",
        # Deflate would cost each socket 40 KB and its frames most of their speed.
        ws_per_message_deflate=False,
        ws_max_size=1024 * 1024,
        # because the sweep does it
        ws_ping_interval=None,
        log_config=str(Path(__file__).with_name("uvicorn.json")),
        access_log=False,
        server_header=False,
        # because the application reads addresses behind proxies itself: TRUSTED_PROXIES
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    Serving(config).run(sockets=[listening])


class Workers:
    """Processes that serve the same port. One that ends is restarted."""

    def __init__(self, command: list[str], count: int) -> None:
        self._command = command
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * count
        self._started_at = [0.0] * count
        self._failures = 0
        self._is_ending = False

    def run(self) -> int:
        """Run until all have ended. Returns 0 after a signal, 1 after too many failures."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self._is_ending and self._failures < MOST_FAILURES:
                for index in range(len(self._processes)):
                    self._keep(index)
                time.sleep(RESTART_SECONDS)
        finally:
            self._end()
        return 0 if self._is_ending else 1

    def _keep(self, index: int) -> None:
        """Start the worker if it does not run."""
        process, now = self._processes[index], time.monotonic()
        if process is not None and process.poll() is None:
            return
        if process is not None:
            self._failures = self._failures + 1 if now - self._started_at[index] < STEADY_SECONDS else 1
            print(f"A web worker ended with {process.returncode}; it is restarted.", file=sys.stderr)  # noqa: T201
        self._processes[index], self._started_at[index] = self._start(), now

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent(os.getpid()))

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_ending = True

    def _end(self) -> None:
        """Send SIGTERM to every worker, and SIGKILL after the grace period."""
        alive = [process for process in self._processes if process is not None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + KILL_SECONDS
        for process in alive:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main(arguments: list[str]) -> None:
    private_files.write_privately()
    parser = argparse.ArgumentParser(prog="python -m rosetta.serving", description=__doc__)
    parser.add_argument("app")
    parser.add_argument("--host", default=settings.HOST)
    parser.add_argument("--port", type=int, default=settings.PORT)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sockets", action="store_true", help="serve WebSockets too")
    parser.add_argument("--shared", action="store_true", help="others may listen on the same port")
    options = parser.parse_args(arguments)
    is_shared = options.shared or options.workers > 1
    try:
        # This socket only reserves the port; each worker listens on its own.
        listening = listening_socket(options.host, options.port, is_shared=is_shared)
    except OSError as error:
        sys.exit(f"Rosetta cannot listen on {options.host} port {options.port}: {error.strerror}")
    if options.workers == 1:
        return serve(options.app, listening, has_sockets=options.sockets)
    line = [options.app, "--host", options.host, "--port", str(options.port), "--shared"]
    line += ["--sockets"] if options.sockets else []
    sys.exit(Workers([sys.executable, "-m", "rosetta.serving", *line], options.workers).run())


if __name__ == "__main__":
    main(sys.argv[1:])
