"""Habits that a linter does not know: ``python -m rosetta.devtools.conventions`` names each line that breaks one.

Each rule stands here because the mistake is easy, silent, and expensive later.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {"migrations", "tests", "bench", "node_modules"}
ENQUEUING = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}
# The one place that talks to the queue: it never raises and never waits for a broker that is away.
QUEUE = Path("rosetta/celery.py")


def broken(source: str, path: Path) -> Iterator[tuple[int, str]]:
    """The line numbers of ``source``, which stands at ``path`` below the root, that break a rule; with what to do instead."""
    is_api = "api" in path.parts or path.name == "views.py"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _method(node) in ENQUEUING and path != QUEUE:
            yield node.lineno, f".{_method(node)}(: a task is woken by rosetta.queue.nudge.nudge, after the commit"
        if isinstance(node, ast.Attribute) and node.attr == "objects" and is_api:
            yield node.lineno, ".objects: a view reaches rows through access.py and changes them through actions"


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def sources(root: Path) -> Iterator[Path]:
    """The Python files that the rules hold for, relative to ``root``."""
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if not any(part in SKIPPED or part.startswith(".") for part in relative.parts) and relative.parts[0] != "var":
            yield relative


def main() -> int:
    found = [
        f"{path}:{line}: {told}"
        for path in sources(ROOT)
        for line, told in broken((ROOT / path).read_text(encoding="utf-8"), path)
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
