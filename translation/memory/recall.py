"""Recall translations from memory, phrasebook and glossary.

No engine is called.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from translation import metrics
from translation.glossary import scope_cache
from translation.memory import phrasebook
from translation.memory.hits import count_hits
from translation.memory.settings import ALONE, Circumstances, Shelf
from translation.memory.store import CORRECTION, Hit, find, find_in
from translation.models import GlossaryTerm, MemoryEntry, TranslationPolicy
from translation.protection.protect import Parsed, ProtectionError, parse

PHRASEBOOK = "phrasebook"
GLOSSARY = "glossary"


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in the target language, and its ``engine``.

    That is an engine's name, ``correction``, ``phrasebook`` or ``glossary``.
    """

    text: str
    engine: str
    # How sure it is, from 0 to 100; None where nobody judged it.
    confidence: int | None = None


def compose(
    parsed: Parsed, source: str, target: str, hits: Mapping[str, Hit], circumstances: Circumstances = ALONE
) -> tuple[Translation, list[str]] | None:
    """Compose a text's translation from memory entries and phrases.

    Returns None if any part is unknown. Returns the translation and the keys of the entries used. An entry for the
    whole text takes precedence; otherwise each line comes from the memory, or else from the phrasebook.
    """
    if not parsed.units:
        return (Translation(parsed.render({}), GLOSSARY), []) if _has_renderings(parsed) else None
    shelf = Shelf(source, target, circumstances)
    if found := shelf.find(parsed.canonical, hits):
        whole, hit = found
        try:
            return Translation(parsed.render_whole(hit.text), hit.author, hit.confidence), [whole]
        except ProtectionError:
            pass
    return _compose_lines(parsed, source, target, hits, shelf)


def _compose_lines(
    parsed: Parsed, source: str, target: str, hits: Mapping[str, Hit], shelf: Shelf
) -> tuple[Translation, list[str]] | None:
    stored: dict[str, str] = {}
    authors: Counter[str] = Counter()
    used = []
    least: int | None = None
    phrases = phrasebook.phrases_in(parsed, source, target)
    for unit in parsed.units:
        if found := shelf.find(unit.canonical, hits):
            key, hit = found
            stored[unit.canonical] = hit.text
            authors[hit.author] += 1
            if hit.confidence is not None:
                least = hit.confidence if least is None else min(least, hit.confidence)
            used.append(key)
        elif phrase := phrases.get(unit.canonical):
            stored[unit.canonical] = phrase
            authors[PHRASEBOOK] += 1
        else:
            return None
    try:
        return Translation(parsed.render(stored), authors.most_common(1)[0][0], least), used
    except ProtectionError:
        return None


def _has_renderings(parsed: Parsed) -> bool:
    return any(piece.shown != piece.text for piece in parsed.pieces)


def recall(
    *, scope_id: str, text: str, source: str, targets: Collection[str], circumstances: Circumstances = ALONE
) -> dict[str, Translation]:
    """Return the translations of ``text``, as said in ``circumstances``, that are known, by target language.

    Takes at most one query. A scope that is not cached is read in the same query, before its terms are known. A
    language for which the text contains a term is then left out, and the workers translate it.
    """
    targets = [target for target in targets if target != source]
    if not targets:
        return {}
    scope = scope_cache.cached(scope_id)
    assumed = scope or scope_cache.Scope()
    parsed = {target: parse(text, assumed.terms(source, target)) for target in targets}
    keys = {key for target in targets for key in Shelf(source, target, circumstances).keys_of(parsed[target])}
    if scope is None:
        hits, scope = _hits_and_scope(scope_id, keys)
        targets = [target for target in targets if parse(text, scope.terms(source, target)) == parsed[target]]
    else:
        hits = find_in(scope_id, list(keys))
    translations: dict[str, Translation] = {}
    for target in targets:
        if composed := compose(parsed[target], source, target, hits, circumstances):
            translations[target], used = composed
            count_hits(scope_id, used)
        _count_recall(translations.get(target), source, target)
    return translations


def recall_many(
    *,
    scope_id: str,
    texts: Sequence[tuple[str, str]],
    target: str,
    circumstances: Sequence[Circumstances] | None = None,
) -> list[Translation | None]:
    """Return the known translation of each (text, source language), said in ``circumstances``, or None.

    The number of queries is the same for any number of texts.
    """
    scope = scope_cache.load([scope_id])[scope_id]
    said_how = circumstances or [ALONE] * len(texts)
    parsed_texts = [
        (parse(text, scope.terms(source, target)), source, said)
        for (text, source), said in zip(texts, said_how, strict=True)
    ]
    keys = {key for parsed, source, said in parsed_texts for key in Shelf(source, target, said).keys_of(parsed)}
    hits = find([scope_id], keys).get(scope_id, {}) if keys else {}
    translations: list[Translation | None] = []
    for parsed, source, said in parsed_texts:
        composed = compose(parsed, source, target, hits, said)
        translations.append(composed[0] if composed else None)
        if composed:
            count_hits(scope_id, composed[1])
        _count_recall(translations[-1], source, target)
    return translations


def _count_recall(translation: Translation | None, source: str, target: str) -> None:
    if translation is None:
        metrics.recalled("nothing", "", source, target)
    elif translation.engine in (CORRECTION, PHRASEBOOK, GLOSSARY):
        metrics.recalled(translation.engine, "", source, target)
    else:
        metrics.recalled("memory", translation.engine, source, target)


def _hits_and_scope(scope_id: str, keys: Collection[str]) -> tuple[dict[str, Hit], scope_cache.Scope]:
    """Read memory, glossary and policy of a scope in one query.

    It is a union in which ``row`` names each row's table.
    """

    def text(value: str) -> Value:
        return Value(value, output_field=TextField())

    def flag(name: str) -> Case:
        return Case(When(**{name: True}, then=text("1")), default=text(""))

    def rows(query: "QuerySet[Any]", row: str, *columns: Any) -> "QuerySet[Any, Any]":
        named = {f"c{number}": Cast(column, TextField()) for number, column in enumerate(columns)}
        listed: QuerySet[Any, Any] = query.order_by().annotate(row=text(row), **named).values_list("row", *named)
        return listed

    memory = MemoryEntry.objects.filter(scope_id=scope_id, key__in=keys)
    terms = GlossaryTerm.objects.filter(scope_id=scope_id)
    policy = TranslationPolicy.objects.filter(scope_id=scope_id)
    answer = rows(memory, "memory", F("key"), F("text"), F("origin"), F("engine"), F("confidence"), text("")).union(
        rows(
            terms,
            "term",
            F("source"),
            F("target"),
            F("term"),
            F("rendering"),
            flag("case_sensitive"),
            flag("inside_words"),
        ),
        rows(policy, "policy", F("glossary_version"), flag("local_only"), F("monthly_characters"), *[text("")] * 3),
        all=True,
    )
    hits: dict[str, Hit] = {}
    term_rows: list[scope_cache.TermRow] = []
    known_policy = None
    for row, *columns in answer:
        if row == "memory":
            hits[columns[0]] = Hit(columns[1], columns[2], columns[3], int(columns[4]) if columns[4] else None)
        elif row == "term":
            term_rows.append(scope_cache.TermRow(*columns[:4], *map(bool, columns[4:])))
        else:
            known_policy = TranslationPolicy(
                glossary_version=int(columns[0]),
                local_only=bool(columns[1]),
                monthly_characters=int(columns[2]) if columns[2] else None,
            )
    return hits, scope_cache.keep(scope_id, known_policy, term_rows)
