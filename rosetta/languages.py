"""The supported languages.

To add one, add a row here and a column to the phrasebook.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from django.utils.translation.trans_real import parse_accept_lang_header


@dataclass(frozen=True, slots=True)
class Language:
    """A language that people read and write in.

    ``scripts``: Unicode ranges that only this language uses; earlier languages in LANGUAGES take precedence.
    ``spaced``: whether blanks separate words. ``engine_codes``: codes that differ from ``code``, by engine.
    """

    code: str
    name: str
    native_name: str
    scripts: tuple[tuple[int, int], ...] = ()
    spaced: bool = True
    engine_codes: dict[str, str] = field(default_factory=dict)

    @property
    def catalogue(self) -> str:
        """Return Django's name of the language, under which its translation catalogue is found."""
        return "zh-hans" if self.code == "zh-CN" else self.code

    def code_for(self, engine: str) -> str:
        """Return this language's code as ``engine`` writes it."""
        return self.engine_codes.get(engine, self.code)


LANGUAGES: tuple[Language, ...] = (
    Language("en", "English", "English", engine_codes={"deepl": "EN-US"}),
    Language("th", "Thai", "ไทย", ((0x0E00, 0x0E7F),), spaced=False, engine_codes={"deepl": "TH"}),
    Language(
        "ja", "Japanese", "日本語", ((0x3040, 0x30FF), (0xFF66, 0xFF9F)), spaced=False, engine_codes={"deepl": "JA"}
    ),
    Language(
        "zh-CN",
        "Simplified Chinese",
        "简体中文",
        ((0x4E00, 0x9FFF), (0x3400, 0x4DBF)),
        spaced=False,
        engine_codes={"libretranslate": "zh-Hans", "deepl": "ZH-HANS", "local": "zh"},
    ),
    Language("id", "Indonesian", "Bahasa Indonesia", engine_codes={"deepl": "ID"}),
)

BY_CODE: dict[str, Language] = {language.code: language for language in LANGUAGES}
CODES: tuple[str, ...] = tuple(BY_CODE)
DEFAULT = "en"
# The language of a text that is in none of ours, where it cannot be told which.
UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody reads: texts in ``language``, and texts written in one of ``also`` as they are."""

    language: str
    also: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Return this as a string: ``th``, or ``th+en,ja`` with further languages."""
        return f"{self.language}+{joined(self.also)}" if self.also else self.language

    @staticmethod
    @lru_cache(maxsize=1024)
    def of_key(key: str) -> "Reading":
        language, _, also = key.partition("+")
        return Reading(language, split(also))

    def needs(self, written_in: str) -> bool:
        """Return whether a text that was ``written_in`` a language has to be translated for this reader."""
        return written_in != self.language and written_in not in self.also


def joined(codes: Iterable[str]) -> str:
    """Return ``codes`` as they are stored: each once, in the order of ``CODES``."""
    chosen = set(codes)
    return ",".join(code for code in CODES if code in chosen)


@lru_cache(maxsize=1024)
def split(stored: str) -> frozenset[str]:
    """Return the codes in what ``joined`` returned."""
    return frozenset(filter(None, stored.split(",")))


def sets_of_further_languages() -> list[str]:
    """Return all that ``joined`` can return, except the empty text."""
    return [",".join(codes) for size in range(1, len(CODES) + 1) for codes in combinations(CODES, size)]


def is_supported(code: str) -> bool:
    """Return whether texts are translated from ``code``.

    Messages may be in other languages too.
    """
    return code in BY_CODE


def match(tag: str) -> str | None:
    """Return the code that a client's tag (``ZH-cn``, ``zh_Hans``, ``en-GB``) means, or None if unsupported."""
    normalized = tag.strip().replace("_", "-").lower()
    for code in CODES:
        if code.lower() == normalized:
            return code
    primary = normalized.split("-")[0]
    for code in CODES:
        if code.lower().split("-")[0] == primary:
            return code
    return None


def wished(header: str) -> str:
    """Return the supported language that ``Accept-Language`` prefers.

    Empty if it names none, as ``*`` does.
    """
    codes = (match(tag) for tag, weight in parse_accept_lang_header(header) if weight)
    return next(filter(None, codes), "")
