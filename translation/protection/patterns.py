"""Define the patterns of protected pieces.

Every quantifier that could backtrack is bounded, because texts are untrusted.
"""

import re
from functools import cache

from translation.protection.links import AFTER_SCHEME, REST
from translation.protection.links import WORD as _W
from translation.protection.literals import DOLLAR_FORMULA, ESCAPED_FORMULA, INDENTED, LITERALS, WINDOWS_SHARE

# Borders consider ASCII letters only, because Chinese, Japanese and Thai words touch numbers and links.
_BEFORE = r"(?<![A-Za-z0-9_])"
_AFTER = r"(?![A-Za-z0-9_])"

_PICTOGRAPHS = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    "\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8"
    "\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712"
    "\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797"
    "\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f004\U0001f0cf\U0001f170-\U0001f1e5\U0001f200-\U0001f251\U0001f300-\U0001faff"
)
_ONE_EMOJI = rf"[{_PICTOGRAPHS}][\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_EMOJI = rf"{_ONE_EMOJI}(?:\u200d{_ONE_EMOJI})*"
_FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = r"[0-9#*]\ufe0f?\u20e3"
_SHORTCODE = r"(?<![A-Za-z0-9_]):(?:(?=[0-9_+-]{0,30}[a-z])[a-z0-9_+-]{1,50}|[+-]1):"
_EMOTICON = (
    r"(?<![^\s(\u3000-\u303f\uff00-\uff0f])(?:[:;=][-'^]?[()\[\]DPpOo3|/\\*]|<3|xD|XD|T_T|\^_\^|\^\^)"
    r"(?![^\s.,!?)\uff0c\u3002\uff01\uff1f])"
)

