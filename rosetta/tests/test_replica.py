"""The read replica: what is refused, and the primary answers where none is fit; `bench.replica` has a real one."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from rosetta.tests.processes import ROOT, clean_environment, free_port, manage

DATABASE_URL, REDIS_URL = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")

READS = """
import django
django.setup()
from messaging.models import Message
from rosetta.db import replica
print(replica.read(lambda: Message.objects.all().db), replica.read(lambda: replica._number("default", "SELECT 7")))
print(Message.objects.all().db, replica.freshness.lag() > 1000)
"""


def test_a_replica_needs_a_primary_and_redis() -> None:
    done = manage("check", DATABASE_REPLICA_URL="postgres://u:hush@h/db", SECRET_KEY="x")
    assert done.returncode != 0
    assert "DATABASE_REPLICA_URL without DATABASE_URL and REDIS_URL: set all of them" in done.stderr
    assert "hush" not in done.stderr


@pytest.mark.skipif(not (DATABASE_URL and REDIS_URL), reason="needs PostgreSQL and Redis")
@pytest.mark.parametrize("is_away", [True, False])
def test_a_replica_that_is_away_or_no_standby_is_not_read(tmp_path: Path, is_away: bool) -> None:
    away = f"postgres://postgres@127.0.0.1:{free_port()}/rosetta"
    # The suite's own is made under another name; this one is on every server.
    there = urlunsplit(urlsplit(DATABASE_URL)._replace(path="/postgres"))
    variables = clean_environment(
        DJANGO_SETTINGS_MODULE="rosetta.settings",
        DATABASE_URL=there,
        REDIS_URL=REDIS_URL,
        DATABASE_REPLICA_URL=away if is_away else there,
        SECRET_KEY="only-for-tests",
        VAR_DIR=str(tmp_path),
    )
    done = subprocess.run(
        [sys.executable, "-c", READS], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines()[-2:] == ["default 7", "default True"], done.stderr[-2000:]
