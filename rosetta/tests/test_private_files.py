"""Other users of the machine read nothing that the service writes."""

import stat
import sys
from pathlib import Path

import httpx
import pytest

from rosetta.processes import private_files
from rosetta.tests.processes import eventually, free_port, manage
from rosetta.tests.supervised import Supervised


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_all(folder: Path) -> Path:
    """An installation of an earlier version."""
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    for name in ("db.sqlite3", "db.sqlite3-wal", "secret_key", "beat-schedule"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o644)
    for name in ("mail", "files", "queue"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    (folder / "mail" / "one.log").write_text("Your code is 123456")
    (folder / "mail" / "one.log").chmod(0o644)
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_service_that_was_open_to_all_writes_privately_from_its_next_start(tmp_path: Path) -> None:
    port = str(free_port())
    running = Supervised(tmp_path, PORT=port)  # on a database that others may read
    var = tmp_path / "var"
    assert mode(var / "db.sqlite3") & 0o044
    try:
        assert eventually(running.is_ready), running.said()
        api = f"{running.url}/api/v1"
        body = {"name": "Ann", "email": "ann@example.com", "password": "correct horse 9"}
        body |= {"password_confirmation": body["password"], "device_name": "t", "preferred_language": "en"}
        token = httpx.post(f"{api}/auth/app/register", json=body).json()["access_token"]
        upload = {"file": ("notes.txt", b"private" * 20_000, "text/plain")}
        answer = httpx.post(f"{api}/files", files=upload, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text
        httpx.post(f"{api}/auth/app/otp", json={"email": "ann@example.com"})
        assert eventually(lambda: any((var / "mail").glob("*"))), running.said()
        assert [path for path in private_files.exposed(var) if path.exists()] == []
        assert any(path.is_file() for path in (var / "files").rglob("*"))
    finally:
        running.end()
    assert list(private_files.exposed(var)) == []


def test_a_first_start_makes_a_private_folder(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    done = manage("migrate", "--plan", VAR_DIR=str(var))
    assert done.returncode == 0, done.stderr
    assert mode(var) == 0o700
    assert list(private_files.exposed(var)) == []


def test_what_is_there_is_tightened_and_what_is_deeper_is_out_of_reach(tmp_path: Path) -> None:
    var = open_to_all(tmp_path / "var")
    (var / "notes of the operator").write_text("x")
    private_files.tighten(var)
    private_files.tighten(var)
    assert mode(var) == 0o700
    assert {mode(var / name) for name in ("db.sqlite3", "db.sqlite3-wal", "secret_key", "beat-schedule")} == {0o600}
    assert {mode(var / name) for name in ("mail", "files", "queue")} == {0o700}
    assert list(private_files.exposed(var)) == [var / "notes of the operator", var / "mail" / "one.log"]


def test_a_folder_that_all_may_write_to_is_left_as_it_is(tmp_path: Path) -> None:
    shared = open_to_all(tmp_path / "shared")
    shared.chmod(0o1777)
    private_files.tighten(shared)
    assert mode(shared) == 0o1777
    assert mode(shared / "mail") == 0o755


def test_links_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    (var / "files").symlink_to(elsewhere)
    private_files.tighten(var)
    assert mode(elsewhere) == 0o755
    assert list(private_files.exposed(var)) == []


@pytest.mark.parametrize("path", ["mail/one.log", "files/ab/upload", "queue/tasks/left", "spool/half", "other"])
def test_doctor_names_what_others_may_read_and_the_command_that_ends_it(tmp_path: Path, path: str) -> None:
    var = tmp_path / "var"
    (var / path).parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    (var / path).write_text("x")
    (var / path).chmod(0o640)
    done = manage("doctor", "VAR_DIR", VAR_DIR=str(var), SECRET_KEY="k" * 50)
    assert "other users of this machine have rights to" in done.stdout, done.stdout + done.stderr
    assert f"chmod -R go= {var}" in done.stdout
    for found in private_files.exposed(var):
        found.chmod(mode(found) & ~0o077)
    assert "other users" not in manage("doctor", "VAR_DIR", VAR_DIR=str(var), SECRET_KEY="k" * 50).stdout
