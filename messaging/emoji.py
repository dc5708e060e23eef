"""Recognise single emoji, and give each one spelling."""

import re
from functools import cache

# The longest emoji has ten characters; a sender may add a selector to each.
_MAX = 24
_SELECTORS = re.compile("[\ufe0e\ufe0f]")
# A selector says how the character before it is drawn, so it follows neither another selector nor a joiner.
_MISPLACED = re.compile("(?:^|[\u200d\ufe0e\ufe0f])[\ufe0e\ufe0f]")


def canonical_emoji(text: str) -> str | None:
    """Return ``text``, one emoji, in the spelling that Unicode calls fully qualified.

    None where it is no emoji.

    An emoji is one that Unicode recommends for interchange (RGI), so that everybody sees one picture: with or without
    presentation selectors, a skin tone or joiners where they belong, a flag of a region that exists.
    """
    if len(text) > _MAX or _MISPLACED.search(text):
        return None
    return _by_bare_spelling().get(_SELECTORS.sub("", text))


@cache
def _by_bare_spelling() -> dict[str, str]:
    """Return every emoji by its spelling without presentation selectors."""
    # Here, because the table takes a hundredth of a second and some megabytes that most processes never need.
    from emoji import EMOJI_DATA, STATUS

    qualified = (text for text, row in EMOJI_DATA.items() if row["status"] == STATUS["fully_qualified"])
    return {_SELECTORS.sub("", text): text for text in qualified}


def folded(text: str) -> str:
    """Return the canonical spelling of a stored reaction.

    One that an earlier version took for an emoji stays as it is.
    """
    return canonical_emoji(text) or text
