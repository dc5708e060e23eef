"""What operators are given agrees with the code.

.env.example, docker-compose.yml, Dockerfile, Makefile.
"""

import ast
import os
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from rosetta.devtools import chart, sbom
from rosetta.tests.processes import free_port, manage

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
    assert set(compose["services"]) == ours | {"secrets", "postgres", "redis", "libretranslate", "proxy", "mail"}
    for name in ours - {"prepare"}:
        assert compose["services"][name]["command"] == ["python", "-m", "rosetta.processes", name]
        assert compose["services"][name]["environment"]["REDIS_URL_FILE"] == "/run/rosetta/redis_url"


def test_compose_has_no_password_and_a_limit_of_memory_for_each_service(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        values = {**(service.get("environment") or {})}
        assert {key for key in values if "PASSWORD" in key or "SECRET" in key} <= {
            "SECRET_KEY", "SECRET_KEY_FILE", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE",
        }  # fmt: skip
        assert values.get("SECRET_KEY", "") in ("", "${SECRET_KEY:-}")
        assert values.get("POSTGRES_PASSWORD", "") in ("", "${POSTGRES_PASSWORD:-}")
        assert "mem_limit" in service or name == "secrets"


def test_the_first_start_makes_secrets_that_later_ones_keep(tmp_path: Path) -> None:
    def contents(**variables: str) -> dict[str, str]:
        line = [str(ROOT / "deploy" / "make-secrets"), str(tmp_path)]
        subprocess.run(line, env={"PATH": os.environ["PATH"], **variables}, check=True)
        return {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}

    first = contents()
    assert len({first["secret_key"], first["postgres_password"], first["redis_password"]}) == 3
    assert all(len(first[name]) == 48 for name in ("secret_key", "postgres_password", "redis_password"))
    assert first["database_url"] == f"postgres://rosetta:{first['postgres_password']}@postgres:5432/rosetta"
    assert first["redis.conf"] == f"requirepass {first['redis_password']}\n"
    assert contents() == first
    changed = contents(POSTGRES_PASSWORD="rosetta", SECRET_KEY="a key of before")
    assert changed["database_url"] == "postgres://rosetta:rosetta@postgres:5432/rosetta"
    assert (changed["secret_key"], changed["redis_url"]) == ("a key of before", first["redis_url"])


def test_an_address_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://:hush@localhost:1/0\n", encoding="utf-8")
    code = "from django.conf import settings; print(settings.REDIS_URL, settings.CACHES['default']['LOCATION'])"
    variables = {"REDIS_URL_FILE": str(tmp_path / "url"), "VAR_DIR": str(tmp_path)}
    done = manage("shell", "--no-imports", "-c", code, **variables)
    assert done.stdout.split() == ["redis://:hush@localhost:1/0"] * 2, done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_health_check_asks_the_process_without_python(tmp_path: Path) -> None:
    def ends_with(port: int) -> int:
        return subprocess.run([str(ROOT / "deploy" / "healthcheck"), str(port)], stderr=subprocess.DEVNULL).returncode

    for status, code in (("200 OK", 0), ("503 Service Unavailable", 1)):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer(server: socket.socket = server, status: str = status) -> None:
                client, _ = server.accept()
                with client:
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n"):
                        asked += client.recv(1000)
                    assert asked.startswith(b"GET /healthz HTTP/1.0\r\n")
                    client.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())

            thread = threading.Thread(target=answer)
            thread.start()
            assert ends_with(server.getsockname()[1]) == code
            thread.join()
    assert ends_with(free_port()) == 1


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


# ── Kubernetes ──


def manifests(**changes: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What the chart gives, by kind and name."""
    documents = [one for one in yaml.safe_load_all(chart.render(chart.values() | changes, "acme")) if one]
    found = {(one["kind"], one["metadata"]["name"]): one for one in documents}
    assert len(found) == len(documents)
    return found


def test_the_manifests_are_those_of_the_chart() -> None:
    assert chart.MANIFESTS.read_text(encoding="utf-8").split("\n", 1)[1] == chart.render(chart.values()), (
        "run make lock"
    )


def test_the_chart_starts_every_process_with_limits_and_without_rights() -> None:
    found = manifests(image="rosetta@sha256:1234")
    deployments = {name: one["spec"] for (kind, name), one in found.items() if kind == "Deployment"}
    assert set(deployments) == {"acme-web", "acme-gateway", "acme-worker", "acme-beat"}
    for name, spec in deployments.items():
        assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
        (container,) = spec["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", "rosetta.processes", name.removeprefix("acme-")]
        assert container["image"] == "rosetta@sha256:1234"
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert spec["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in spec["template"]["spec"]["volumes"]}
        named = [next(iter(one.values()))["name"] for one in container["envFrom"]]
        assert named == ["acme-settings", "rosetta"]
        if "livenessProbe" in container:
            assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert found["ConfigMap", "acme-settings"]["data"].keys() <= read_by_settings() | {"ALLOWED_HOSTS"}


def test_the_chart_routes_sockets_to_the_gateway() -> None:
    found = manifests()
    paths = found["Ingress", "acme"]["spec"]["rules"][0]["http"]["paths"]
    services = [(one["path"], one["backend"]["service"]["name"]) for one in paths]
    assert services == [("/api/v1/realtime", "acme-gateway"), ("/", "acme-web")]
    for _, name in services:
        selector = found["Service", name]["spec"]["selector"]
        assert selector.items() <= found["Deployment", name]["spec"]["template"]["metadata"]["labels"].items()


def test_a_release_has_one_number_everywhere() -> None:
    about = yaml.safe_load((chart.CHART / "Chart.yaml").read_text(encoding="utf-8"))
    newest = re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)[0]
    assert {about["version"], about["appVersion"], newest} == {settings.VERSION}


def test_the_chart_needs_no_claim_with_s3_and_no_ingress_where_there_is_one() -> None:
    found = manifests(files={"enabled": False, "claim": ""}, ingress={"enabled": False})
    assert not any(kind == "Ingress" for kind, _ in found)
    pod = found["Deployment", "acme-web"]["spec"]["template"]["spec"]
    assert [one["name"] for one in pod["volumes"]] == ["scratch", "var"]


# ── Packages ──


def pinned(text: str) -> dict[str, str]:
    return {name.lower(): version for name, version in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.M)}


def test_the_lock_has_what_is_required_with_hashes_and_without_a_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    required = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-observing.txt")
    )
    assert pinned(required).items() <= pinned(lock).items(), "run make lock"
    assert "://" not in lock
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\w)", lock))


def test_the_bill_of_materials_names_each_package_with_its_license() -> None:
    document = sbom.document((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    components = {one["name"]: one for one in document["components"]}
    assert {"django", "psycopg", "redis"} <= components.keys()
    assert components["django"]["purl"].startswith("pkg:pypi/django@5.")
    assert components["django"]["licenses"] == [{"license": {"name": "BSD-3-Clause"}}]


# ── The image and make ──


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER rosetta") < next(place for place, line in enumerate(lines) if line.startswith("CMD"))


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.M)
    assert set(re.findall(r"^([a-z]+):.*## ", text, re.M)) == set(phony.split())
