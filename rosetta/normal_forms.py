"""Unicode's normal forms in time that grows with the text alone.

``unicodedata.normalize`` sorts the marks after a letter by insertion: 8,000 marks of two alternating classes took it 50 ms, and
500,000, which a body of a megabyte holds, minutes, during which no other thread of the process runs.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Form = Literal["NFC", "NFKC"]

# Marks are neither letters nor digits nor blanks, but for two of half width. Shorter runs are left to the library, because
# their cost is bounded.
_LONG_RUN = re.compile(r"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){31,}")


def nfc(text: str) -> str:
    """Return ``text`` in NFC: composed, in canonical order."""
    return _normal("NFC", text)


def nfkc(text: str) -> str:
    """Return ``text`` in NFKC: as ``nfc``, without differences of width and font."""
    return _normal("NFKC", text)


def _normal(form: Form, text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize(form, _LONG_RUN.sub(lambda run: _ordered(form, run[0]), text))


def _ordered(form: Form, run: str) -> str:
    """Return a run of marks, and perhaps symbols, decomposed and with the marks after each symbol in canonical order."""
    ordered: list[str] = []
    marks: list[str] = []
    for char in "".join(_decomposed(form, char) for char in run):
        if unicodedata.combining(char):
            marks.append(char)
        else:
            ordered += sorted(marks, key=unicodedata.combining)
            marks.clear()
            ordered.append(char)
    ordered += sorted(marks, key=unicodedata.combining)
    return "".join(ordered)


@lru_cache(maxsize=4096)
def _decomposed(form: Form, char: str) -> str:
    return unicodedata.normalize("NFD" if form == "NFC" else "NFKD", char)
