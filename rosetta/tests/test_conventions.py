"""The rules of rosetta.devtools.conventions bite, and only where they should."""

from pathlib import Path

import pytest

from rosetta.devtools import conventions


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("messaging/actions/posting.py", "translate.delay(1)"),
        ("messaging/tasks.py", "x = 1\nsweep.apply_async(args=[2])"),
        ("messaging/api/views.py", "rows = Message.objects.all()"),
        ("rosetta/http/views.py", "User.objects.get(pk=1)"),
    ],
)
def test_what_breaks_a_rule_is_found(path: str, source: str) -> None:
    ((line, told),) = conventions.broken(source, Path(path))
    assert line == source.count("\n") + 1
    assert told


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("rosetta/celery.py", "task.apply_async(args=args)"),
        ("messaging/access.py", "Message.objects.all()"),
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
