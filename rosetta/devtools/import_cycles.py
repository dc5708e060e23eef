"""Find import cycles between files: ``python -m rosetta.devtools.import_cycles``.

Imports inside functions and under ``TYPE_CHECKING`` count too: a cycle that only the type checker sees still keeps a reader
from understanding one file before the other.
"""

import sys
from collections.abc import Iterable, Mapping

import grimp

PACKAGES = (
    "web",
    "realtime",
    "rooms",
    "messaging",
    "workspaces",
    "devices",
    "translation",
    "files",
    "accounts",
    "rosetta",
)


def import_graph(packages: Iterable[str] = PACKAGES) -> dict[str, set[str]]:
    """Return the modules of ``packages``, each with the modules that it imports."""
    graph = grimp.build_graph(*packages, exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def cycles(imports: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return each group of modules that import one another, sorted.

    By Tarjan's algorithm.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for imported in imports.get(module, ()):
            if imported not in order:
                visit(imported)
                lowest[module] = min(lowest[module], lowest[imported])
            elif imported in stack:
                lowest[module] = min(lowest[module], order[imported])
        if lowest[module] == order[module]:
            start = stack.index(module)
            group, stack[start:] = stack[start:], []
            if len(group) > 1 or module in imports.get(module, ()):
                groups.append(sorted(group))

    for module in sorted(imports):
        if module not in order:
            visit(module)
    return sorted(groups)


def main() -> int:
    sys.setrecursionlimit(10_000)  # ``visit`` goes as deep as the longest chain of imports
    groups = cycles(import_graph())
    for group in groups:
        print("import cycle:", " <-> ".join(group))  # noqa: T201
    return bool(groups)


if __name__ == "__main__":
    sys.exit(main())
