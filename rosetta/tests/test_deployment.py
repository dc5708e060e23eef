"""What operators are given agrees with the code.

.env.example, docker-compose.yml, Dockerfile, Makefile.
"""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def read_by_settings() -> set[str]:
    """The names that settings ask the environment for."""
    tree = ast.parse((ROOT / "rosetta/settings.py").read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_the_example_lists_every_setting() -> None:
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    assert read_by_settings() - listed == set()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def test_compose_has_every_process_and_service(compose: dict[str, Any]) -> None:
    ours = {"prepare", "web", "gateway", "worker", "beat"}
    assert set(compose["services"]) == ours | {"postgres", "redis", "libretranslate", "proxy", "mail"}
    for name in ours - {"prepare"}:
        assert compose["services"][name]["command"] == ["python", "-m", "rosetta.processes", name]
        assert compose["services"][name]["environment"]["REDIS_URL"] == "redis://redis:6379/0"


def test_compose_names_only_services_volumes_and_files_that_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert "image" in service
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), mount


def test_the_proxy_sends_the_realtime_path_to_the_gateway_and_all_else_to_the_web() -> None:
    text = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    rules = re.findall(r"handle(?: (\S+))? \{(?:[^{}]*)reverse_proxy (\S+)", text)
    assert rules == [("/api/v1/realtime", "gateway:8001"), ("", "web:8000")]


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER rosetta") < next(place for place, line in enumerate(lines) if line.startswith("CMD"))


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.M)
    assert set(re.findall(r"^([a-z]+):.*## ", text, re.M)) == set(phony.split())
