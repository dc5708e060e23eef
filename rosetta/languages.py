"""The languages that Rosetta speaks: one row each, and nothing else to change to add one but a phrasebook column."""

from dataclasses import dataclass, field

from django.utils.translation.trans_real import parse_accept_lang_header


@dataclass(frozen=True, slots=True)
class Language:
    """A language people read and write in.

    ``scripts`` are Unicode ranges whose presence alone decides for this language, strongest first in LANGUAGES' order;
    ``spaced`` tells whether words stand apart; ``engine_codes`` are the codes that differ from ``code`` by engine name.
    """

    code: str
    name: str
    native_name: str
    scripts: tuple[tuple[int, int], ...] = ()
    spaced: bool = True
    engine_codes: dict[str, str] = field(default_factory=dict)

    @property
    def catalogue(self) -> str:
        """Django's name for the language, by which its translation catalogues are found."""
        return "zh-hans" if self.code == "zh-CN" else self.code

    def code_for(self, engine: str) -> str:
        """This language's code as the named engine writes it."""
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


def match(tag: str) -> str | None:
    """The code that a client's language tag means (``ZH-cn``, ``zh_Hans`` or ``en-GB``), or None for a language we lack."""
    wanted = tag.strip().replace("_", "-").lower()
    for code in CODES:
        if code.lower() == wanted:
            return code
    primary = wanted.split("-")[0]
    for code in CODES:
        if code.lower().split("-")[0] == primary:
            return code
    return None


def wished(header: str) -> str:
    """The language of ours that a client's ``Accept-Language`` likes best; empty where it names none, as ``*`` does."""
    liked = (match(tag) for tag, weight in parse_accept_lang_header(header) if weight)
    return next(filter(None, liked), "")
