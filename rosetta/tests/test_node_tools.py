"""What checks the web client with Node.js.

The types that are written, and the tools that are called.
"""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rosetta.devtools import node_tools


class FakeNpx:
    """An ``npx`` that notes its arguments and ends with the status that a test sets."""

    def __init__(self, folder: Path) -> None:
        self.log, self.status = folder / "log", folder / "status"
        self.status.write_text("0")
        program = folder / "npx"
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.log}\necho "2 problems"\nexit "$(/bin/cat {self.status})"\n')
        program.chmod(0o755)

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def npx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNpx:
    monkeypatch.setenv("PATH", str(tmp_path))
    return FakeNpx(tmp_path)


def test_a_tool_is_called_with_its_pinned_packages(npx: FakeNpx) -> None:
    node_tools.run("eslint", ".", "--fix")
    (call,) = npx.calls()
    assert re.fullmatch(r"--yes --package eslint@[\d.]+ --package @eslint/js@[\d.]+ eslint \. --fix", call)


def test_a_tool_that_fails_is_named_with_its_output(npx: FakeNpx) -> None:
    npx.status.write_text("1")
    with pytest.raises(CommandError, match="tsc in web:\n2 problems"):
        node_tools.run("tsc")


@pytest.mark.parametrize(
    ("options", "rules", "form"), [([], r"eslint \.", "--check"), (["--fix"], r"eslint \. --fix", "--write")]
)
def test_the_style_is_checked_or_fixed_by_both_tools(npx: FakeNpx, options: list[str], rules: str, form: str) -> None:
    call_command("client_style", *options)
    eslint, prettier = npx.calls()
    assert re.search(f"{rules}$", eslint)
    assert f" prettier {form} " in prettier


def test_without_node_the_types_are_written_but_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    call_command("client_style")
    call_command("client_types")
    assert capsys.readouterr().out.count("No Node.js on this machine") == 2
    types = (node_tools.WEB / "schema.d.ts").read_text(encoding="utf-8")
    names = re.findall(r"^export type (\w+) = ", types, re.MULTILINE)
    assert names == sorted(set(names))
    assert {"AttachmentResource", "ChannelAnswer", "Error"} <= set(names), names
    # Optional fields, unions, lists, records and files.
    for written in (r"\?: ", r" \| null;", r'"\w+" \| "\w+"', r"Array<\w+>", r"Record<string, \w+>", "Blob"):
        assert re.search(written, types), written
