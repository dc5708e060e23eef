"""The rules of rosetta.devtools.conventions bite, and only where they should."""

from pathlib import Path

import pytest

from rosetta.celery import app
from rosetta.devtools import conventions, import_cycles


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("messaging/actions/posting.py", "translate.delay(1)"),
        ("messaging/tasks.py", "x = 1\nsweep.apply_async(args=[2])"),
        ("messaging/api/views.py", "rows = Message.objects.all()"),
        ("rosetta/http/views.py", "User.objects.get(pk=1)"),
        ("files/actions/upload.py", "from files.tasks import make_thumbnail"),
        ("workspaces/erasure.py", "from workspaces import tasks"),
    ],
)
def test_what_breaks_a_rule_is_found(path: str, source: str) -> None:
    ((line, told),) = conventions.broken(source, Path(path))
    assert line == source.count("\n") + 1
    assert told


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("rosetta/queue/nudge.py", "task.apply_async(args=args)"),
        ("messaging/access.py", "Message.objects.all()"),
        ("files/actions/upload.py", "from celery.app.utils import tasks_of"),
        ("messaging/api/views.py", "nudge(translate)\n# translate.delay(1)\nobjects = 1"),
    ],
)
def test_what_keeps_the_rules_is_left_alone(path: str, source: str) -> None:
    assert list(conventions.broken(source, Path(path))) == []


def test_tests_migrations_and_environments_are_not_read(tmp_path: Path) -> None:
    for name in ("app/api/views.py", "app/tests/test_a.py", "app/migrations/0001.py", ".venv/lib/x.py", "var/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(conventions.sources(tmp_path)) == [Path("app/api/views.py")]


def test_every_nudged_name_is_a_registered_task() -> None:
    app.loader.import_default_modules()
    nudged = {
        name
        for path in conventions.sources(conventions.ROOT)
        for name in conventions.nudged_names((conventions.ROOT / path).read_text(encoding="utf-8"))
    }
    assert "accounts.tasks.deliver_mail" in nudged
    assert nudged <= set(app.tasks)


def test_modules_that_import_one_another_are_an_import_cycle() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set(), "f": {"a"}}
    assert import_cycles.cycles(imports) == [["a", "b", "c"]]
    assert import_cycles.cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert import_cycles.cycles({"a": {"a"}, "b": {"c"}, "c": {"b"}}) == [["a"], ["b", "c"]]


@pytest.mark.parametrize(
    "source", ["import ring.b\n", "def late():\n    from ring import b\n", "if TYPE_CHECKING:\n    import ring.b\n"]
)
def test_an_import_counts_wherever_it_stands(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ring").mkdir()
    (tmp_path / "ring" / "__init__.py").touch()
    (tmp_path / "ring" / "a.py").write_text("from typing import TYPE_CHECKING\n" + source)
    (tmp_path / "ring" / "b.py").write_text("from ring import a\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert import_cycles.cycles(import_cycles.import_graph(["ring"])) == [["ring.a", "ring.b"]]


@pytest.mark.parametrize(
    "source",
    [
        "from messaging.tests.test_posting import post",
        "x = 1\nimport messaging.tests.test_posting",
        "from messaging.tests import client, test_posting",
        "from . import test_posting",
        "from .test_posting import post",
        "def late():\n    from messaging.tests.test_posting import post",
    ],
)
def test_a_test_that_imports_a_test_module_is_found(source: str) -> None:
    ((line, advice),) = conventions.broken_in_tests(source)
    assert line == source.count("\n") + 1
    assert advice


def test_a_test_may_import_helpers_and_what_is_only_called_like_a_test() -> None:
    source = "from messaging.tests.client import post\nfrom messaging.tests import client\nfrom rosetta.env import test_database"
    assert list(conventions.broken_in_tests(source)) == []


def test_tests_and_their_helpers_are_read_for_the_rules_of_tests(tmp_path: Path) -> None:
    for name in (
        "conftest.py",
        "app/tests/test_a.py",
        "app/tests/deep/client.py",
        "app/access.py",
        ".venv/lib/tests/x.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    read = {str(path) for path in conventions.test_sources(tmp_path)}
    assert read == {"conftest.py", "app/tests/test_a.py", "app/tests/deep/client.py"}
