"""Real processes for tests.

On ports and folders of their own, without the suite's environment.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120


# The last two measure coverage in processes that tests start; see CONTRIBUTING.md.
INHERITED = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")


def clean_environment(**variables: str) -> dict[str, str]:
    """Return the variables that a person's shell has, and ``variables``.

    No models are fetched unless they say so.
    """
    shell = {name: value for name, value in os.environ.items() if name in INHERITED}
    return {"LOCAL_MODELS": "off"} | shell | variables


def skip_on_a_second_backend() -> None:
    """Skip a test that takes nothing of the suite's environment, nor do its processes.

    The run without DATABASE_URL has it.
    """
    if os.environ.get("DATABASE_URL"):
        pytest.skip("has a database of its own, or none: run it without DATABASE_URL")


def manage(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would.

    In a process of its own, with ``variables`` and nothing of the suite's.
    """
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
