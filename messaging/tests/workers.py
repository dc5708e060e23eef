"""A worker and a beat in processes of their own."""

import os
import signal
import subprocess
import sys

from realtime.tests.running import HOST, Service
from rosetta.tests.processes import ROOT, free_port


class Workers:
    """A worker and a beat of the running service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.metrics_port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        pool = ["--pool", "threads", "--concurrency", "1", "--without-gossip", "--without-mingle"]
        line = [sys.executable, "-m", "celery", "-A", "rosetta", name, *(pool if name == "worker" else [])]
        env = self._service.env | {"WORKER_METRICS_PORT": str(self.metrics_port), "HOST": HOST}
        with (self._service.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                line, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, name: str) -> None:
        if process := self.processes.pop(name, None):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
