"""Clients generated from the served schema, by the commands and programs of docs/clients.md: they compile, and converse."""

import compileall
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from rosetta.devtools import node_tools
from rosetta.tests.processes import ROOT, clean_environment
from workspaces.models import Workspace

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="the wire is the same on every database"),
]
with_node = pytest.mark.skipif(not node_tools.is_available(), reason="no Node.js on this machine")

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
BASE = "https://chat.example.com"
SECONDS = 240
REFUSAL = "The given data was invalid."
NO_CACHE = ("--cache-dir", os.devnull)
STRICT = [
    "--strict",
    "--target",
    "es2022",
    "--module",
    "es2022",
    "--moduleResolution",
    "bundler",
    "--lib",
    "es2022,dom",
    "--noEmitOnError",
]


def example(kind: str) -> str:
    """The one block of the page in this language."""
    (text,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)
    return str(text)


@pytest.fixture
def folder(live_server: LiveServer, tmp_path: Path) -> Path:
    """A folder with the schema, as its address serves it."""
    answer = httpx.get(f"{live_server.url}/api/schema", timeout=60)
    (tmp_path / "rosetta.yaml").write_bytes(answer.raise_for_status().content)
    return tmp_path


def run(folder: Path, *line: str) -> str:
    """What a program prints. Nothing may go wrong in it, warnings included."""
    done = subprocess.run(
        line, cwd=folder, env=clean_environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def python_client(folder: Path) -> Path:
    """Generate the package. Fails when a part of the schema is left out."""
    (folder / "generator.yaml").write_text(example("yaml") + "post_hooks: []\n", encoding="utf-8")
    said = run(
        folder,
        *(
            sys.executable,
            "-m",
            "openapi_python_client",
            "generate",
            "--path",
            "rosetta.yaml",
            "--config",
            "generator.yaml",
        ),
        *("--meta", "none", "--output-path", "rosetta_client", "--fail-on-warning"),
    )
    assert "WARNING" not in said
    return folder / "rosetta_client"


def test_a_python_client_holds_its_first_conversation(live_server: LiveServer, folder: Path) -> None:
    package = python_client(folder)
    operations = (folder / "rosetta.yaml").read_text(encoding="utf-8").count("operationId: ")
    assert len(list(package.glob("api/*/[a-z]*.py"))) == operations > 100
    assert compileall.compile_dir(package, quiet=1)
    run(folder, sys.executable, "-c", "from rosetta_client.models import *")
    (folder / "first.py").write_text(example("python").replace(BASE, live_server.url), encoding="utf-8")
    run(
        folder,
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--no-error-summary",
        *NO_CACHE,
        "first.py",
    )
    assert run(folder, sys.executable, "first.py") == f"Thank you very much [('👍', 1)]\n{REFUSAL}\n"
    assert Workspace.objects.get().name == "Acme"


@with_node
def test_a_typescript_client_holds_its_first_conversation(live_server: LiveServer, folder: Path) -> None:
    node_tools.run("openapi-typescript", "rosetta.yaml", "--output", "rosetta.d.ts", folder=folder)
    node_tools.install("openapi-fetch", folder=folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "first.ts").write_text(example("ts").replace(BASE, live_server.url), encoding="utf-8")
    node_tools.run("tsc", *STRICT, "first.ts", folder=folder)
    assert run(folder, "node", "first.js") == f'Thank you very much [["👍",1]]\n{REFUSAL}\n'
    assert Workspace.objects.get().name == "Acme"


def test_the_page_names_the_versions_that_are_tested() -> None:
    (generator,) = re.findall(r"^openapi-python-client==.+$", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    pins = [generator, node_tools.LIBRARIES["openapi-fetch"], node_tools.PACKAGES["openapi-typescript"][0]]
    assert [pin for pin in pins if pin not in PAGE] == []
