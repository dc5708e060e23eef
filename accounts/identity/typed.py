"""What people type on different keyboards, read in one form: passwords and codes."""

import unicodedata

from rosetta.normal_forms import nfkc

HYPHEN_CATEGORY, FORMAT_CATEGORY = "Pd", "Cf"


def canonical_password(password: str) -> str:
    """Return ``password`` in NFKC, because keyboards compose letters such as ``ä`` differently."""
    return nfkc(password)


def canonical_code(code: str) -> str:
    """Return ``code`` with ASCII digits (from full-width, Thai and other ones), and without blanks and hyphens."""
    kept = (
        char
        for char in code
        if not char.isspace() and unicodedata.category(char) not in (HYPHEN_CATEGORY, FORMAT_CATEGORY)
    )
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in kept)
