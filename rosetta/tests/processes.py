"""Real processes for tests: on ports and folders of their own, without the suite's environment."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from rosetta.tests import migrated

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120


def clean_environment(**variables: str) -> dict[str, str]:
    """What a person's shell has, and ``variables``."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")} | variables


def skip_on_a_second_backend() -> None:
    """Skip a test whose processes take nothing of the suite's environment: the run without DATABASE_URL has it."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("has a database of its own, or none: run it without DATABASE_URL")


def manage(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would: in a process of its own, with ``variables`` and nothing of the suite's."""
    skip_on_a_second_backend()
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(question: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    """Whether ``question`` becomes true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return False


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def processes_with(marker: str) -> dict[int, str]:
    """The command lines, by process id, of the processes whose environment holds ``marker`` (Linux)."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and marker.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended meanwhile, or is somebody else's
    return {pid: line for pid, line in found.items() if line}


class Supervised:
    """``python -m rosetta.supervisor`` as a person starts it again: its database, if no other is named, is up to date."""

    def __init__(
        self, folder: Path, *, command: list[str] | None = None, is_first: bool = False, **variables: str
    ) -> None:
        """``is_first``: there is no database yet."""
        self.marker = f"VAR_DIR={folder / 'var'}"
        if "DATABASE_URL" not in variables:
            skip_on_a_second_backend()
            database = folder / "var" / "db.sqlite3"
            if not is_first and not database.exists():
                migrated.copy_sqlite(database)
        self.url = f"http://127.0.0.1:{variables['PORT']}"
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "rosetta.supervisor"],
                cwd=ROOT,
                env=clean_environment(VAR_DIR=str(folder / "var"), **variables),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Who runs the tests in the background may have had SIGINT ignored, which a child inherits.
                preexec_fn=_hear_ctrl_c,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def is_ready(self) -> bool:
        return f"\nRosetta is ready at {self.url}\n" in self.said()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def process_of(self, word: str) -> int | None:
        """The id of the child whose command line has ``word``; the first where it has children of its own."""
        return min(
            (pid for pid, line in processes_with(self.marker).items() if f" {word} " in f"{line} "), default=None
        )

    def left_over(self) -> dict[int, str]:
        return processes_with(self.marker)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns how it ended."""
        self.process.send_signal(number)
        return self.process.wait(timeout=WAIT_SECONDS)
