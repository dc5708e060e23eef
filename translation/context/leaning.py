"""Which texts lean on what was said before them.

"I put it there" is another sentence in each conversation; "The delivery leaves the warehouse this afternoon" is not. When in
doubt, a text leans: it is then translated anew in each conversation.
"""

import csv
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

_PATH = Path(__file__).resolve().parents[1] / "data" / "leaning_words.csv"

# Shorter texts leave things out, whatever the language: words where blanks separate them, else characters.
_FEW_WORDS, _FEW_CHARACTERS = 7, 32
_MARK = re.compile("\ue000[a-z]*\ue001|[\ue000-\ue003]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_OTHERS = {
    "ja": re.compile(
        "[こそあ](?:れ|の|こ|ちら|っち|いつ|んな)|どっち|どちら|彼|同じ|他の|別の|もう一|さっき|例の|両方|あなた|前の|次の|やつ|奴"
    ),
    "zh-CN": re.compile("[这那哪該该]|[他她它]|其|另|别的|同样|一样|两个|前者|后者|刚才|上次|你|您"),
    "th": re.compile("นี้|นั้น|โน้น|มัน|เขา|เธอ|อันนี้|อันนั้น|อีก|เหมือนกัน|ทั้งคู่|เมื่อกี้|คุณ|ตัวนั้น|ที่นั่น|ที่นี่|เช่นกัน|ด้วย"),
}


@lru_cache(maxsize=2048)
def leans(canonical: str, language: str) -> bool:
    """Return whether a unit, by its canonical text, may say something else after other messages."""
    text = _MARK.sub(" ", canonical)
    if language in _OTHERS:
        return len(text) < _FEW_CHARACTERS or _OTHERS[language].search(text) is not None
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _FEW_WORDS:
        return True
    pointing = _pointing_words().get(language, frozenset())
    return any(word in pointing or (language == "id" and word.endswith("nya") and len(word) > 4) for word in words)


@lru_cache(maxsize=1)
def _pointing_words() -> dict[str, frozenset[str]]:
    """Return the words that point to something said before, by language."""
    words: dict[str, list[str]] = defaultdict(list)
    with _PATH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words[row["language"]] += row["words"].split()
    return {language: frozenset(each) for language, each in words.items()}
