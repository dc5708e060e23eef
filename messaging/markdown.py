"""Messages of type ``markdown``.

Their text as a tree, and as plain text for pushes and search.

docs/markdown.md says which Markdown that is. The web client reads the same (``web/static/web/markdown/``);
``web/tests/markdown_cases.json`` holds both to one table.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType

from messaging.mentions import as_plain_text, spans_in
from messaging.models import Message

# --- the parser -------------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SPACE = re.compile(r"[\s\ufeff]")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
# Scripts from Thai on are written without spaces: an underscore between their letters is at the end of a word.
_UNSPACED = "\u0e00"
# A text with more is shown as it is written.
_MAX_LINES, _MAX_DEPTH, _MAX_CELLS, _MAX_NODES = 1000, 20, 10_000, 3000


class _TooMuch(Exception):
    pass


class _State(StateInline):
    """Reads signs that are not ASCII's, such as 「」, as letters beside a mark.

    ``**「はい」**です`` is bold.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        opens, closes = _is_before_word(before, after), _is_before_word(after, before)
        return Scanned(
            opens and (canSplitWord or not closes or not _is_spaced_letter(before)),
            closes and (canSplitWord or not opens or not _is_spaced_letter(after)),
            end - start,
        )


def _is_before_word(outside: str, inside: str) -> bool:
    """Return whether a mark between two characters may enclose the second."""
    return not _SPACE.match(inside) and (
        not _SIGN.match(inside) or _SPACE.match(outside) is not None or _SIGN.match(outside) is not None
    )


def _is_spaced_letter(char: str) -> bool:
    return char < _UNSPACED and not _SPACE.match(char) and not _SIGN.match(char)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return _ADDRESS.match(url) is not None

    def normalizeLink(self, url: str) -> str:
        return url


