"""Metrics tell which requests are slow, which servers are unavailable, what waits in which queue, and of processes that live."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.test import Client
from redis import Redis
from rest_framework.test import APIClient

from rosetta.tests.processes import ROOT, clean_environment, free_port, manage, skip_on_a_second_backend

REDIS_URL = os.environ.get("REDIS_URL", "")
COUNT_SOCKETS = "import time, rosetta.gateway\nfrom realtime.metrics import metrics\nmetrics().sockets.inc(3)\n"
SHOW = "import rosetta.gateway\nfrom rosetta.observability.metrics import process_metrics\nprint(process_metrics().decode())"
LENGTHS = """
from rosetta.observability.servers import queue_lengths
from rosetta.queue.nudge import nudge
print(queue_lengths())
for _ in range(3): nudge("messaging.tasks.translate_owed")
nudge("accounts.tasks.deliver_mail", 1)
print(queue_lengths())
"""
STATE = """
from rosetta.observability.servers import ServerCollector
for family in ServerCollector().collect(): print(*family.samples)
"""


def counted(name: str, **labels: str) -> float:
    """Return the value of a series of this process, 0 where there is none."""
    text = Client().get("/metrics").content.decode()
    wanted = {f'{label}="{value}"' for label, value in labels.items()}
    for found, value in re.findall(rf"^{name}\{{([^}}]*)\}} (\S+)$", text, re.MULTILINE):
        if wanted <= set(re.findall(r'\w+="[^"]*"', found)):
            return float(value)
    return 0.0


@pytest.mark.django_db
def test_requests_are_counted_by_the_route_and_not_by_the_path() -> None:
    text = APIClient().get("/metrics").content.decode()
    before = len(re.findall("^rosetta_request_seconds_count", text, re.MULTILINE))
    for name in ("a", "b", "c"):
        APIClient().get(f"/api/v1/external/rooms/{name}")
    text = Client().get("/metrics").content.decode()
    routes = re.findall(r'rosetta_request_seconds_count\{.*route="([^"]*)"', text)
    assert len(routes) <= before + 1
    assert not any("/" in route for route in routes)


@pytest.mark.django_db
def test_what_has_no_route_is_counted_as_that() -> None:
    labels = {"method": "GET", "route": "none", "status": "404"}
    before = counted("rosetta_request_seconds_count", **labels)
    Client().get(f"/api/v1/{uuid.uuid4().hex}")
    assert counted("rosetta_request_seconds_count", **labels) == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "password",
            "/api/v1/auth/app/login",
            {"email": "nobody@example.com", "password": "wrong horse 9", "device_name": "a"},
        ),
        ("code", "/api/v1/auth/app/otp/verify", {"email": "nobody@example.com", "token": "123456", "device_name": "a"}),
    ],
)
def test_attempts_that_prove_nothing_are_counted(method: str, path: str, body: dict[str, str]) -> None:
    before = counted("rosetta_sign_in_failures_total", method=method)
    answer = APIClient().post(path, body)
    assert answer.status_code == 422, answer.content
    assert counted("rosetta_sign_in_failures_total", method=method) == before + 1


@pytest.mark.django_db
def test_failures_at_the_page_of_admin_are_counted() -> None:
    before = counted("rosetta_sign_in_failures_total", method="admin")
    Client().post("/admin/login/", {"username": "nobody@example.com", "password": "wrong horse 9"})
    assert counted("rosetta_sign_in_failures_total", method="admin") == before + 1


def test_the_sockets_of_a_killed_gateway_are_forgotten(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    folder = tmp_path / "metrics"
    folder.mkdir()
    env = clean_environment(VAR_DIR=str(tmp_path / "var"), PROMETHEUS_MULTIPROC_DIR=str(folder))

    def sockets() -> float:
        done = subprocess.run(
            [sys.executable, "-c", SHOW], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        found = re.search(r"^rosetta_sockets (\S+)$", done.stdout, re.MULTILINE)
        return float(found[1]) if found else 0.0

    code = COUNT_SOCKETS + "print('counted', flush=True)\ntime.sleep(120)"
    gateway = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert gateway.stdout is not None and gateway.stdout.readline() == "counted\n"
        assert sockets() == 3
    finally:
        gateway.kill()
        gateway.wait()
    assert sockets() == 0


def test_queues_are_measured_without_a_broker(tmp_path: Path) -> None:
    done = manage("shell", "--no-imports", "-c", LENGTHS, VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert lengths_in(done.stdout) == [{}, {"mail": 1, "translation": 3}]


@pytest.mark.skipif(not REDIS_URL, reason="needs Redis")
def test_queues_are_measured_in_redis(tmp_path: Path) -> None:
    prefix, url = f"chat-{uuid.uuid4().hex}", f"{REDIS_URL.rpartition('/')[0]}/11"
    variables = clean_environment(REDIS_URL=url, REDIS_PREFIX=prefix, VAR_DIR=str(tmp_path))
    line = [sys.executable, "manage.py", "shell", "--no-imports", "-c", LENGTHS]
    done = subprocess.run(line, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120)
    with Redis.from_url(url) as redis:
        redis.delete(*redis.scan_iter(f"{prefix}*"))
    assert done.returncode == 0, done.stderr
    assert lengths_in(done.stdout) == [{}, {"mail": 1, "translation": 3}]


def lengths_in(text: str) -> list[dict[str, int]]:
    """Return the queues with tasks, of each line that was printed."""
    return [
        {name: int(length) for name, length in re.findall(r"'(\w+)': (\d+)", line) if length != "0"}
        for line in text.splitlines()
        if line.startswith("{")
    ]


def test_unavailable_servers_are_measured_as_such(tmp_path: Path) -> None:
    redis = f"redis://127.0.0.1:{free_port()}/0"
    done = manage("shell", "--no-imports", "-c", STATE, VAR_DIR=str(tmp_path), REDIS_URL=redis)
    assert done.returncode == 0, done.stderr
    values = dict(re.findall(r"name='(\w+)', labels=\{\}, value=(\w+)", done.stdout))
    assert {name: value in ("0", "0.0", "False") for name, value in values.items()} == {
        "rosetta_redis_up": True,
        "rosetta_broker_up": True,
    }
