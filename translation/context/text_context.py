"""What an engine may know of a text besides its words."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from translation.protection.protect import Piece, fingerprint, parse

# How much of one message an engine sees as context, in characters.
MAX_SAID = 300

# Pieces that say nothing for understanding, or more than an engine should know.
_PRIVATE = frozenset({"url", "email", "phone", "code", "literal", "quote", "link", "tag", "escape"})
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said, under an anonymous label: ``A``, ``B`` …"""

    speaker: str
    text: str

    @property
    def line(self) -> str:
        return f"{self.speaker}: {self.text}"


@dataclass(frozen=True)
class TextContext:
    """The text context of a message: who says it, what was said before, and how people speak there.

    ``before``: the messages just before it, oldest first. ``parent``: the one that its thread answers. ``message``: the whole
    message where the text is one line of it. ``renderings``: earlier lines with the same words, and their translations.
    ``terms``: what marks in the text stand for. ``formality``: ``formal``, ``casual``, or empty.
    """

    speaker: str = ""
    before: tuple[Said, ...] = ()
    parent: Said | None = None
    message: str = ""
    renderings: tuple[tuple[str, str], ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    formality: str = ""

    @cached_property
    def said(self) -> str:
        """Return a hash of what was said before, the same whatever the labels are; empty where nothing was."""
        everything = [*([self.parent] if self.parent else []), *self.before]
        if not everything and not self.message:
            return ""
        labels: dict[str, int] = {}
        speakers = [self.speaker, *(each.speaker for each in everything)]
        numbers = [str(labels.setdefault(speaker, len(labels))) for speaker in speakers]
        texts = [each.text for each in everything]
        return fingerprint("parent" if self.parent else "", self.message, *numbers, *texts)


NO_CONTEXT = TextContext()


def sharable(text: str, label_of: Callable[[str], str]) -> str:
    """Return ``text`` as an engine may see it beside another text.

    Mentioned people become labels, by ``label_of`` a mention's address (``user:7``); addresses, links and code are left out.
    """
    parts = (token if isinstance(token, str) else _shown(token, label_of) for token in parse(text).tokens)
    words = " ".join("".join(parts).split())
    return words if len(words) <= MAX_SAID else f"{words[: MAX_SAID - 1]}{_LEFT_OUT}"


def _shown(piece: Piece, label_of: Callable[[str], str]) -> str:
    if piece.kind == "mention":
        address = piece.text.rpartition("](")[2].removesuffix(")")
        return f"@{label_of(address)}" if address.startswith(("user:", "guest:")) else _LEFT_OUT
    if piece.kind in ("open", "markup"):
        return ""
    return _LEFT_OUT if piece.kind in _PRIVATE else piece.shown
