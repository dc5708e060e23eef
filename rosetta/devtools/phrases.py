"""Refuse phrases in docstrings, comments and documents that a newcomer has to decode.

What is quoted, in backticks or in a code block is not read, so that a document may name a phrase.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

# Folders and files, relative to the root, whose prose is checked by ``make lint``.
PHRASES_CHECKED_IN: tuple[str, ...] = (
    "accounts",
    "bench",
    "devices",
    "docs",
    "files",
    "messaging",
    "realtime",
    "rooms",
    "rosetta",
    "translation",
    "web",
    "workspaces",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "conftest.py",
    "manage.py",
)

# A pattern, and what to write instead. A blank stands for any white space, so that a phrase may go over a line's end.
_RULES = {
    r"\bany more\b(?! than)": "no longer",
    r"\b(?:is|are|has|have|had|can|does|do|knows?|takes?) no more\b(?! than)": "no longer",
    r"\b(?:to|for|of|by|from|with|than|on) who\b": "name the person: to users who …, to the caller",
    r"\b[Aa]gain changes nothing\b": "Idempotent.",
    r"\b(?:is|are|was|were|be|being|been|stays?) away\b": "unavailable",
    r"\bhow many (?:went|there were|it was)\b": "the number of rows deleted, sent or found",
    r"\b[Nn]obody's\b": "say who lacks it, or: without an owner",
    r"\b(?:no|without a) word of\b": "say nothing about; do not notify of",
    r"\blost words?\b": "lost notification",
    r"\b[Oo]w(?:e|es|ed|ing)\b(?! to\b)": "pending",
    r"\bto whom it\b": "name the person",
    r"\bhad its say\b": "was tried",
    r"\bthat (?:is|are) none\b": "say what it is not: is not an address",
    r"\bcomes? to light\b": "is raised, is seen",
    r"\b(?:is|are|was|were) rung\b": "gets a push notification",
    r"\b[Mm]end(?:s|ed|ing)?\b": "fix",
    r"\bfor good\b(?! reason)": "permanently",
}
RULES = tuple((re.compile(pattern.replace(" ", r"\s+")), advice) for pattern, advice in _RULES.items())

# Code and quotations, which are blanked out and keep their lines. The last one: a whole fenced block of Markdown.
_QUOTED = re.compile(r"``[^`]+``|`[^`]+`|\"[^\"\n]*\"|“[^”]*”")
_FENCED = re.compile(r"^( *)(```|~~~).*?^ *\2", re.DOTALL | re.MULTILINE)
_JS_LINE = re.compile(r"(?:^|\s)//(?!/)(.*)$")
_DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# A block of prose: the number of its first line, and its text.
Block = tuple[int, str]


def violations(source: str, path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the advice for each refused phrase in the prose of ``source``.

    ``path`` tells by its suffix how prose is found: Python, JavaScript or Markdown; other files have none.
    """
    blocks = _READERS.get(path.suffix)
    for first, text in blocks(source) if blocks else ():
        prose = _QUOTED.sub(_blank, text)
        for pattern, advice in RULES:
            for match in pattern.finditer(prose):
                phrase = " ".join(match.group().split())
                yield first + prose.count("\n", 0, match.start()), f"{phrase}: {advice}"


def files(root: Path, checked: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files with prose under each of ``checked``, relative to ``root``.

    Migrations and vendored files left out.
    """
    for name in checked:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            relative = path.relative_to(root)
            if path.suffix in _READERS and not _SKIPPED.intersection(relative.parts):
                yield relative


_SKIPPED = {"migrations", "locale", "vendor", "node_modules"}


def _python(source: str) -> Iterator[Block]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DEFINITIONS) and (text := ast.get_docstring(node, clean=False)) is not None:
            yield node.body[0].lineno, text
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = ((token.start[0], token.string.lstrip("#")) for token in tokens if token.type == tokenize.COMMENT)
    yield from _joined(comments)


def _javascript(source: str) -> Iterator[Block]:
    yield from _joined(_javascript_lines(source))


def _javascript_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield each line's comment.

    A line comment is told from a URL by the white space before it.
    """
    in_block = False
    for number, line in enumerate(source.splitlines(), start=1):
        if in_block or line.lstrip().startswith("/*"):
            text, end, _ = line.partition("*/")
            in_block = not end
            yield number, text.lstrip(" /*")
        elif match := _JS_LINE.search(line):
            yield number, match[1]


def _markdown(source: str) -> Iterator[Block]:
    yield 1, _FENCED.sub(_blank, source)


def _joined(lines: Iterator[tuple[int, str]]) -> Iterator[Block]:
    """Join the texts of lines that follow one another, as one comment goes over several."""
    first, texts = 0, list[str]()
    for number, text in lines:
        if texts and number != first + len(texts):
            yield first, "\n".join(texts)
            texts = []
        if not texts:
            first = number
        texts.append(text)
    if texts:
        yield first, "\n".join(texts)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n") or "…"


_READERS: dict[str, Callable[[str], Iterator[Block]]] = {
    ".py": _python,
    ".js": _javascript,
    ".md": _markdown,
}
