"""The server process and its workers: how they start, end and are replaced."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from rosetta.tests.processes import ROOT, clean_environment, eventually, free_port, skip_on_a_second_backend
from rosetta.tests.served import MODES, PATIENCE, SETTINGS, Running, head, status_of


def test_requests_under_way_are_finished_when_it_ends(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    server = Running(tmp_path, MODES["service"], **SETTINGS)
    try:
        assert eventually(server.answers), server.log.read_text()
        body = b'{"email": "nobody@example.com"}'
        connection = server.send(head("POST", "/api/v1/auth/app/login", f"Content-Length: {len(body)}"))
        connection.sendall(body[:5])
        assert server.serves()  # by now the other one is being read
        server.process.send_signal(signal.SIGTERM)
        # Nobody new is let in.
        assert eventually(lambda: not server.answers(), PATIENCE)
        connection.sendall(body[5:])
        assert status_of(connection) == 422
        connection.close()
        assert server.process.wait(timeout=PATIENCE) == 0
        assert "Traceback" not in server.log.read_text()
    finally:
        server.process.kill()
        server.process.wait()


def test_a_port_that_is_taken_is_said_and_ends_it(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = subprocess.run(
            [sys.executable, "-m", "rosetta.serving", *MODES["service"], "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            env=clean_environment(VAR_DIR=str(tmp_path)),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith("Rosetta cannot listen on 127.0.0.1 port")


def test_workers_that_end_at_once_end_all(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "rosetta.serving",
            "rosetta.nothing:application",
            "--workers",
            "2",
            "--port",
            str(free_port()),
        ],
        cwd=ROOT,
        env=clean_environment(VAR_DIR=str(tmp_path)),
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == 1


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    server = Running(tmp_path, MODES["service"], **SETTINGS)

    def workers() -> set[int]:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, check=False
        )
        return {int(pid) for pid in listed.stdout.split()}

    try:
        assert eventually(server.answers), server.log.read_text()
        first = workers()
        assert len(first) == 2
        os.kill(min(first), signal.SIGKILL)
        assert eventually(lambda: len(workers() - {min(first)}) == 2, PATIENCE)
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 0
        assert not workers()
    finally:
        server.process.kill()
        server.process.wait()
