"""``python -m rosetta.processes NAME``.

The names that it knows, and how it refuses others.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from rosetta.tests.processes import ROOT, clean_environment, skip_on_a_second_backend


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    skip_on_a_second_backend()
    return subprocess.run(
        [sys.executable, "-m", "rosetta.processes", *arguments],
        cwd=ROOT,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("web", "worker")])
def test_other_than_one_known_name_is_refused_with_the_names(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = start(*arguments, VAR_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Usage: python -m rosetta.processes web | ")
    assert "worker" in done.stderr


def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path) -> None:
    done = start("web", VAR_DIR=str(tmp_path), PORT="0")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Rosetta cannot start: PORT='0'")
