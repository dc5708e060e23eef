"""Tell engines what was said before a message, in the same conversation or thread.

Only what everybody who reads the message reads too: no deleted message, and none that its author does not want translated.
Nobody is named.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from django.db.models import F, Q
from django.db.models.functions import Left

from messaging.context import writer_key
from messaging.models import Message, MessageTranslation
from translation.context.text_context import MAX_SAID, Said, TextContext, sharable
from translation.detection.lexicon import is_frequent

# How many earlier messages of a conversation, or answers of a thread, are looked at, and how many an engine may see.
_REACH, _REACH_OF_THREAD, _MOST = 20, 60, 8
_RENDERINGS, _RENDERING_CHARACTERS = 2, 120
_READ = MAX_SAID * 2
# A mention that was cut off, of which only the name is left.
_CUT_MENTION = re.compile(r"@\[[^\]]*\Z|@\[[^\]]*\]\([^)]*\Z")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{4,}")
_NAMES = re.compile("[\u30a1-\u30fa\u30fc]{3,}|[\u4e00-\u9fff]{3,}")
_THAI = re.compile("[\u0e00-\u0e7f]{8,}")
_THAI_TERM = 8

Target = tuple[str, str]


def contexts_of(targets: Mapping[str, Collection[str]], messages: Sequence[Message]) -> dict[Target, TextContext]:
    """Return the text context of each message for each language that ``targets`` names, by message and language.

    Two queries for any number of them.
    """
    if not messages:
        return {}
    earlier = _earlier(messages)
    label = _Labels()
    contexts: dict[Target, TextContext] = {}
    candidates: dict[str, list[Message]] = {}
    for message in sorted(messages, key=lambda each: each.seq):
        parent, before = _before(message, earlier)
        candidates[message.pk] = [*before[::-1], *([parent] if parent is not None else [])]
        name = label.of(message.conversation_id)
        said_parent = _said(parent, name) if parent is not None else None
        said = tuple(filter(None, (_said(each, name) for each in before[-_MOST:])))
        context = TextContext(name(writer_key(message)), said, said_parent) if said or said_parent else TextContext()
        contexts |= {(message.pk, language): context for language in targets[message.pk]}
    return _with_renderings(contexts, {message.pk: message for message in messages}, candidates, label)


def _earlier(messages: Iterable[Message]) -> list[Message]:
    positions: dict[str, set[int]] = defaultdict(set)
    threads: dict[str, list[int]] = defaultdict(list)
    for message in messages:
        if message.sender_webhook_id is not None:
            continue  # A webhook does not read what others say.
        if message.parent_id is not None:
            threads[message.parent_id].append(message.seq)
        else:
            positions[message.conversation_id] |= set(range(max(1, message.seq - _REACH), message.seq))
    wanted = [Q(conversation=pk, seq__in=seqs, parent=None) for pk, seqs in positions.items() if seqs]
    wanted += [Q(parent=pk, seq__gte=min(seqs) - _REACH_OF_THREAD, seq__lt=max(seqs)) for pk, seqs in threads.items()]
    if threads:
        wanted.append(Q(pk__in=list(threads)))
    rows = Message.objects.filter(reduce(or_, wanted, Q(pk__in=())), deleted_at=None, skip_translation=False)
    return list(
        rows.exclude(type=Message.Type.SYSTEM)
        .exclude(content=None)
        .exclude(content="")
        .annotate(beginning=Left("content", _READ))
        .defer("content", "terms", "mentions")
        .order_by("seq")
    )


def _before(message: Message, earlier: Sequence[Message]) -> tuple[Message | None, list[Message]]:
    """Return the message that a thread answers, and those before ``message`` there, oldest first."""
    if message.sender_webhook_id is not None:
        return None, []
    parent = next((each for each in earlier if each.pk == message.parent_id), None)
    before = [
        each
        for each in earlier
        if each.conversation_id == message.conversation_id
        and each.parent_id == message.parent_id
        and each.seq < message.seq
    ]
    return parent, before


def _said(message: Message, name: Callable[[str], str]) -> Said | None:
    # Its speaker is named first, so that labels are in the order in which people speak.
    speaker = name(writer_key(message))
    text = sharable(_beginning_of(message), name)
    return Said(speaker, text) if text else None


def _beginning_of(message: Message) -> str:
    beginning: str = message.beginning  # type: ignore[attr-defined]
    return _CUT_MENTION.sub("", beginning) if len(beginning) == _READ else beginning


class _Labels:
    """Name the people of each conversation A, B … without a word about who they are."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], str] = {}

    def of(self, conversation_id: str) -> Callable[[str], str]:
        def label(person: str) -> str:
            key = conversation_id, person
            if key not in self._labels:
                self._labels[key] = _letters(len(self._labels))
            return self._labels[key]

        return label


def _letters(number: int) -> str:
    letters = ""
    while True:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
        if number < 0:
            return letters


def _with_renderings(
    contexts: dict[Target, TextContext],
    messages: Mapping[str, Message],
    candidates: Mapping[str, Sequence[Message]],
    label: _Labels,
) -> dict[Target, TextContext]:
    """Add how earlier messages with the same rare words were translated."""
    related: dict[str, list[Message]] = {}
    for message_id, earlier in candidates.items():
        words = _rare_words(messages[message_id].content or "") if earlier else frozenset()
        if words and (same := [each for each in earlier if words & _rare_words(_beginning_of(each))]):
            related[message_id] = same
    if not related:
        return contexts
    ids = {each.pk for same in related.values() for each in same}
    languages = {language for _message_id, language in contexts}
    ready = MessageTranslation.objects.filter(
        message__in=ids, language__in=languages, state=MessageTranslation.State.READY, revision=F("message__revision")
    ).annotate(beginning=Left("text", _READ))
    texts = {
        (message_id, language): text
        for message_id, language, text in ready.values_list("message_id", "language", "beginning")
    }
    for (message_id, language), context in list(contexts.items()):
        name = label.of(messages[message_id].conversation_id)
        pairs = [
            tuple(
                sharable(_CUT_MENTION.sub("", text), name)[:_RENDERING_CHARACTERS]
                for text in (_beginning_of(each), texts[each.pk, language])
            )
            for each in related.get(message_id, ())
            if (each.pk, language) in texts
        ]
        if pairs:
            renderings = tuple((written, rendered) for written, rendered in pairs[:_RENDERINGS])
            contexts[message_id, language] = replace(context, renderings=renderings)
    return contexts


def _rare_words(text: str) -> frozenset[str]:
    """Return words of ``text`` that another text hardly has by chance: names, rare words, long compounds."""
    words = {word for word in map(str.casefold, _LATIN.findall(text)) if not is_frequent(word)}
    words |= set(_NAMES.findall(text))
    for run in _THAI.findall(text):
        words |= {run[start : start + _THAI_TERM] for start in range(len(run) - _THAI_TERM + 1)}
    return frozenset(words)
