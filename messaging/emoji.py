"""Recognise single emoji."""

import re

# One emoji of Unicode TR51: a flag, a keycap, or pictographs with skin tones and presentation selectors, joined by ZWJ.
_PICTOGRAPH = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    "\u3297\u3299\U0001f004-\U0001faff]"
)
_ONE = f"{_PICTOGRAPH}[\ufe0f\U0001f3fb-\U0001f3ff]*[\U000e0020-\U000e007f]*"
_EMOJI = re.compile(f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*)")


def is_emoji(text: str) -> bool:
    """Return whether ``text`` is exactly one emoji of at most 64 characters."""
    return len(text) <= 64 and _EMOJI.fullmatch(text) is not None
