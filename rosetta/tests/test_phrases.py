"""Phrases that are hard to read are refused in prose, and nowhere else."""

from pathlib import Path

import pytest

from rosetta.devtools import phrases
from rosetta.devtools.conventions import ROOT

BAD = [
    "A token that is not valid any more.",
    "The row is no more in the table.",
    "Sends it to who can read it.",
    "Accept an invite. Again changes nothing.",
    "While Redis is away, nothing is counted.",
    "Delete old rows; returns how many went.",
    "A file that is nobody's.",
    "No error and no word of the loss.",
    "What a lost word left behind.",
    "Translations that are owed.",
    "An address that is none.",
    "Says how to mend it.",
]
GOOD = [
    "A token that is no longer valid.",
    "No more than 100 rows; any more than that is refused.",
    "Sends it to the users who can read it, and to whoever asks.",
    "Accept an invite. Idempotent.",
    "While Redis is unavailable, nothing is counted.",
    "Delete old rows; returns the number of rows deleted.",
    "Owing to the lock, writers wait.",
    "Pending translations. An amendment.",
]


@pytest.mark.parametrize("sentence", BAD)
def test_a_refused_phrase_is_named_in_docstrings_comments_and_documents(sentence: str) -> None:
    for path, source in (
        ("a.py", f'"""Do it.\n\n{sentence}\n"""\n'),
        ("a.py", f"x = 1\ny = 2\nz = 3  # {sentence}\n"),
        ("a.py", f"class A:\n    def f(self):\n        '''{sentence}'''\n"),
        ("a.js", f"let a = 1;\n\nlet b = 2; // {sentence}\n"),
        ("a.js", f"/**\n * Do it.\n * {sentence}\n */\n"),
        ("a.md", f"# Title\n\n{sentence}\n"),
    ):
        lines = [line for line, _ in phrases.violations(source, Path(path))]
        assert lines == [3], source


@pytest.mark.parametrize("sentence", GOOD)
def test_plain_sentences_pass(sentence: str) -> None:
    for path, source in (("a.py", f'"""{sentence}"""'), ("a.js", f"// {sentence}"), ("a.md", sentence)):
        assert list(phrases.violations(source, Path(path))) == []


def test_a_phrase_that_goes_over_the_end_of_a_line_is_found() -> None:
    assert [line for line, _ in phrases.violations("x = 1\n# It is not valid any\n# more.\n", Path("a.py"))] == [2]
    assert [line for line, _ in phrases.violations("// It is not valid any\n// more.\n", Path("a.js"))] == [1]
    assert [line for line, _ in phrases.violations("It is not valid any\nmore.\n", Path("a.md"))] == [1]


def test_the_advice_names_the_phrase_and_what_to_write() -> None:
    ((_, advice),) = phrases.violations("# Redis is\n# away\n", Path("a.py"))
    assert advice == "is away: unavailable"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", 'label = _("You are not a member any more.")'),
        ("a.py", "mend = is_away(owed)\nname = f'{owed} any more'"),
        ("a.py", '"""Do what ``owed`` and "any more" name."""'),
        ("a.js", "say('is away'); const url = 'https://any.example/any more';"),
        ("a.md", "Write “pending”, not “owed”; `mend` is a name.\n\n```sh\necho any more\n```\n"),
        ("a.po", 'msgid "You are not a member any more."'),
        ("a.html", "is away"),
    ],
)
def test_code_sentences_for_people_and_quotations_are_left_alone(path: str, source: str) -> None:
    assert list(phrases.violations(source, Path(path))) == []


def test_the_folders_that_are_checked_are_read_without_migrations_and_vendored_files(tmp_path: Path) -> None:
    for name in ("app/a.py", "app/tests/test_a.py", "app/migrations/0001.py", "app/vendor/x.js", "b/b.py", "READ.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(phrases.files(tmp_path, ("app", "READ.md"))) == [
        Path("app/a.py"),
        Path("app/tests/test_a.py"),
        Path("READ.md"),
    ]


def test_what_is_checked_exists_and_is_clean() -> None:
    checked = list(phrases.files(ROOT, phrases.PHRASES_CHECKED_IN))
    assert Path("rosetta/devtools/phrases.py") in checked
    assert all((ROOT / name).exists() for name in phrases.PHRASES_CHECKED_IN)
    assert [
        f"{path}:{line}: {advice}"
        for path in checked
        for line, advice in phrases.violations((ROOT / path).read_text(encoding="utf-8"), path)
    ] == []
