"""Run Rosetta's processes in the foreground: ``make run``.

The supervisor prefixes their log lines, restarts a process that dies, reports when the service is ready, and ends them all on
Ctrl-C or SIGTERM. Each process has its own session, so that Ctrl-C reaches the supervisor alone; when the supervisor itself is
killed, the kernel signals them (Linux).
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

from rosetta import env
from rosetta.processes import commands, private_files

GRACE_SECONDS = 12.0
# Seconds before a dead process is started again: doubled with each failure, up to the maximum.
FIRST_DELAY = 0.5
MAX_DELAY = 30.0
# A process that ran this long counts as healthy, and its failures start from zero.
STEADY_SECONDS = 30.0
PORT_WAIT_SECONDS = 3.0
TICK_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """The service cannot start; the message says why in one line."""


@dataclass
class Child:
    """A supervised process over all its restarts."""

    name: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    # Output after the last complete line.
    partial_line: bytes = b""
    # Variables that this process has beside the supervisor's own.
    variables: dict[str, str] = field(default_factory=dict)
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        """Start the process.

        The supervisor has one thread, so code may run between fork and exec.
        """
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | self.variables,
            preexec_fn=end_with_parent(os.getpid()),
        )

    def signal(self, number: int) -> None:
        """Send a signal to the process; SIGKILL goes to its whole session."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            elif self.process.poll() is None:
                self.process.send_signal(number)

    def schedule_restart(self) -> float:
        """Plan the next start with exponential backoff. Returns the seconds until then."""
        now = time.monotonic()
        self.failures = 0 if now - self.started_at >= STEADY_SECONDS else self.failures + 1
        delay: float = min(MAX_DELAY, FIRST_DELAY * 2 ** max(0, self.failures - 1))
        self.start_at = now + delay
        self.process = None
        return delay


