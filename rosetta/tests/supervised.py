"""A whole service as a person starts it."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx

from rosetta.tests import migrated
from rosetta.tests.processes import ROOT, WAIT_SECONDS, clean_environment, processes_with, skip_on_a_second_backend


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Supervised:
    """Start the supervisor as a person starts it again.

    Its database, if no other is named, is up to date.
    """

    def __init__(
        self,
        folder: Path,
        *,
        command: list[str] | None = None,
        is_first: bool = False,
        host: str = "127.0.0.1",
        **variables: str,
    ) -> None:
        """``is_first``: there is no database yet.

        ``host``: where it is expected to answer.
        """
        self.folder = folder
        self.marker = f"VAR_DIR={folder / 'var'}"
        if "DATABASE_URL" not in variables:
            skip_on_a_second_backend()
            database = folder / "var" / "db.sqlite3"
            if not is_first and not database.exists():
                migrated.copy_sqlite(database)
        self.url = f"http://{host}:{variables['PORT']}"
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "rosetta.processes.supervisor"],
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
        """The id of the child whose command line has ``word``.

        The first where it has children of its own.
        """
        return min(
            (pid for pid, line in processes_with(self.marker).items() if f" {word} " in f"{line} "), default=None
        )

    def left_over(self) -> dict[int, str]:
        return processes_with(self.marker)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns how it ended."""
        self.process.send_signal(number)
        return self.process.wait(timeout=WAIT_SECONDS)
