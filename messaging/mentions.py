"""Mentions in the texts of messages.

Whom a text calls, and by which names people are shown.

The grammar is the web client's (``web/static/web/tokens.js``); ``web/tests/text_cases.json`` holds both to one table.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeAlias

from accounts.models import User
from translation.protection.links import AFTER_SCHEME, REST
from workspaces.models import Channel

Stored: TypeAlias = list[dict[str, Any]]

# Of so many people whom one message names is looked up whether they are there still.
MAX_WRITTEN = 100

# Everything in which an @ calls nobody stands before mentions, so that it takes them with it. Quantifiers are bounded, or what
# they repeat begins in one way only: texts are hostile. Letters are ASCII's, because who writes without spaces may write
# right before and after a mention.
_LINE_START = r"(?<![^\n])[ \t]*"
_LABEL = r"\[(?:[^\[\]\n\\]|\\[^\n]|\[[^\[\]\n]{0,255}\](?:\([^()\s]{0,100}\))?){1,300}\]"
_TITLE = r"(?:[ \t]+\"[^\"\n]{0,200}\")?"
_GRAMMAR = re.compile(
    "|".join(
        (
            r"\\[!-/:-@\[-`{-~]",
            # Fenced code: closed by as many backticks or more, wherever they stand; else to the end of the text.
            rf"(?:{_LINE_START})?(?<!`)(?P<ticks>`{{3,}})(?!`)[^`]*(?:(?!(?P=ticks))`+(?!`)[^`]*)*(?P=ticks)`*",
            rf"{_LINE_START}`{{3,}}(?!`)[^`\n]*\n[\s\S]*",
            rf"{_LINE_START}(?P<tildes>~{{3,}})[^\n]*(?:\n(?![ \t]*(?P=tildes))[^\n]*)*(?:\n[ \t]*(?P=tildes)~*)?",
            r"(?<!`)(?P<tick>`{1,2})(?!`)[^`\n]*(?:(?!(?P=tick)(?!`))`+(?!`)[^`\n]*)*(?P=tick)(?!`)",
            rf"(?P<link>!?{_LABEL}\((?:[^\s()]|\([^\s()]{{0,500}}\)){{1,2000}}{_TITLE}\))",
            r"(?P<person>@\[(?P<name>[^\]\n]{1,255})\]\(user:(?P<id>[0-9]{1,18})\))",
            r"(?P<channel>(?<![A-Za-z0-9_@])(?<![A-Za-z0-9_]/)@channel(?![A-Za-z0-9_]|[-./@][A-Za-z0-9_]))",
            rf"(?P<url>(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9+.-]{{1,30}}://{AFTER_SCHEME})",
            r"(?<![A-Za-z0-9_@.-])[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?::[0-9]{1,5})?[/?#]" + REST,
            r"(?P<email>(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,5})",
        )
    )
)
_QUOTED = re.compile(r"[ \t]*[>\uff1e]")
# What every mention of a person has.
_PERSON = "](user:"
_WEB = ("http://", "https://")
# Of an address, what belongs to the sentence or the Markdown around it.
_AFTER_ADDRESS = ".,;:!?'\"”’»)]}>*_~|。、，！？；：…）」』】"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text that is more than text.

    ``kind`` is ``mention``, ``channel``, ``link``, ``url``, ``email`` or ``""``.
    """

    start: int
    end: int
    kind: str


def spans_in(text: str) -> Iterator[Span]:
    """Yield all that the grammar finds in ``text``, in order.

    Also code and what is escaped, as of no kind.
    """
    for match in _GRAMMAR.finditer(text):
        kind = next((name for name in ("person", "channel", "link", "url", "email") if match[name] is not None), "")
        end = match.end()
        if kind == "url":
            kind, end = ("url", match.start() + len(_address(match[0]))) if match[0].startswith(_WEB) else ("", end)
        yield Span(match.start(), end, "mention" if kind == "person" else kind)


def _address(url: str) -> str:
    """Return an address without what stands after it.

    A bracket that it opened belongs to it.
    """
    address = url.rstrip(_AFTER_ADDRESS)
    if address.count("(") > address.count(")") and url[len(address) : len(address) + 1] == ")":
        return f"{address})"
    return address


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention as it is written.

    Of a person, or of the channel where ``user_id`` is None.

    ``calls`` is False in a quotation, where it only names somebody.
    """

    start: int
    end: int
    calls: bool
    name: str = ""
    user_id: int | None = None


def marks_in(text: str) -> Iterator[Mark]:
    """Yield the mentions in ``text``, in order.

    None of those in code, links and addresses, and none that is escaped.
    """
    if _PERSON not in text and "@channel" not in text:
        return
    for match in _GRAMMAR.finditer(text):
        if match["person"]:
            yield Mark(*match.span(), not _is_quoted(text, match.start()), match["name"], int(match["id"]))
        elif match["channel"]:
            yield Mark(*match.span(), not _is_quoted(text, match.start()))


def _is_quoted(text: str, position: int) -> bool:
    return _QUOTED.match(text, text.rfind("\n", 0, position) + 1) is not None


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a text calls.

    Accounts in the order in which they are first named, and whether the whole channel.
    """

    user_ids: tuple[int, ...]
    channel: bool


