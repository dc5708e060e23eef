"""A whole service in processes that a test can kill, stop, or deprive of disk space or of the right time."""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import httpx
import psycopg

from bench.reliability.clocks import Clock
from bench.reliability.disks import Disk
from bench.servers import HAProxy, PgBouncer, Postgres, Redis, Standby, kill, wait_for
from bench.service import HOST, ROOT, environment, free_port

# The processes whose clock can be set.
CLOCKED = ("web 1", "worker 1")


class Stack:
    """2 web processes, a gateway, 2 workers, beat, an engine with 50 ms per call, PostgreSQL, and 2 Redis (cache, broker)."""

    def __init__(
        self,
        *,
        broker_url: str = "",
        is_pooled: bool = False,
        has_standby: bool = False,
        is_balanced: bool = False,
        root: Path = ROOT,
    ) -> None:
        # The folder of the version from which processes are started.
        self.root = root
        self.database_disk, self.disk = Disk("database", 2048), Disk("var", 256)
        self.postgres = Postgres(self.database_disk.folder)
        self.pooler = PgBouncer(self.postgres) if is_pooled else None
        self.has_standby = has_standby
        self.standby: Standby | None = None
        self.redis, self.broker = Redis(), Redis()
        self.has_own_broker = not broker_url
        self.engine_port, self.gateway_port = free_port(), free_port()
        self.web_ports = [free_port(), free_port()]
        self.logs = Path(tempfile.mkdtemp(prefix="rosetta-logs-"))
        self.clock = Clock(self.logs)
        self.balancer = HAProxy(self.web_ports, self.logs) if is_balanced else None
        # Where clients send their requests.
        self.entry_ports = [self.balancer.port] if self.balancer else self.web_ports
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        # Processes that a fault keeps down; all others are restarted when they end.
        self._down: set[str] = set()
        self._ending = threading.Event()
        self.restarts = 0
        self.env = environment(f"http://{HOST}:{self.engine_port}") | {
            "DATABASE_URL": self.pooler.url if self.pooler else self.postgres.url,
            "DATABASE_PREPARE": "off" if self.pooler else "on",
            "REDIS_URL": self.redis.url,
            "BROKER_URL": broker_url or self.broker.url,
            "VAR_DIR": str(self.disk.folder),
            "HOST": HOST,
            "GATEWAY_PORT": str(self.gateway_port),
            "PUBLIC_URL": f"http://{HOST}:{self.web_ports[0]}",
            "WEBHOOKS_ALLOW_PRIVATE": "on",
        }

    def commands(self) -> dict[str, list[str]]:
        python = [sys.executable, "-m"]
        web = [*python, "rosetta.serving", "rosetta.rest:application", "--host", HOST, "--port"]
        worker = [
            *python,
            "celery",
            "-A",
            "rosetta",
            "worker",
            # two slow tasks, and one for small tasks, as operators start it
            "--concurrency",
            "3",
            "--without-gossip",
            "--without-mingle",
        ]
        return {
            "engine": [sys.executable, "-m", "bench.engine", str(self.engine_port), "50"],
            "web 1": [*web, str(self.web_ports[0])],
            "web 2": [*web, str(self.web_ports[1])],
            "gateway": [*python, "rosetta.gateway"],
            "worker 1": [*worker, "-n", "w1@%h"],
            "worker 2": [*worker, "-n", "w2@%h"],
            "beat": [*python, "celery", "-A", "rosetta", "beat"],
        }

    def start_all(self) -> None:
        """Start all processes and return when they answer."""
        self.postgres.start()
        if self.has_standby:
            self.standby = Standby(self.postgres)
            hosts = f"{HOST}:{self.postgres.port},{HOST}:{self.standby.port}"
            self.env["DATABASE_URL"] = f"postgres://postgres@{hosts}/rosetta?target_session_attrs=read-write"
        self.redis.start()
        self.broker.start()
        with psycopg.connect(self.postgres.url.replace("/rosetta", "/postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE rosetta")
        if self.pooler:
            self.pooler.start()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=self.root, env=self.env, check=True)
        for name in self.commands():
            self.start(name)
        threading.Thread(target=self._supervise, daemon=True).start()
        if self.balancer:
            self.balancer.start()
        for port in (*self.web_ports, self.gateway_port, *self.entry_ports):
            wait_for(f"port {port}", lambda port=port: self.answers(port))  # type: ignore[misc]

    def start(self, name: str) -> None:
        with (self.logs / f"{name.replace(' ', '')}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.commands()[name],
                cwd=self.root,
                env={**self.env, **(self.clock.environment if name in CLOCKED else {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        self._down.discard(name)

    def kill(self, name: str) -> None:
        """Kill the process and its children; it stays down until it is started."""
        self._down.add(name)
        kill(self.processes[name])

    def replace(self, name: str) -> None:
        """Stop it as operators do, after it has finished its work, and start the current version in ``root``."""
        self._down.add(name)
        self.processes[name].terminate()
        self.processes[name].wait(timeout=30)
        self.start(name)

    def _supervise(self) -> None:
        """Restart processes that ended by themselves a second later, as every supervisor does."""
        while not self._ending.wait(1):
            for name, process in list(self.processes.items()):
                if process.poll() is not None and name not in self._down:
                    self.restarts += 1
                    self.start(name)

    def answers(self, port: int) -> bool:
        try:
            return httpx.get(f"http://{HOST}:{port}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        self._ending.set()
        for process in self.processes.values():
            if process.poll() is None:
                kill(process)
        for server in (self.redis, self.broker, self.balancer):
            if server:
                server.stop()
        if self.pooler:
            self.pooler.stop()
        if self.standby:
            self.standby.remove()
        self.postgres.remove()
        for disk in (self.disk, self.database_disk):
            disk.remove()
        if not os.environ.get("KEEP_LOGS"):
            subprocess.run(["rm", "-rf", str(self.logs)], check=False)
