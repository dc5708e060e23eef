"""Print what Rosetta consists of as a CycloneDX document: its packages, from requirements.lock, with their hashes and licenses.

Usage: python -m rosetta.devtools.sbom. Licenses are those that the installed packages state.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from rosetta.settings import VERSION

ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?==(\S+)(?:\s*;\s*([^\\]+))?")


def packages(lock: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, version and SHA-256 hashes of each package in ``lock``.

    Those for some machines only are left out where they are not installed.
    """
    for entry in re.split(r"\n(?=\w)", lock):
        match = _PACKAGE.match(entry)
        if match and (not match[3] or _is_installed(match[1])):
            yield match[1].lower(), match[2], re.findall(r"sha256:([0-9a-f]{64})", entry)


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def document(lock: str) -> dict[str, Any]:
    """Return the document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "rosetta", "version": VERSION}},
        "components": [_component(name, version, hashes) for name, version, hashes in packages(lock)],
    }


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        # Of all its files: which one is installed depends on the machine.
        "properties": [{"name": "rosetta:sha256", "value": value} for value in hashes],
    }
    if license_name := _license(name):
        component["licenses"] = [{"license": {"name": license_name}}]
    return component


def _license(name: str) -> str:
    if not _is_installed(name):
        return ""
    about: Any = metadata.metadata(name)
    of_classifiers = [
        line.rsplit("::", 1)[1].strip() for line in about.get_all("Classifier", []) if "License ::" in line
    ]
    stated = about.get("License-Expression") or ", ".join(of_classifiers) or about.get("License") or ""
    return stated.splitlines()[0][:100] if stated else ""


def main() -> None:
    json.dump(document((ROOT / "requirements.lock").read_text(encoding="utf-8")), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
