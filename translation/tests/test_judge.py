"""Good answers are accepted.

Anything else that engines say is refused, or loses what was added.
"""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from rosetta.languages import CODES
from translation.judging.judge import FAULTS, cleaned, is_memorable, judge
from translation.memory import phrase_table
from translation.protection import marks
from translation.protection.protect import parse

DATA = Path(__file__).parent / "data"
# Lines of the corpus that are about translating, quotas and the like, where the damage may be the translation.
ABOUT = re.compile(r"translat|quota|request|Note:|careful|company|Important|mean|Tea or|can't help", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A source and an answer, as people write them, with their languages."""

    source: str
    answer: str
    source_language: str
    target_language: str

    def marked(self) -> tuple[str, str, str, str]:
        parsed = parse(self.source)
        source = marks.masked(parsed.tokens, marks.STORED)
        return source, parsed.store_whole(self.answer), self.source_language, self.target_language

    def fault(self) -> str | None:
        return judge(*self.marked(), parse(self.source).pieces)


@dataclass(frozen=True)
class Damage:
    """A damaged answer in its marked form, and the good one."""

    kind: str
    good: Pair
    answer: str

    @property
    def is_refused_or_repaired(self) -> bool:
        source, right, source_language, target_language = self.good.marked()
        taken = cleaned(source, self.answer)
        pieces = parse(self.good.source).pieces
        return taken == right or judge(source, taken, source_language, target_language, pieces) is not None


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def directions(row: dict[str, str]) -> Iterator[Pair]:
    for source, target in itertools.permutations([code for code in CODES if row.get(code)], 2):
        yield Pair(row[source], row[target], source, target)


@lru_cache(maxsize=1)
def chat_lines() -> list[Pair]:
    return [pair for row in read("good_lines.csv") for pair in directions(row)]


@lru_cache(maxsize=1)
def damaged() -> list[Damage]:
    """Answers damaged in every kind, of every third pair, so that all kinds meet all pairs of languages."""
    pairs = [
        pair
        for row in read("good_lines.csv")
        if not ABOUT.search(row["en"]) and len(row["en"]) > 20
        for pair in directions(row)
    ]
    kinds = [*GENERATED.items(), *((f"{row['kind']}: {row['text']}", saying(row)) for row in read("said_instead.csv"))]
    chosen = itertools.cycle(pairs[start::7] for start in range(7))
    found: list[Damage] = []
    for (kind, damage), some in zip(kinds, chosen, strict=False):
        found += [
            Damage(kind, pair, answer)
            for pair in some[:40]
            if (answer := damage(pair)) is not None and answer != pair.marked()[1]
        ]
    return found


def saying(row: dict[str, str]) -> Callable[[Pair], str | None]:
    def damage(pair: Pair) -> str | None:
        is_possible = row["language"] in (pair.target_language, "en") or row["kind"] == "foreign"
        return row["text"].replace("{}", pair.marked()[1]) if is_possible else None

    return damage


def other_digits(pair: Pair) -> str | None:
    """The answer with a digit less, or another first digit, in its figures outside of pieces."""
    words, answer = re.sub("\ue000.*?\ue001", "", pair.marked()[0]), pair.marked()[1]
    for number in re.findall(r"(?<![A-Za-z\d])\d{2,}(?![A-Za-z\d])", words):
        if number in re.sub("\ue000.*?\ue001", "", answer):
            return answer.replace(number, number[:-1] if len(number) > 2 else str(int(number) + 31))
    return None


def third_language(pair: Pair) -> str | None:
    row = next(row for row in read("good_lines.csv") if row[pair.source_language] == pair.source)
    others = [code for code in CODES if code not in (pair.source_language, pair.target_language)]
    if {pair.source_language, pair.target_language} == {"en", "id"}:
        return None
    found = next((code for code in others if {code, pair.target_language} != {"en", "id"}), None)
    return re.sub('[「」“”"]', "", row[found]) if found and not parse(pair.source).pieces else None


def echoed(pair: Pair) -> str:
    return pair.marked()[0]


def with_empty_emphasis(pair: Pair) -> str | None:
    """The marks of emphasis side by side in front of the words."""
    answer = pair.marked()[1]
    found = list(marks.STORED.pattern.finditer(answer))
    pieces = parse(pair.source).pieces
    if len(found) < 2 or any(piece.kind != "markup" for piece in pieces):
        return None
    rest = marks.STORED.pattern.sub("", answer)
    return "".join(mark[0] for mark in found) + rest


GENERATED: dict[str, Callable[[Pair], str | None]] = {
    "echo": echoed,
    "echo in capitals": lambda pair: pair.marked()[0].upper(),
    "another language": third_language,
    "figures": other_digits,
    "figures of another line": lambda pair: other_digits(pair),
    "empty emphasis": with_empty_emphasis,
    "doubled emphasis": lambda pair: f"**{pair.marked()[1]}**" if "*" not in pair.source else None,
    "added stars": lambda pair: f"*{pair.marked()[1]}*" if "*" not in pair.source else None,
    "straight quotation marks": lambda pair: f'"{pair.marked()[1]}"' if not re.search('["“「]', pair.answer) else None,
    "round quotation marks": lambda pair: f"“{pair.marked()[1]}”" if not re.search('["“「]', pair.answer) else None,
    "corner brackets": lambda pair: f"「{pair.marked()[1]}」" if not re.search('["“「]', pair.answer) else None,
    "replacement character": lambda pair: pair.marked()[1][:-1] + "\ufffd",
    "turned around": lambda pair: "\u202e" + pair.marked()[1],
    "control": lambda pair: pair.marked()[1] + "\x07",
    "private use": lambda pair: pair.marked()[1] + "\uf8ff",
    "blank signs": lambda pair: "\u2581" + pair.marked()[1],
    "a word ten times": lambda pair: pair.marked()[1] + " " + " ".join([pair.answer.split()[0][:8]] * 10),
    "the answer three times": lambda pair: " ".join([pair.answer] * 3) if not parse(pair.source).pieces else None,
    "letters again and again": lambda pair: pair.marked()[1] + "กข" * 12 if pair.target_language == "th" else None,
    "both": lambda pair: f"{pair.answer} ({pair.source})" if not parse(pair.source).pieces else None,
    "both, the source first": lambda pair: f"{pair.source} {pair.answer}" if not parse(pair.source).pieces else None,
}


@pytest.mark.parametrize(
    ("source_language", "target_language", "source", "answer", "fault"),
    [
        ("en", "ja", "She was invited to talk about the sea.", "She was invited to talk about the sea.", "echo"),
        ("en", "ja", "She was invited to talk about the sea.", "Dia diundang untuk berbicara tentang laut.", "script"),
        ("en", "ja", "She was invited to talk about the sea.", "그녀는 바다에 대해 이야기하도록 초대받았다.", "script"),
        ("en", "ja", "She was invited to talk about the sea.", "她被邀请谈谈大海。", "language"),
        ("en", "th", "The boat is late.", "I'm sorry, I can't help with that.", "refusal"),
        ("th", "en", "เรือมาสาย", "You have exceeded your quota", "refusal"),
        ("th", "en", "เรือมาสาย", "เรือมาสาย", "echo"),
        ("en", "id", "The boat is late again today.", "The boat is late again today.", "echo"),
        ("en", "id", "We need 500 chairs.", "Kita butuh 50 kursi.", "figures"),
        ("en", "ja", "244890 people", "24890人", "figures"),
        ("en", "ja", "Tokyo Osaka", "Tokyo Osaka", None),
        ("en", "th", "OK", "OK", None),
        ("en", "ja", "GitHub Actions", "GitHub Actions", None),
        ("id", "en", "Budi Santoso", "Budi Santoso", None),
        ("en", "th", "500 people", "๕๐๐ คน", None),
        ("en", "ja", "500 people", "５００人", None),
        ("en", "th", "two percent of 30", "2% ของ 30", None),
        ("ja", "en", "フランスの首都はどこですか？", "The capital of France is Paris.", "answered"),
        ("en", "ja", "m(_ _)m sorry", "m(_ _)m ごめん", None),
    ],
)
def test_known_answers(source_language: str, target_language: str, source: str, answer: str, fault: str | None) -> None:
    assert judge(source, answer, source_language, target_language) == fault


def test_names_and_signs_are_not_memorable() -> None:
    assert not is_memorable("Tokyo Osaka", "Tokyo Osaka")
    assert not is_memorable("OK", "OK!")
    assert is_memorable("Tokyo Osaka", "東京 大阪")


def test_every_fault_has_a_row_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "translation.md").read_text(encoding="utf-8")
    assert [fault for fault in (*FAULTS, "pieces") if f"`{fault}`" not in page] == []


def test_no_good_line_of_a_chat_is_refused() -> None:
    pairs = chat_lines()
    assert len(pairs) >= 1000
    assert [(fault, pair) for pair in pairs if (fault := pair.fault())] == []


def test_no_phrase_of_the_phrasebook_is_refused() -> None:
    pairs = [pair for row in phrase_table.rows() for pair in directions(dict(row))]
    assert [
        (fault, pair)
        for pair in pairs
        if (fault := judge(pair.source, pair.answer, pair.source_language, pair.target_language))
    ] == []


def test_damaged_answers_are_refused_or_repaired() -> None:
    found = damaged()
    assert len(found) >= 500
    kept = [damage for damage in found if not damage.is_refused_or_repaired]
    assert len(kept) <= 0.02 * len(found), (len(found), Counter(damage.kind for damage in kept), kept[:20])


def test_each_kind_of_damage_is_refused_mostly() -> None:
    by_kind: dict[str, list[bool]] = {}
    for damage in damaged():
        by_kind.setdefault(damage.kind, []).append(damage.is_refused_or_repaired)
    assert {kind: seen for kind, seen in by_kind.items() if sum(seen) < 0.8 * len(seen)} == {}
