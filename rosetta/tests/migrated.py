"""Provide databases that are up to date: migrate one once per run, and copy it.

Migrating an empty database takes seconds, and dozens of tests and their services start with one.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from rosetta.tests.processes import ROOT, clean_environment

# The folder of this run, which its processes share. Services of the tests are started without any PYTEST_ variable.
VARIABLE = "PYTEST_ROSETTA_MIGRATED"


# Whether this process began the run, and so ends it.
_has_begun = False


def begin() -> None:
    """Name the folder for the copies.

    A run that a test starts uses that of the run around it.
    """
    global _has_begun
    if not Path(os.environ.get(VARIABLE, "/nowhere")).is_dir():
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="rosetta-migrated-")
        _has_begun = True


def end() -> None:
    """Delete the copies, if this process has begun the run."""
    if not _has_begun:
        return
    folder = Path(os.environ.pop(VARIABLE))
    address = folder / "postgres"
    if address.exists():
        url = address.read_text(encoding="utf-8")
        run_sql(url, f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")
    shutil.rmtree(folder, ignore_errors=True)


def copy_sqlite(to: Path) -> None:
    """Put an up-to-date database at ``to``."""
    with _alone() as folder:
        made = folder / "made.sqlite3"
        if not made.exists():
            _migrate(VAR_DIR=str(folder / "var"))
            # The connection's own copying, which knows of what still stands in the log beside the file.
            with (
                closing(sqlite3.connect(folder / "var" / "db.sqlite3")) as source,
                closing(sqlite3.connect(folder / "whole.sqlite3")) as whole,
            ):
                source.backup(whole)
            (folder / "whole.sqlite3").rename(made)
    to.parent.mkdir(parents=True, exist_ok=True)
    for of_an_earlier_run in ("-wal", "-shm"):
        Path(f"{to}{of_an_earlier_run}").unlink(missing_ok=True)
    shutil.copyfile(made, to)


def postgres_template(database_url: str) -> str:
    """The name of an up-to-date database on the server of ``database_url``, for ``CREATE DATABASE … TEMPLATE``."""
    with _alone() as folder:
        made, address = folder / "postgres-made", folder / "postgres"
        if not made.exists():
            url = urlunsplit(urlsplit(database_url)._replace(path=f"/rosetta_migrated_{uuid.uuid4().hex[:12]}"))
            address.write_text(url, encoding="utf-8")  # First of all: whatever happens now, it is removed at the end.
            run_sql(url, f"CREATE DATABASE {name_of(url)}")
            _migrate(DATABASE_URL=url, SECRET_KEY="only-for-tests", VAR_DIR=str(folder / "var"))
            made.touch()
        return name_of(address.read_text(encoding="utf-8"))


def name_of(database_url: str) -> str:
    return urlsplit(database_url).path.lstrip("/")


def run_sql(database_url: str, statement: str) -> None:
    """Run ``statement`` on the server of ``database_url``, outside the database that it names."""
    server = urlunsplit(urlsplit(database_url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def _alone() -> Iterator[Path]:
    """The run's folder, for one process at a time."""
    folder = Path(os.environ[VARIABLE])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _migrate(**variables: str) -> None:
    line = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(
        line, cwd=ROOT, env=clean_environment(**variables), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
