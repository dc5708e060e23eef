"""How the web client's code is built: what needs no Node.js to be checked."""

import re
from pathlib import Path

import pytest
from django.conf import settings

WEB = Path(settings.BASE_DIR) / "web"
CLIENT = WEB / "static" / "web"
MODULES = {
    str(path.relative_to(CLIENT)): path.read_text(encoding="utf-8")
    for path in CLIENT.rglob("*.js")
    if "vendor" not in path.parts
}
JSDOC = re.compile(r"/\*\*.*?\*/", re.DOTALL)
# A type in braces, which may hold braces of its own.
TYPE = re.compile(r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")


def imports_of(name: str) -> set[str]:
    """The modules of the client that ``name`` imports."""
    folder = (CLIENT / name).parent
    named = re.findall(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";$', MODULES[name], re.MULTILINE | re.DOTALL)
    paths = ((folder / path).resolve().relative_to(CLIENT) for path in named)
    return {str(path) for path in paths if "vendor" not in path.parts}


def circle_from(name: str, path: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A circle of imports that begins at ``name``, or nothing."""
    if name in path:
        return (*path[path.index(name) :], name)
    for other in sorted(imports_of(name)):
        if circle := circle_from(other, (*path, name)):
            return circle
    return ()


def test_the_check_reads_every_import_of_the_client() -> None:
    assert {"paths.js", "views/parts/icons.js"} <= imports_of("views/place/place.js")
    assert all(imports_of(name) <= MODULES.keys() for name in MODULES)
    assert sum(len(imports_of(name)) for name in MODULES) > 100


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert [circle for name in MODULES if (circle := circle_from(name))] == []


def test_models_do_not_know_views() -> None:
    users = {name for name in MODULES if not name.startswith("views/") and name != "main.js"}
    assert [name for name in sorted(users) if any(other.startswith("views/") for other in imports_of(name))] == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_lines_are_of_at_most_120_columns(name: str) -> None:
    assert [line for line in MODULES[name].splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_are_of_at_most_250_lines(name: str) -> None:
    assert len(MODULES[name].splitlines()) <= 250


# The type of what is taken apart would be `any` in each of its parts, without an error of the checker.
TAKEN_APART = re.compile(
    r"^(.*)\n *(?:const|let) \{[^}]*\} = (?:await )?[\w.]*\.(?:get|post|put|patch|remove|all|ask|answerOf)\(",
    re.MULTILINE,
)


def test_an_answer_that_is_taken_apart_has_a_type() -> None:
    before = [(name, line) for name, source in MODULES.items() for line in TAKEN_APART.findall(source)]
    assert len(before) > 10
    assert [(name, line) for name, line in before if "/** @type {" not in line] == []


def test_no_type_of_the_client_is_any() -> None:
    types = {
        name: [kind for doc in JSDOC.findall(source) for kind in TYPE.findall(doc)] for name, source in MODULES.items()
    }
    assert sum(map(len, types.values())) > 300
    assert [(name, kind) for name, kinds in types.items() for kind in kinds if re.search(r"\bany\b", kind)] == []
    assert not re.search(r"\bany\b", (WEB / "types.d.ts").read_text(encoding="utf-8").replace("of any", ""))
