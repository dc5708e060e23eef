"""Runs Rosetta's processes in the foreground: ``make run``.

Prefixes their log lines, restarts one that dies, says when the service answers, and ends them all on Ctrl-C or SIGTERM.
Each process has a session of its own, so that Ctrl-C reaches the supervisor alone; when the supervisor itself is killed,
the kernel tells them (Linux).
"""

import argparse
import contextlib
import ctypes
import errno
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rosetta.processes import commands

GRACE_SECONDS = 12.0
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_SECONDS = 30.0
PORT_WAIT_SECONDS = 3.0
TICK_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """Why, in one line."""


@dataclass
class Child:
    """One process, whatever number of times it was started."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    rest: bytes = b""
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        """Start it now. The caller has one thread, so that code may run between fork and exec."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid()),
        )

    def signal(self, number: int) -> None:
        """Send ``number`` to the process; SIGKILL also to whatever it left in its session."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            elif self.process.poll() is None:
                self.process.send_signal(number)

    def note_death(self) -> float:
        """Plan the next start; returns the seconds until then: longer each time, short again after a steady life."""
        now = time.monotonic()
        self.failures = 0 if now - self.started_at >= STEADY_SECONDS else self.failures + 1
        delay: float = min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, self.failures - 1))
        self.start_at = now + delay
        self.process = None
        return delay


def _end_with_parent(parent: int):  # type: ignore[no-untyped-def]
    """What a new process does first: ask the kernel for a SIGTERM when ``parent`` dies, however that happens."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def _is_interrupted(process: int) -> bool:
    """Whether ``process`` is a make that was sent SIGINT: it passes that on to nobody, blocks it and waits for us (Linux)."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    blocked = next((line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")), "0")
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


@dataclass
class Supervisor:
    children: list[Child]
    host: str
    port: int
    # The process to end with, where there is one.
    parent: int | None = None
    stops: int = 0
    ready: bool = False
    began_at: float = field(default_factory=time.monotonic)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Returns when everything has ended, after a signal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stops:
                self._start_due()
                self._relay(TICK_SECONDS)
                self._bury_dead()
                self._announce()
                if self.parent is not None and _is_interrupted(self.parent):
                    self.stops += 1
        finally:
            self._end_all()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    def _start_due(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.start_at:
                child.start()
                assert child.process is not None and child.process.stdout is not None  # noqa: S101
                os.set_blocking(child.process.stdout.fileno(), False)
                self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _relay(self, seconds: float) -> None:
        """Pass on what the children say within ``seconds``."""
        for key, _ in self.selector.select(seconds):
            self._read(key.data)

    def _read(self, child: Child) -> bool:
        """Pass on what ``child`` has said; False at the end of its words."""
        stream = child.process.stdout if child.process else None
        if stream is None:
            return False
        try:
            data = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, child.rest = (child.rest + data).split(b"\n")
        for line in lines:
            self._say(f"{child.name:<7} | {line.decode(errors='replace')}")
        if not data:
            with contextlib.suppress(KeyError):
                self.selector.unregister(stream)
        return bool(data)

    def _say(self, line: str) -> None:
        try:
            print(line, flush=True)  # noqa: T201
        except OSError:  # nobody reads any more, as in ``make run | head``
            self.stops += 1

    def _bury_dead(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            told = _how_it_ended(child.process.returncode)
            self._forget(child)
            delay = child.note_death()
            self._say(f"{child.name:<7} | {told}; it starts again in {delay:.1f} s")

    def _forget(self, child: Child) -> None:
        """Clear away what a dead process leaves: its last words, its own children, its pipe."""
        assert child.process is not None and child.process.stdout is not None  # noqa: S101
        child.signal(signal.SIGKILL)
        while self._read(child):
            pass
        if child.rest:
            self._say(f"{child.name:<7} | {child.rest.decode(errors='replace')}")
            child.rest = b""
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.process.stdout)
        child.process.stdout.close()

    def _announce(self) -> None:
        if self.ready or time.monotonic() - self.began_at < TICK_SECONDS:
            return
        self.began_at = time.monotonic()
        if answers(self.host, self.port):
            self.ready = True
            self._say(f"Rosetta is ready at http://{_in_url(self.host)}:{self.port}")

    def _end_all(self) -> None:
        """Ask every process to end, then insist: after the grace, or at a second signal."""
        first = self.stops
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while self._alive() and time.monotonic() < deadline and self.stops <= max(first, 1):
            self._relay(TICK_SECONDS)
        for child in self._alive():
            self._say(f"{child.name:<7} | does not end; killed")
        for child in self.children:
            if child.process is not None:
                child.signal(signal.SIGKILL)
                child.process.wait()
                self._forget(child)

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.process is not None and child.process.poll() is None]


def _how_it_ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def answers(host: str, port: int) -> bool:
    """Whether ``/readyz`` says that the service can serve."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = HTTPConnection(address, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def check_port(name: str, host: str, port: int) -> None:
    """Raises CannotStart when nobody can listen there, after a moment for an earlier run to go."""
    deadline = time.monotonic() + PORT_WAIT_SECONDS
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except (OSError, OverflowError) as error:
            if time.monotonic() >= deadline or not isinstance(error, OSError) or error.errno != errno.EADDRINUSE:
                raise CannotStart(
                    f"the {name} cannot listen on {host} port {port} ({getattr(error, 'strerror', error)}): "
                    "stop what uses it, or choose another by HOST and PORT"
                ) from None
            time.sleep(0.2)


@contextlib.contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this supervisor: two beats on one queue would do every job twice."""
    with (folder / "supervisor.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CannotStart(
                f"Rosetta already runs with VAR_DIR={str(folder)!r} (process {file.read().strip() or 'unknown'}): "
                "stop it, or give this one a VAR_DIR of its own"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def prepare() -> None:
    """Check the settings and migrate, in a process of its own. Raises CannotStart."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        preexec_fn=_end_with_parent(os.getpid()),
    )
    if done.returncode:
        raise CannotStart("")  # it has said why


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m rosetta.processes.supervisor", description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    parent = os.getppid() if parser.parse_args(arguments).with_parent else None
    if parent is not None and (ask := _end_with_parent(parent)):
        ask()
    try:
        os.chdir(settings.BASE_DIR)
        with only_one_in(settings.VAR_DIR):
            for name, port in commands.ports().items():
                check_port(name, settings.HOST, port)
            prepare()
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(commands.metrics_folder("all"))
            commands = commands.commands()
            Supervisor([Child(*one) for one in commands.items()], settings.HOST, settings.PORT, parent).run()
    except (CannotStart, ImproperlyConfigured) as error:
        if str(error):
            print(f"Rosetta cannot start: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    sys.exit(main(sys.argv[1:]))