def called_in(text: str) -> Called:
    """Return whom ``text`` calls, whether they read it or not."""
    calling = [mark for mark in marks_in(text) if mark.calls]
    user_ids = dict.fromkeys(mark.user_id for mark in calling if mark.user_id is not None)
    return Called(tuple(user_ids), any(mark.user_id is None for mark in calling))


def replaced(text: str, write: Callable[[Mark], str]) -> str:
    """Return ``text`` with what ``write`` returns in the place of each mention of a person."""
    parts, position = [], 0
    for mark in marks_in(text):
        if mark.user_id is not None:
            parts += [text[position : mark.start], write(mark)]
            position = mark.end
    return "".join((*parts, text[position:]))


def as_plain_text(text: str) -> str:
    """Return ``text`` with people as ``@name``: for notifications and snippets."""
    return replaced(text, lambda mark: f"@{mark.name}")


def with_marks_of(text: str, original: str) -> str:
    """Return ``text`` with each mention of a person as ``original`` has it, whatever name it was shown with."""
    names: dict[int | None, deque[str]] = defaultdict(deque)
    for mark in marks_in(original):
        names[mark.user_id].append(mark.name)
    # One after another, because one person may have been written with several names.
    return replaced(
        text, lambda mark: _mark(names[mark.user_id].popleft() if names[mark.user_id] else mark.name, mark.user_id)
    )


def _mark(name: str, user_id: int | None) -> str:
    # As the web client writes it: the name ends at the first bracket.
    shown = re.sub(r"[\]\n]", " ", name)[:255] or " "
    return f"@[{shown}](user:{user_id})"


@dataclass(frozen=True, slots=True)
class PresentNames:
    """The names that mentioned people and channels have now, whatever they were called when a message was written.

    ``deleted`` are the accounts that were deleted: they are shown as deleted senders are, also where a quotation names them.
    """

    people: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()

    @classmethod
    def stored(cls, mentions: Stored) -> "PresentNames":
        """Return the names in ``mentions``, which were resolved just now."""
        people = {mention["id"]: mention["name"] for mention in mentions if mention["kind"] == "user"}
        return cls(people, {mention["id"]: mention["name"] for mention in mentions if mention["kind"] == "channel"})

    def mentions(self, stored: Stored) -> Stored:
        """Return ``stored`` with the present names."""
        if not stored:
            return stored
        names: dict[str, Mapping[Any, str]] = {"user": self.people, "channel": self.channels}
        return [mention | {"name": names[mention["kind"]].get(mention["id"], mention["name"])} for mention in stored]

    def text(self, text: str | None, stored: Stored) -> str | None:
        """Return ``text`` with the present names of the people in ``stored``, the message's mentions.

        Names of others are not told: whoever writes an id would learn whose it is.
        """
        if not text or _PERSON not in text:
            return text
        known = self.deleted | {mention["id"] for mention in stored if mention["kind"] == "user"}
        names = {user_id: self.people[user_id] for user_id in known if user_id in self.people}
        return replaced(text, lambda mark: _mark(names.get(mark.user_id or 0, mark.name), mark.user_id))


def present_names(messages: Iterable[tuple[Stored, Collection[str | None]]]) -> PresentNames:
    """Return the present names for ``messages``, each given by its mentions and its texts: at most two queries, often none."""
    user_ids: set[int] = set()
    channel_ids: set[str] = set()
    for stored, texts in messages:
        for mention in stored:
            (user_ids if mention["kind"] == "user" else channel_ids).add(mention["id"])
        # Most texts name nobody, and a page has a hundred of them.
        naming = [text for text in texts if text and _PERSON in text]
        if naming:
            written = (mark.user_id for text in naming for mark in marks_in(text) if mark.user_id is not None)
            user_ids.update(islice(dict.fromkeys(written), MAX_WRITTEN))
    accounts = User.objects.filter(pk__in=user_ids).values_list("pk", "name", "deleted_at") if user_ids else ()
    people = {pk: (name, deleted_at) for pk, name, deleted_at in accounts}
    channels = Channel.objects.filter(pk__in=channel_ids).values_list("pk", "name") if channel_ids else ()
    return PresentNames(
        {pk: name for pk, (name, _) in people.items()},
        {str(pk): name for pk, name in channels},
        frozenset(pk for pk, (_, deleted_at) in people.items() if deleted_at is not None),
    )
