"""Redis servers and Sentinels on free ports, which a test may stop, fail over and ask."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis as Client
from redis.exceptions import RedisError

from rosetta.tests.processes import free_port

HOST = "127.0.0.1"
WAIT_SECONDS = 30

needs_redis_server = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="needs redis-server to start one of its own"
)


def _wait_until(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, f"Not within {WAIT_SECONDS} s: {what}"
        time.sleep(0.05)


class Redis:
    """A Redis without persistence; ``options`` are lines of its command."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.options = options
        self.url = f"redis://{HOST}:{self.port}/0"
        self.start()

    def start(self) -> None:
        line = ["redis-server", "--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*line, *self.options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_until(self._answers, "redis starts")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def client(self, *, db: int = 0) -> Client:
        return Client(host=HOST, port=self.port, db=db, password=self._password)

    @property
    def _password(self) -> str | None:
        return self.options[self.options.index("--requirepass") + 1] if "--requirepass" in self.options else None

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Watched:
    """A primary and its replica with a password, and three Sentinels that promote the replica within about two seconds."""

    def __init__(self, folder: Path) -> None:
        password = "hush/hush"
        login = ("--requirepass", password, "--masterauth", password, "--dir", str(folder))
        self.first = Redis(*login)
        self.second = Redis(*login, "--replicaof", HOST, str(self.first.port))
        self._sentinels = [self._start_sentinel(folder, number, password) for number in range(3)]
        hosts = ",".join(f"{HOST}:{port}" for port, _ in self._sentinels)
        self.url = f"redis+sentinel://:{password.replace('/', '%2F')}@{hosts}/chat/2"
        _wait_until(self._is_watched, "the Sentinels know the replica and one another")

    def _start_sentinel(self, folder: Path, number: int, password: str) -> tuple[int, "subprocess.Popen[bytes]"]:
        port, settings = free_port(), folder / f"sentinel-{number}.conf"
        settings.write_text(
            f"port {port}\nbind {HOST}\ndir {folder}\n"
            f"sentinel monitor chat {HOST} {self.first.port} 2\n"
            f"sentinel auth-pass chat {password}\n"
            "sentinel down-after-milliseconds chat 700\nsentinel failover-timeout chat 5000\n"
        )
        line = ["redis-server", str(settings), "--sentinel"]
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return port, process

    def _is_watched(self) -> bool:
        try:
            for port, _ in self._sentinels:
                with Client(host=HOST, port=port) as sentinel:
                    state = sentinel.sentinel_master("chat")
                if state["num-slaves"] != 1 or state["num-other-sentinels"] != 2:
                    return False
        except (OSError, RedisError):
            return False
        return bool(self.second.client().info("replication")["master_link_status"] == "up")

    def is_promoted(self) -> bool:
        """Whether the second server takes writes."""
        return bool(self.second.client().info("replication")["role"] == "master")

    def stop_a_sentinel(self) -> None:
        self._sentinels[0][1].kill()

    def stop(self) -> None:
        for _, process in self._sentinels:
            process.kill()
            process.wait()
        for server in (self.first, self.second):
            server.stop()
