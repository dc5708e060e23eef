"""An unavailable broker or cache costs a request next to nothing and never fails it."""

import os
import subprocess
import sys
from pathlib import Path

from rosetta.tests.processes import ROOT, free_port, skip_on_a_second_backend

SCRIPT = """
import time, django
django.setup()
from django.core.cache import cache
from rosetta.queue.nudge import nudge, nudge_once
from rosetta.pubsub import StreamAdvanced, publish
began = time.monotonic()
for _ in range(20):
    nudge("messaging.tasks.translate_owed")
    nudge_once("messaging.tasks.translate_owed")
    publish(StreamAdvanced("01hzzzzzzzzzzzzzzzzzzzzzzz"))
    assert cache.get("x", "missing") == "missing"
print(time.monotonic() - began < 15)
"""


def test_without_redis_nudges_and_cache_give_up_at_once(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rosetta.settings",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "BROKER_URL": "",
        "DATABASE_URL": "",
        "VAR_DIR": str(tmp_path),
    }
    environment.pop("PYTEST_VERSION", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]