def end_with_parent(parent: int):  # type: ignore[no-untyped-def]
    """Return a function that asks the kernel to send this process SIGTERM when ``parent`` dies (Linux)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def _is_interrupted(process: int) -> bool:
    """Return whether ``process`` blocks SIGINT, as make does once it was sent one (Linux).

    make passes the signal to no child; it blocks it and waits for them.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    blocked = next((line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")), "0")
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


@dataclass
class Supervisor:
    """Start, watch and end the processes."""

    children: list[Child]
    host: str
    port: int
    # The process with which the supervisor ends, if any.
    parent: int | None = None
    # What is said once the service is ready, below its address.
    summary: tuple[str, ...] = ()
    stops: int = 0
    ready: bool = False
    began_at: float = field(default_factory=time.monotonic)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self) -> None:
        """Supervise until a signal comes, and return when every process has ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stops:
                self._start_due()
                self._relay(TICK_SECONDS)
                self._reap_dead()
                self._announce_ready()
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
        """Print what the processes write within ``seconds``."""
        for key, _ in self.selector.select(seconds):
            self._read(key.data)

    def _read(self, child: Child) -> bool:
        """Print what ``child`` has written; return False at the end of its output."""
        stream = child.process.stdout if child.process else None
        if stream is None:
            return False
        try:
            data = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, child.partial_line = (child.partial_line + data).split(b"\n")
        for line in lines:
            self._print(f"{child.name:<7} | {line.decode(errors='replace')}")
        if not data:
            with contextlib.suppress(KeyError):
                self.selector.unregister(stream)
        return bool(data)

    def _print(self, line: str) -> None:
        try:
            print(line, flush=True)  # noqa: T201
        except OSError:  # the reader has ended, as in ``make run | head``
            self.stops += 1

    def _reap_dead(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            reason = _exit_reason(child.process.returncode)
            self._clean_up(child)
            delay = child.schedule_restart()
            self._print(f"{child.name:<7} | {reason}; it starts again in {delay:.1f} s")

    def _clean_up(self, child: Child) -> None:
        """Kill the children of a dead process, print the rest of its output and close its pipe."""
        assert child.process is not None and child.process.stdout is not None  # noqa: S101
        child.signal(signal.SIGKILL)
        while self._read(child):
            pass
        if child.partial_line:
            self._print(f"{child.name:<7} | {child.partial_line.decode(errors='replace')}")
            child.partial_line = b""
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.process.stdout)
        child.process.stdout.close()

    def _announce_ready(self) -> None:
        if self.ready or time.monotonic() - self.began_at < TICK_SECONDS:
            return
        self.began_at = time.monotonic()
        if answers(self.host, self.port):
            self.ready = True
            self._print(f"Rosetta is ready at http://{env.host_in_url(reachable(self.host))}:{self.port}")
            for line in self.summary:
                self._print(line)

    def _end_all(self) -> None:
        """Send SIGTERM to every process, and SIGKILL after the grace period or a second signal."""
        first = self.stops
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while self._alive() and time.monotonic() < deadline and self.stops <= max(first, 1):
            self._relay(TICK_SECONDS)
        for child in self._alive():
            self._print(f"{child.name:<7} | does not end; killed")
        for child in self.children:
            if child.process is not None:
                child.signal(signal.SIGKILL)
                child.process.wait()
                self._clean_up(child)

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.process is not None and child.process.poll() is None]


def _exit_reason(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def reachable(host: str) -> str:
    """Return an address at which this machine reaches a process that listens on ``host``."""
    return settings.WILDCARD_HOSTS.get(host, host)


def answers(host: str, port: int) -> bool:
    """Return whether ``/readyz`` says that the service is ready."""
    connection = HTTPConnection(reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def check_port(name: str, host: str, port: int) -> None:
    """Check that a process can listen there; waits a moment for an earlier run to end.

    Raises CannotStart.
    """
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
    """Lock ``folder`` for this supervisor, because two would share its logs, metrics and ports. Raises CannotStart."""
    with (folder / "supervisor.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CannotStart(
                f"Rosetta already runs with VAR_DIR={str(folder)!r} (process {file.read().strip() or 'unknown'}): "
                "stop it, or set another VAR_DIR for this one"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def prepare() -> tuple[str, ...]:
    """Run ``manage.py prepare``.

    In embedded mode quietly, and the lines to say when ready are returned. Raises CannotStart.
    """
    is_embedded = not commands.is_service()
    if is_embedded and not settings.DATABASE_URL and not (settings.VAR_DIR / "db.sqlite3").exists():
        print("Making the database (some seconds, once)", flush=True)  # noqa: T201
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare", *(["--verbosity", "0", "--summary"] if is_embedded else [])],
        stdout=subprocess.PIPE if is_embedded else None,
        text=True,
        preexec_fn=end_with_parent(os.getpid()),
    )
    if done.returncode:
        raise CannotStart("")  # the command has printed the reason
    return (*(done.stdout or "").splitlines(), *([f"  {'Stop':<12} Ctrl-C"] if is_embedded else []))


def supervised() -> list[Child]:
    """Return the processes.

    In embedded mode each has a log file of its own, so that the terminal stays readable.
    """
    if commands.is_service():
        return [Child(name, command) for name, command in commands.commands().items()]
    settings.LOG_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        Child(name, command, variables={"ROSETTA_LOG_FILE": str(settings.LOG_DIR / f"{name}.log")})
        for name, command in commands.commands().items()
    ]


def main(arguments: list[str]) -> int:
    private_files.write_privately()
    parser = argparse.ArgumentParser(prog="python -m rosetta.processes.supervisor", description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    parent = os.getppid() if parser.parse_args(arguments).with_parent else None
    if parent is not None and (ask := end_with_parent(parent)):
        ask()
    try:
        os.chdir(settings.BASE_DIR)
        with only_one_in(settings.VAR_DIR):
            for name, port in commands.ports().items():
                check_port(name, settings.HOST, port)
            summary = prepare()
            print(f"Starting Rosetta: {', '.join(commands.commands())}", flush=True)  # noqa: T201
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(commands.metrics_folder("all"))
            Supervisor(supervised(), settings.HOST, settings.PORT, parent, summary).run()
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