# Hosts without a scheme, for top-level domains that are unlikely to be the next sentence's first word.
_BARE_HOST = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,4}"
    r"(?:com|org|net|edu|gov|io|dev|app|ai|info|biz|xyz|(?:com?|go|ac|or|in|web|my)\.[a-z]{2}|co|jp|cn|tw|hk|sg|my|kr|vn|uk|eu)"
    r"(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
)
_URL = "|".join(
    (
        rf"{_BEFORE}(?:[A-Za-z][A-Za-z0-9+-]{{1,15}}://|www\.(?=[A-Za-z0-9])){AFTER_SCHEME}",
        rf"(?<![A-Za-z0-9_@.-]){_BARE_HOST}(?::\d{{1,5}})?(?:[/?#]{REST})?",
    )
)
_EMAIL = (
    r"(?<![A-Za-z0-9._%+-])(?:mailto:)?[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
    r"\.[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
_PHONE = "|".join(
    (
        rf"(?<![A-Za-z0-9_+])(?:\+\d{{1,3}}[ .-]?)?\(\d{{1,4}}\)[ .-]?\d{{2,4}}(?:[ .-]\d{{2,4}}){{1,4}}{_AFTER}",
        rf"(?<![A-Za-z0-9_+])(?:\+\d{{1,3}}[ .-]?)?\d{{2,4}}(?:[ .-]\d{{2,4}}){{2,4}}{_AFTER}",
        # A number of this many digits is of a phone, an order or an account, never an amount.
        rf"(?<![A-Za-z0-9_+.,])(?:\+\d{{8,15}}|\d{{7,20}}){_AFTER}",
    )
)

_AMOUNT = r"\d{1,15}(?:[.,\u00a0 ]\d{3}(?!\d)){0,5}(?:[.,]\d{1,12})?"
_SIGNS = "$\u20ac\u00a3\u00a5\uffe0\uffe1\uffe5\uffe6\u0e3f\u20a9\u20ab\u20b9\u20bd\uff04"
_SIGN = rf"(?:US\$|S\$|HK\$|A\$|NT\$|R\$|RM|Rp\.?|RMB|[{_SIGNS}])"
_CURRENCY = r"(?:USD|EUR|GBP|JPY|CNY|RMB|THB|IDR|SGD|HKD|TWD|KRW|MYR|VND|INR|AUD|CAD|CHF|BTC|ETH)"
_CURRENCY_WORD = (
    "(?:\u5186|\u5143|\u5757|\u584a|\u7f8e|\u65e5\u5143|\u30c9\u30eb|\u30e6\u30fc\u30ed|\u30d0\u30fc\u30c4|\u0e1a\u0e32\u0e17|\u0e40\u0e22\u0e19|\u0e2b\u0e22\u0e27\u0e19"
    "|\u0e14\u0e2d\u0e25|(?:baht|yen|yuan|won|ringgit|rupiah|pesos?|rupees?|dollars?|dolar|euros?|pounds?)(?![A-Za-z]))"
)
_UNIT = (
    r"(?:[%\uff05]|[\u338e\u338f\u339c-\u33a1\u33c4]|\u2030|\u00b0[CF]?|\u2103|\u2109|km/h|m/s|mph|[kcm\u00b5\u03bc]?m[\u00b2\u00b3]?|[km\u00b5]?g"
    r"|[kKMGTP]i?B(?:ps|/s)?|[kMG]bps|[kMG]?Hz|[km]?Wh?|mAh|[km]?V|lbs?|oz|m?[lL]|px|pt|r?em|dpi|fps|rpm|ms|ns|kcal|kJ"
    r"|dB|hPa|[xX])"
)
# "1.5k", "250rb", "2 jt".
_THOUSANDS = r"(?:[kK]|[MB]n?| ?(?:rb|jt))"
_PLUS_MINUS = "[-+\u2212\u00b1]"
_NUMBER = "|".join(
    (
        rf"{_BEFORE}{_SIGN} ?[-\u2212]?{_AMOUNT}(?:[kKmMbB](?![A-Za-z])|jt|rb)?(?![0-9A-Za-z])",
        rf"{_BEFORE}{_CURRENCY} ?{_AMOUNT}(?![0-9A-Za-z])",
        rf"(?<![A-Za-z0-9_.,]){_PLUS_MINUS}?{_AMOUNT}(?:{_THOUSANDS}? ?(?:{_SIGN}|{_CURRENCY})| ?{_UNIT}|{_THOUSANDS})"
        r"(?![A-Za-z0-9])",
        # The word for the currency is translated, its amount is not.
        rf"(?<![A-Za-z0-9_.,]){_PLUS_MINUS}?{_AMOUNT}(?= ?{_CURRENCY_WORD})",
        rf"{_BEFORE}v\d{{1,9}}(?:\.\d{{1,9}}){{1,4}}(?:-[\w.]{{1,20}})?{_AFTER}",
        rf"(?<![A-Za-z0-9_.,])\d{{1,9}}(?:\.\d{{1,9}}){{2,5}}{_AFTER}",
        rf"(?<![A-Za-z0-9_.,])\d{{1,3}}(?:[.,]\d{{3}}){{1,5}}(?:[.,]\d{{1,12}})?{_AFTER}",
        rf"(?<![A-Za-z0-9_.,])\d{{1,15}}\.\d{{1,12}}{_AFTER}",
    )
)
# Figures in full width, with their signs; no engine keeps them together. Their unit belongs to them.
_WIDE_DIGIT = "[\uff10-\uff19]"
_WIDE_AMOUNT = (
    f"{_WIDE_DIGIT}{{1,15}}(?:[,\uff0c]{_WIDE_DIGIT}{{3}}(?!{_WIDE_DIGIT})){{0,5}}(?:[.\uff0e]{_WIDE_DIGIT}{{1,12}})?"
)
_WIDE_DASH = "[-\u2010\u2212\u30fc\uff0d]"
_WIDE_NUMBER = (
    "(?<![A-Za-z0-9_.,\uff0c\uff0e\uff10-\uff19])"
    + "(?:{})".format(
        "|".join(
            (
                f"{_WIDE_DIGIT}{{2,5}}(?:{_WIDE_DASH}{_WIDE_DIGIT}{{1,5}}){{1,4}}",
                f"{_WIDE_DIGIT}{{1,4}}(?:[/\uff0f]{_WIDE_DIGIT}{{1,4}}){{1,2}}",
                f"{_WIDE_DIGIT}{{1,2}}(?:[:\uff1a]{_WIDE_DIGIT}{{2}}){{1,2}}",
                f"[\uff0b\uff0d\u2212\u00b1+-]?{_WIDE_AMOUNT}(?:[\u5186\u5143]|[\uff41-\uff5a\uff21-\uff3a]{{1,4}}|{_UNIT}(?![A-Za-z]))",
                f"[{_SIGNS}\uff0b\uff0d\u2212\u00b1+-]{{1,2}}{_WIDE_AMOUNT}",
                f"{_WIDE_DIGIT}{{1,3}}(?:[,\uff0c]{_WIDE_DIGIT}{{3}}){{1,5}}(?:[.\uff0e]{_WIDE_DIGIT}{{1,12}})?",
                f"{_WIDE_DIGIT}{{1,15}}[.\uff0e]{_WIDE_DIGIT}{{1,12}}",
                f"{_WIDE_DIGIT}{{7,20}}",
            )
        )
    )
    + f"(?!{_WIDE_DIGIT})"
)
_DATE = "|".join(
    (
        r"(?<![A-Za-z0-9_/.-])\d{4}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{1,2}"
        r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![A-Za-z0-9_/-])",
        r"(?<![A-Za-z0-9_/.-])\d{1,2}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)(?:\d{4}|\d{2})(?![A-Za-z0-9_/-])",
        r"(?<![A-Za-z0-9_/.-])\d{1,2}/\d{1,2}(?![A-Za-z0-9_/-])",
        r"(?<![A-Za-z0-9_:])\d{1,2}:\d{2}(?::\d{2})?(?![A-Za-z0-9_:])",
    )
)
_PLACEHOLDER = "|".join(
    (
        r"\$\{[^{}\n]{1,80}\}",
        r"\{\{[^{}\n]{1,80}\}\}",
        r"\{[^{}\n]{0,80}\}",
        r"%\([A-Za-z_][\w.]{0,60}\)[-+0#]{0,3}\d{0,4}(?:\.\d{1,3})?[sdifgrxX]",
        r"(?<![\w%])%(?:\d{1,2}\$)?[-+0#]{0,3}\d{0,4}(?:\.\d{1,3})?[sdifgrxX@](?![A-Za-z0-9])",
    )
)
_FENCE = r"(?P<fence>`{3,})[\s\S]*?(?:(?P=fence)|\Z)|(?P<ticks>`{1,8})(?!`)[^\n]*?[^`\n](?P=ticks)(?!`)"
_TILDES = r"(?P<tildes>~{3,})[\s\S]*?(?:(?P=tildes)|\Z)"
# A comment must not contain another one's beginning, because each of many beginnings would be read to the end of the text.
_TAG = r"<!--(?:[^\n<]|<(?!!--)){0,400}?-->|</?[A-Za-z][^<>\n]{0,400}>|<[@#!][^<>\s]{1,100}>"
_ENTITY = r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});"
_AT_NAME = (
    r"(?<![\w@.])@(?:channel|here|everyone|all)(?![A-Za-z0-9_])"
    r"|(?<![A-Za-z0-9_@./])@[A-Za-z0-9_](?:[\w.-]{0,62}[A-Za-z0-9_])?"
)
_HASHTAG = rf"(?<![\w&#/])#(?=\w{{0,99}}[^\W\d_])[{_W}]{{1,100}}(?:-[{_W}]{{1,100}}){{0,8}}"
_REFERENCE = r"(?<![\w&#/])#\d{1,10}(?!\w)"
_MARKUP = "|".join(
    (
        r"\*{2,3}(?=[^\s*])|(?<=[^\s*])\*{2,3}",
        r"~~(?=\S)|(?<=\S)~~",
        r"(?<!\w)__(?=\S)|(?<=\S)__(?!\w)",
        r"(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])",
        r"(?<![\w_])_(?=[^\s_])|(?<=[^\s_])_(?![\w_])",
    )
)