def _is_unquoted(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    # A table's lines are asked about as a quotation's are.
    return silent and state.parentType == "blockquote"


def _is_outdented(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    return silent and state.sCount[line] < state.blkIndent


def _note_depth(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    # Below its own limit the parser leaves text out.
    if state.level > _MAX_DEPTH:
        raise _TooMuch
    return False


def _parser() -> MarkdownIt:
    md = _Parser("zero")
    md.inline = _Inline()
    md.configure("zero", {"maxNesting": _MAX_DEPTH + 10})
    md.enable(["blockquote", "fence", "heading", "hr", "list", "table"])
    md.enable(["backticks", "emphasis", "escape", "image", "link", "newline", "strikethrough"])
    md.block.ruler.before("table", "depth", _note_depth)
    # A line without the marks of the block before it is no part of that block.
    md.block.ruler.before("paragraph", "unquoted", _is_unquoted, {"alt": ["blockquote"]})
    md.block.ruler.before("paragraph", "outdented", _is_outdented, {"alt": ["paragraph"]})
    return md


_MARKDOWN = _parser()

# --- the tree ---------------------------------------------------------------------------------------------------------

_OWN = re.compile("[\ue000\ue001]")
_MASK = re.compile("\ue000(\\d+)\ue001")
_MENTION = re.compile(r"@\[([^\]\n]{1,255})\]\(user:[0-9]{1,18}\)")
_IN_LINK = re.compile(r"\]\(<?\Z")
_TASK = re.compile(r"\[([ xX])\] +")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}", re.ASCII)


@dataclass(slots=True)
class Element:
    """``info``: an ``ol``'s first number, a ``pre``'s language, an ``a``'s address, a cell's side, a task's state."""

    tag: str
    info: str = ""
    children: "list[Element | str]" = field(default_factory=list)


Tree: TypeAlias = list[Element | str]


def tree_of(text: str, *, with_names: bool = False) -> Tree | None:
    """Return ``text`` as a tree; ``with_names``: people as ``@name``.

    None where it is shown as it is written: there is too much of it, or nothing but marks.
    """
    masked, written = _masked(text, with_names=with_names)
    lines = masked.split("\n")
    # The parser completes short rows.
    if len(lines) > _MAX_LINES or max(line.count("|") for line in lines) * len(lines) > _MAX_CELLS:
        return None
    builder = _Builder(written)
    try:
        builder.add(_MARKDOWN.parse(masked))
    except _TooMuch:
        return None
    return builder.root if _text_of(builder.root).strip() else None


def _masked(content: str, *, with_names: bool) -> tuple[str, list[str]]:
    """Return ``content`` with masks in place of mentions and addresses, in which no mark is Markdown's, and what they hide."""
    written: list[str] = []

    def mask(text: str) -> str:
        written.append(text)
        return f"\ue000{len(written) - 1}\ue001"

    def own(text: str) -> str:
        return _OWN.sub(lambda match: mask(match[0]), text)

    out, position = [], 0
    for span in spans_in(content):
        start, end, instead = span.start, span.end, own(content[span.start : span.end])
        if span.kind in ("url", "email"):
            if _IN_LINK.search(content[max(position, start - 3) : start]):
                continue
            # No address goes on in the next cell of a table; and of <…> it is all.
            address = content[start:end].split("|")[0]
            end = start + len(address)
            instead = mask(address)
            if start > position and content[start - 1] == "<" and content[end : end + 1] == ">":
                start, end = start - 1, end + 1
        elif span.kind in ("mention", "channel"):
            instead = mask(as_plain_text(instead) if with_names else instead)
        elif span.kind == "link":
            instead = _MENTION.sub(lambda match: mask(f"@{match[1]}" if with_names else match[0]), instead)
        out += [own(content[position:start]), instead]
        position = end
    return "".join((*out, own(content[position:]))), written


class _Builder:
    """Makes a tree of the parser's tokens. Raises _TooMuch."""

    def __init__(self, written: Sequence[str]) -> None:
        self.written = written
        self.root: Tree = []
        self._open = [self.root]
        self._count = 0

    def add(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.hidden or token.tag in ("thead", "tbody"):
                continue
            if token.nesting > 0:
                self._open.append(self._element(token.tag, _info(token)).children)
            elif token.nesting < 0:
                self._close(token.tag)
            else:
                self._leaf(token)

    def _leaf(self, token: Token) -> None:
        match token.type:
            case "inline":
                self.add(token.children or ())
            case "text" | "text_special":
                self._words(self._as_written(token.content))
            case "softbreak" | "hardbreak":
                self._words("\n")
            case "image":
                self._open.append(self._element("a", str(token.attrGet("src") or "")).children)
                self.add(token.children or ())
                self._close("a")
            case "fence":
                language = _LANGUAGE.match(token.info.strip())
                self._element(
                    "pre", language[0] if language else "", [self._as_written(token.content.removesuffix("\n"))]
                )
            case "code_inline":
                self._element("code", "", [self._as_written(token.content)])
            case _:
                self._element(token.tag)

    def _as_written(self, text: str) -> str:
        return _MASK.sub(lambda match: self.written[int(match[1])], text)

    def _element(self, tag: str, info: str = "", children: Tree | None = None) -> Element:
        element = Element(tag, self._as_written(info), children or [])
        self._push(element)
        return element

    def _push(self, node: Element | str) -> None:
        self._count += 1
        if self._count > _MAX_NODES:
            raise _TooMuch
        self._open[-1].append(node)

    def _words(self, text: str) -> None:
        into = self._open[-1]
        if into and isinstance(into[-1], str):
            into[-1] += text
        elif text:
            self._push(text)

    def _close(self, tag: str) -> None:
        children = self._open.pop()
        element = self._open[-1][-1]
        if not isinstance(element, Element):
            return
        if tag == "li":
            _tick(element)
        elif tag == "a" and not children:
            # A link without words shows where it leads.
            children.append(element.info)


def _info(token: Token) -> str:
    if token.tag == "a":
        return str(token.attrGet("href") or "")
    if token.tag == "ol":
        return str(token.attrGet("start") or "")
    return str(token.attrGet("style") or "").removeprefix("text-align:")


def _tick(item: Element) -> None:
    """Note whether an item is a task, and whether that is done."""
    first = item.children[0] if item.children else ""
    inside = first.children if isinstance(first, Element) and first.tag == "p" else item.children
    if inside and isinstance(inside[0], str) and (match := _TASK.match(inside[0])):
        item.info = "open" if match[1] == " " else "done"
        inside[0] = inside[0][match.end() :]


# --- plain text -------------------------------------------------------------------------------------------------------

_BLOCKS = frozenset({"p", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})


@lru_cache(maxsize=64)
def plain_text(text: str) -> str:
    """Return ``text`` without its marks, blocks on lines of their own and people as ``@name``."""
    tree = tree_of(text, with_names=True)
    return as_plain_text(text) if tree is None else _text_of(tree)


def readable(text: str, kind: str) -> str:
    """Return the ``text`` of a message of type ``kind`` as it reads on a line of plain text."""
    return plain_text(text) if kind == Message.Type.MARKDOWN else as_plain_text(text)


def _text_of(nodes: Tree) -> str:
    text = ""
    for node in nodes:
        if isinstance(node, str):
            text += node
            continue
        if text and node.tag in _BLOCKS:
            text += "\n"
        elif text and node.tag in ("th", "td"):
            text += " | "
        text += _text_of(node.children)
    return text
