"""Render the Helm chart's templates, and write the plain manifests that its default values give.

Usage: python -m rosetta.devtools.chart. Writes deploy/kubernetes/rosetta.yaml. It knows the part of the templates' language
that the chart uses: values, ``quote``, ``toYaml | nindent``, ``if`` and ``range``; anything else is an error, so that what is
tested is what Helm renders.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "rosetta"
MANIFESTS = ROOT / "deploy" / "kubernetes" / "rosetta.yaml"

_TAG = re.compile(r"(\s*)\{\{-\s*(.*?)\s*\}\}|\{\{\s*(.*?)\s*\}\}", re.S)
_RANGE = re.compile(r"range \$(\w+), \$(\w+) := (\S+)")

Scope = dict[str, Any]
# What a block holds: text, a value to show, or an ``if`` or ``range`` with its own block.
Node = tuple[str, Any]


def values() -> dict[str, Any]:
    """Return the chart's default values."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return loaded


def render(chosen: dict[str, Any], release: str = "rosetta") -> str:
    """Return all templates, rendered for a release with the values ``chosen``. Raises ValueError for what it does not know."""
    scope = {"": {"Values": chosen, "Release": {"Name": release}}}
    parts = []
    for path in sorted((CHART / "templates").glob("*.yaml")):
        text = _shown(_parsed(iter(_tokens(path.read_text(encoding="utf-8"))))[0], scope).strip()
        if text:
            parts.append(text.removeprefix("---\n"))
    return "---\n" + "\n---\n".join(parts) + "\n"


def _tokens(text: str) -> Iterator[Node]:
    at = 0
    for match in _TAG.finditer(text):
        yield "text", text[at : match.start()]
        yield "tag", match.group(2) or match.group(3)
        at = match.end()
    yield "text", text[at:]


def _parsed(tokens: Iterator[Node]) -> tuple[list[Node], bool]:
    """Return the nodes up to the end of this block, and whether ``end`` closed it."""
    nodes: list[Node] = []
    for kind, content in tokens:
        if kind == "text" or not content.startswith(("if ", "range ", "end")):
            nodes.append((kind, content))
        elif content == "end":
            return nodes, True
        else:
            body, is_closed = _parsed(tokens)
            if not is_closed:
                raise ValueError(f"{content}: no end")
            nodes.append(("block", (content, body)))
    return nodes, False


def _shown(nodes: list[Node], scope: Scope) -> str:
    shown = []
    for kind, content in nodes:
        if kind == "text":
            shown.append(content)
        elif kind == "tag":
            shown.append(_value(content, scope))
        else:
            head, body = content
            shown.extend(_block(head, body, scope))
    return "".join(shown)


def _block(head: str, body: list[Node], scope: Scope) -> Iterator[str]:
    if head.startswith("if "):
        if _find(head.removeprefix("if ").strip(), scope):
            yield _shown(body, scope)
    elif match := _RANGE.fullmatch(head):
        key, value, source = match.groups()
        for name, item in sorted(_find(source, scope).items()):  # as Go does
            yield _shown(body, scope | {key: name, value: item})
    else:
        raise ValueError(f"{head}: not known")


def _value(content: str, scope: Scope) -> str:
    first, *filters = (part.strip() for part in content.split("|"))
    found = yaml.safe_dump(_find(first[7:], scope)).strip() if first.startswith("toYaml ") else _find(first, scope)
    for name in filters:
        if name == "quote":
            found = json.dumps(str(found), ensure_ascii=False)
        elif match := re.fullmatch(r"nindent (\d+)", name):
            found = "".join(f"\n{' ' * int(match.group(1))}{line}" for line in str(found).splitlines())
        else:
            raise ValueError(f"{name}: not known")
    return str(found)


def _find(path: str, scope: Scope) -> Any:
    root, *names = path.removeprefix("$").split(".")
    found = scope[root]
    for name in names:
        if name not in found:
            raise ValueError(f"{path}: no such value")
        found = found[name]
    return found


def main() -> None:
    MANIFESTS.write_text(
        "# Made from the Helm chart's default values by `python -m rosetta.devtools.chart`.\n" + render(values()),
        encoding="utf-8",
    )
    sys.stdout.write(f"wrote {MANIFESTS.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