# Marks in an engine's answer, with other spaces, widths, digits or case. An author's own text that looks like a mark is
# protected too, so that a mark in an answer is always one that was sent.
BRACKET_MARK = r"[\[\uff3b\u3010\u3014]\s{0,3}(\d{1,4})\s{0,3}[\]\uff3d\u3011\u3015]"
TAG_MARK = r"[<\uff1c]\s{0,3}[xX]\s{0,3}(\d{1,4})\s{0,3}[/\uff0f]?\s{0,3}[>\uff1e]"
WORD_MARK = r"[xX][zZ]\s{0,2}(\d{1,4})\s{0,2}[qQ]"

_MARK = "|".join((BRACKET_MARK, TAG_MARK, WORD_MARK, r"[\ue000-\ue003]+")).replace("(\\d", "(?:\\d")
_LINK_OPEN = r"!?\[(?=[^\[\]\n]{1,300}\]\([^()\s])"
_LINK_CLOSE = r"\]\([^()\s]{1,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200}){0,3}(?: \"[^\"\n]{0,200}\")?\)"

_MENTION = r"@\[[^\]\n]{0,255}\]\((?:user|channel|guest):[^()\s]{1,64}\)"
# An escaped mention stays whole, so that no engine makes words of its name.
_ESCAPE = rf"\\(?:{_MENTION}|@(?:[A-Za-z0-9_](?:[\w.-]{{0,62}}[A-Za-z0-9_])?)?|[\\`*_{{}}\[\]()#+.!~|>-])"

