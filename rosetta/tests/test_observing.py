"""What operators look at.

The dashboard file and the alarms name metrics that there are, and a worker answers probes.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.test import Client
from django.utils.module_loading import autodiscover_modules

from realtime.metrics import metrics as realtime_metrics
from rosetta.tests.processes import ROOT, clean_environment, eventually, free_port, skip_on_a_second_backend

WORDS = {
    "sum", "min", "max", "by", "rate", "increase", "histogram_quantile", "time", "le", "name", "engine", "kind", "found",
    "status", "sender", "source", "target", "state", "instance", "for", "method", "route", "queue", "topk", "absent", "or",
    "fault",
}  # fmt: skip


def expressions() -> dict[str, list[str]]:
    dashboard = json.loads((ROOT / "docs/grafana-dashboard.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    return {"docs/grafana-dashboard.json": panels, "docs/prometheus-alerts.yml": [rule["expr"] for rule in rules()]}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "docs/prometheus-alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def names_in(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\{[^}]*\}', "", expression)
    return set(re.findall(r"[a-z_]{2,}", bare)) - WORDS


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["docs/grafana-dashboard.json", "docs/prometheus-alerts.yml"])
def test_what_operators_look_at_is_measured(file: str, client: Client) -> None:
    autodiscover_modules("metrics")  # as the processes that count do when they start
    realtime_metrics()
    text = client.get("/metrics").content.decode()
    families = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    there = set(families) | {
        f"{name}_{part}"
        for name, kind in families.items()
        if kind == "histogram"
        for part in ("bucket", "count", "sum")
    }
    asked = {name for expression in expressions()[file] for name in names_in(expression)}
    assert len(asked) >= 5
    assert asked - there == set()


def test_each_alarm_has_a_severity_and_a_section_of_the_runbook() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)\n\n`(\w+)`", runbook, re.MULTILINE)
    assert sections == [(rule["alert"], rule["labels"]["severity"]) for rule in rules()]
    assert {severity for _, severity in sections} == {"page", "ticket"}
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["for"]


def test_each_promise_has_its_alarms_and_each_alarm_its_promise() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    promises = runbook.partition("| promise |")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"`(Rosetta\w+)`", promises)) == sorted(rule["alert"] for rule in rules())


def test_a_worker_answers_probes_on_a_port_of_its_own(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    port = free_port()
    variables = clean_environment(VAR_DIR=str(tmp_path), WORKER_METRICS_PORT=str(port))
    worker = subprocess.Popen(
        [sys.executable, "-m", "rosetta.processes", "worker"],
        cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    try:
        assert eventually(answers)
        assert "rosetta_build_info" in httpx.get(f"{url}/metrics").text
        assert httpx.get(f"{url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
        assert httpx.get(f"{url}/admin/").status_code == 404
    finally:
        worker.terminate()
        said = worker.communicate(timeout=30)[0].decode()
    assert "Traceback" not in said
