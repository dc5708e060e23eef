"""Check habits that a linter does not know.

``python -m rosetta.devtools.conventions`` names each line that breaks one.

Each rule stands here because the mistake is easy, silent, and expensive later.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from rosetta.devtools import phrases

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"migrations", "tests", "bench", "node_modules"}
ENQUEUING = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}
# The one place that talks to the queue: it never raises and never waits for an unavailable broker.
QUEUE = Path("rosetta/queue/nudge.py")


def broken(source: str, path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of ``source`` that break a rule, each with what to do instead.

    ``path`` is relative to the root.
    """
    is_api = "api" in path.parts or path.name == "views.py"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _method(node) in ENQUEUING and path != QUEUE:
            yield node.lineno, f".{_method(node)}(: a task is woken by rosetta.queue.nudge, after the commit"
        if isinstance(node, ast.Attribute) and node.attr == "objects" and is_api:
            yield node.lineno, ".objects: a view reaches rows through access.py and changes them through actions"
        if isinstance(node, ast.ImportFrom) and _imports_tasks(node):
            yield node.lineno, "import of tasks: tasks call actions; nudge a task by its name"


def nudged_names(source: str) -> Iterator[str]:
    """Yield the task names that ``source`` passes to ``nudge`` and ``nudge_once`` as literals."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("nudge", "nudge_once") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def broken_in_tests(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line numbers at which a test module breaks a rule, with what to do instead."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and any(
            part.startswith("test_") for name in _imported(node) for part in name.split(".")
        ):
            yield (
                node.lineno,
                "imports a test module: move what both use to a module of its own, such as tests/client.py",
            )


def _imported(node: ast.AST) -> list[str]:
    """Return the modules, and names that may be modules, of an import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [module, *(alias.name for alias in node.names if module.endswith("tests") or not module)]
    return []


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _imports_tasks(node: ast.ImportFrom) -> bool:
    module = node.module or ""
    return module.endswith(".tasks") or ("." not in module and any(alias.name == "tasks" for alias in node.names))


def sources(root: Path) -> Iterator[Path]:
    """Yield the Python files that the rules hold for, relative to ``root``."""
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if not any(part in SKIPPED or part.startswith(".") for part in relative.parts) and relative.parts[0] != "var":
            yield relative


def test_sources(root: Path) -> Iterator[Path]:
    """Yield the Python files of tests, relative to ``root``."""
    for path in sorted([*root.glob("conftest.py"), *root.glob("*/tests/**/*.py")]):
        yield path.relative_to(root)


def main() -> int:
    complaints = [
        f"{path}:{line}: {advice}"
        for check, paths in (
            (broken, sources(ROOT)),
            (lambda source, _path: broken_in_tests(source), test_sources(ROOT)),
            (phrases.violations, phrases.files(ROOT, phrases.PHRASES_CHECKED_IN)),
        )
        for path in paths
        for line, advice in check((ROOT / path).read_text(encoding="utf-8"), path)
    ]
    sys.stdout.writelines(f"{line}\n" for line in complaints)
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