# Kinds, the characters that they begin with, and their patterns. Of those that match at a position, the first one wins.
KINDS: tuple[tuple[str, str, str], ...] = (
    ("code", "`", _FENCE),
    ("code", "~", _TILDES),
    ("code", " \t", INDENTED),
    ("code", "$", DOLLAR_FORMULA),
    ("code", r"\\", ESCAPED_FORMULA),
    ("literal", r"\\", WINDOWS_SHARE),
    ("escape", r"\\", _ESCAPE),
    ("mention", "@", _MENTION),
    ("tag", "<", _TAG),
    ("placeholder", "${%", _PLACEHOLDER),
    ("entity", "&", _ENTITY),
    ("link", r"\]", _LINK_CLOSE),
    ("url", "A-Za-z0-9", _URL),
    *(("literal", begins, pattern) for begins, pattern in LITERALS),
    ("email", "A-Za-z0-9._%+-", _EMAIL),
    ("emoji", "\U0001f1e6-\U0001f1ff", _FLAG),
    ("emoji", "0-9#*", _KEYCAP),
    ("emoji", _PICTOGRAPHS, _EMOJI),
    ("emoji", ":", _SHORTCODE),
    ("emoticon", r":;=<xXT\^", _EMOTICON),
    ("channel", "@", _AT_NAME),
    ("hashtag", "#", _HASHTAG),
    ("reference", "#", _REFERENCE),
    ("number", f"\uff10-\uff19\uff0b\uff0d\u2212\u00b1+\\-{_SIGNS}", _WIDE_NUMBER),
    ("date", r"\d", _DATE),
    ("number", rf"\-+\u2212\u00b1\dA-Zv{_SIGNS}", _NUMBER),
    ("phone", r"\d(+", _PHONE),
    ("mark", "\\[<xX\uff3b\u3010\u3014\uff1c\ue000-\ue003", _MARK),
    ("open", r"!\[", _LINK_OPEN),
    ("markup", "*~_", _MARKUP),
)
# Where a piece may begin with an ASCII character. It rules out most positions in a fraction of the time that a kind takes.
_ASCII_START = (
    r"(?<![A-Za-z0-9_])[A-Za-z0-9]|[0-9](?=\ufe0f?\u20e3)|[xX](?=[zZ])|[#$%&*+:;@\\_`{~-]"
    r"|\((?=\d)|!(?=\[)|\[(?![\[\]\n])|\](?=\()|=(?=[-'^()\[\]DPpOo3|/\\*])|<(?=[!/@#A-Za-z3\s\d])|\^(?=[_^])"
    r"|\.(?=[A-Za-z0-9._%+/-])|/(?=[A-Za-z0-9._@+%-])|(?<=\n)(?: {4}|\t)"
)


@cache
def grammar() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of all kinds, and the kind that each of its groups is.

    A character decides which kinds are tried, because trying all at each would take most of the time. Made when it is
    first needed: it takes 0.3 s, and most commands read no text.
    """
    kind_of: dict[str, str] = {}

    def group(number: int) -> str:
        kind, _, pattern = KINDS[number]
        kind_of[name := f"g{len(kind_of)}"] = kind
        return f"(?P<{name}>{pattern})"

    chars_by_kinds: dict[tuple[int, ...], str] = {}
    for char in map(chr, range(0x80)):
        kinds = tuple(n for n, (_, begins, _) in enumerate(KINDS) if re.match(f"[{begins}]", char))
        chars_by_kinds[kinds] = chars_by_kinds.get(kinds, "") + re.escape(char)
    chars_by_kinds.pop((), None)
    ascii_kinds = _halved([(chars, "|".join(map(group, kinds))) for kinds, chars in chars_by_kinds.items()])
    others = [number for number, (_, begins, _) in enumerate(KINDS) if not begins.isascii() or r"\d" in begins]
    other_kinds = "|".join(f"(?=[{KINDS[number][1]}]){group(number)}" for number in others)
    return re.compile(rf"(?=[^\x00-\x7f])(?:{other_kinds})|(?={_ASCII_START}){ascii_kinds}"), kind_of


def _halved(branches: list[tuple[str, str]]) -> str:
    """Return a pattern that finds the branch of a character, of pairs of characters and pattern, in few steps."""
    if len(branches) == 1:
        chars, pattern = branches[0]
        return f"(?=[{chars}])(?:{pattern})"
    first, second = branches[: len(branches) // 2], branches[len(branches) // 2 :]
    return f"(?:(?=[{''.join(chars for chars, _ in first)}]){_halved(first)}|{_halved(second)})"


# What begins a line in Markdown or in a quoted reply, and is not translated.
LINE_START = re.compile(
    r"(?:[ \t\u3000]*(?:[>\uff1e]|#{1,6}(?=[ \t])|[-*+\u2022](?=[ \t])|\d{1,3}[.)](?=[ \t])|\[[ xX]\](?=[ \t])))*[ \t\u3000]*"
)
ENTITY = re.compile(_ENTITY)
