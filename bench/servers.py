"""Private PostgreSQL and Redis processes on free ports, which a fault test can stop and start."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg

from bench.service import HOST, free_port


def _binary(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or next(
        iter(sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))[-1:]), None
    )
    if found is None:
        raise SystemExit(f"{name} is not installed: the fault test starts servers of its own")
    return found


class Redis:
    """A Redis without persistence: stopping it loses all its data."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([_binary("redis-server"), *options], stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        """Delete all data."""
        subprocess.run([_binary("redis-cli"), "-p", str(self.port), "flushall"], check=True, stdout=subprocess.DEVNULL)


class Postgres:
    """A PostgreSQL cluster in its own folder.

    It runs as the postgres user if the caller is root.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.port = free_port()
        self.folder = folder or Path(tempfile.mkdtemp(prefix="rosetta-pg-"))
        self.as_owner: list[str] = []
        if os.getuid() == 0:
            shutil.chown(self.folder, user="postgres")
            self.as_owner = ["runuser", "-u", "postgres", "--"]
        self._owner = "postgres" if self.as_owner else pwd.getpwuid(os.getuid()).pw_name
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "postgres", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgres://postgres@{HOST}:{self.port}/rosetta"

    def _run(self, name: str, *arguments: str) -> None:
        command = [*self.as_owner, _binary(name), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)

    def start(self, *settings: str) -> None:
        """Start it, with ``settings`` such as ``fsync=off``."""
        own = (f"listen_addresses={HOST}", f"unix_socket_directories={self.folder}", "max_connections=200")
        options = f"-p {self.port} " + " ".join(f"-c {setting}" for setting in (*own, *settings))
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options, "-w", "start"
        )

    def stop(self, how: str = "fast") -> None:
        """Stop it.

        ``immediate`` is a crash: no checkpoint, and recovery at the next start.
        """
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "-w", "stop")

    def ensure_running(self) -> None:
        """Start it if it has ended by itself."""
        with contextlib.suppress(subprocess.CalledProcessError):  # pg_ctl fails where it runs already
            self.start()

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it may not run
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class Standby(Postgres):
    """A hot standby of ``primary``, which must run.

    Each of the primary's commits waits for it, unless it is not synchronous.
    """

    def __init__(self, primary: Postgres, *, is_synchronous: bool = True) -> None:
        super().__init__()
        shutil.rmtree(self.folder / "data")
        source = f"host={HOST} port={primary.port} user=postgres application_name=standby"
        self._run("pg_basebackup", "-D", str(self.folder / "data"), "-d", source, "-R", "-c", "fast", "-X", "stream")
        self.start()
        if not is_synchronous:
            return
        with psycopg.connect(primary.url.replace("/rosetta", "/postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            connection.execute("SELECT pg_reload_conf()")

    def promote(self) -> None:
        """Make it the primary, and return when it takes writes."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "promote")


class _Program:
    """A program that reads its settings from a file and stays in the foreground."""

    process: "subprocess.Popen[bytes] | None" = None

    def _run_with(self, settings: Path, lines: Iterable[str], command: Sequence[str]) -> None:
        settings.write_text("\n".join(lines) + "\n")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


class PgBouncer(_Program):
    """PgBouncer in transaction mode in front of ``postgres``."""

    def __init__(self, postgres: Postgres) -> None:
        self.port, self._postgres = free_port(), postgres
        self._settings = postgres.folder / "pgbouncer.ini"

    @property
    def url(self) -> str:
        return f"postgres://postgres@{HOST}:{self.port}/rosetta"

    def start(self) -> None:
        lines = (
            "[databases]",
            f"rosetta = host={HOST} port={self._postgres.port} user=postgres",
            "[pgbouncer]",
            f"listen_addr = {HOST}",
            f"listen_port = {self.port}",
            "unix_socket_dir =",
            "auth_type = any",
            "pool_mode = transaction",
            "max_client_conn = 500",
            "default_pool_size = 20",
        )
        command = [*self._postgres.as_owner, _binary("pgbouncer"), "--quiet", str(self._settings)]
        self._run_with(self._settings, lines, command)


class HAProxy(_Program):
    """HAProxy in front of the web processes on ``ports``, which asks each whether it is ready."""

    def __init__(self, ports: list[int], folder: Path) -> None:
        self.port, self._ports = free_port(), ports
        self._settings = folder / "haproxy.cfg"

    def start(self) -> None:
        lines = [
            "defaults",
            "    mode http",
            "    timeout connect 1s",
            "    timeout client 60s",
            "    timeout server 60s",
            "    option redispatch 1",
            "    retry-on conn-failure empty-response",
            "frontend clients",
            f"    bind {HOST}:{self.port}",
            "    default_backend web",
            "backend web",
            "    option httpchk GET /readyz",
            "    timeout check 2s",
            "    default-server check inter 500ms fall 2 rise 1",
            *(f"    server web{number} {HOST}:{port}" for number, port in enumerate(self._ports, 1)),
        ]
        command = [_binary("haproxy"), "-db", "-f", str(self._settings)]
        self._run_with(self._settings, lines, command)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and everything it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: str, check: "object", seconds: float = 30) -> None:
    """Wait until ``check()`` is true. Raises SystemExit after the deadline."""
    deadline = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise SystemExit(f"gave up waiting for {what}")
        time.sleep(0.1)
