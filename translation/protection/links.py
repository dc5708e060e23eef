"""Where a link ends, in a text of any script.

The web client has the same rules (``web/static/web/links.js``); ``web/tests/text_cases.json`` holds both to one table.
"""

import unicodedata


def _combining_marks() -> str:
    """Return ranges of combining marks, for a character class.

    They are the vowels, tones and accents of words, which \\w does not match.
    """
    # Other planes have ideographs, private-use characters or nothing; searching them would delay every start.
    planes = (*range(0x20000), *range(0xE0000, 0xF0000))
    marks = [point for point in planes if unicodedata.category(chr(point)) in ("Mn", "Mc")]
    ranges: list[list[int]] = []
    for point in marks:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    # Variation selectors and the keycap are parts of emoji.
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges if not 0xFE00 <= low <= 0xFE0F and low != 0x20DD)


# A letter, digit or underscore of any script, with the marks that are written above, below and around it.
WORD = rf"\w{_combining_marks()}"
# Scripts without blanks between words, in which a sentence goes on right behind a link.
_DENSE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_ASCII = r"[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%|\[\]]"
_SPACED = rf"(?![\x00-\x7f{_DENSE}])[{WORD}]"
# What stands between two signs of an address: "/カテゴリ/".
_ENCLOSED = rf"(?<=[/=])(?:(?![\x00-\x7f])[{WORD}]){{1,60}}(?=/|\?[A-Za-z]|[&#=][A-Za-z])"
# A title, or a path on a host whose name is in another script. Hiragana is what Japanese sentences go on with.
_TITLE = rf"(?![\x00-\x7f\u3041-\u309f])[{WORD}]"
# Possessive, because the engine of regular expressions keeps a state for each round of a loop.
REST = rf"(?:{_ASCII}++|{_SPACED}|{_ENCLOSED}|(?<=/wiki/)(?:{_TITLE})+)*"

# Top-level domains in scripts without blanks, behind which a sentence may go on.
_TLDS = (
    "中国|中國|香港|台灣|台湾|澳門|新加坡|公司|网络|網路|网址|网站|网店|集团|世界|商城|商店|在线|中文网|我爱你|游戏|企业|娱乐|购物|餐厅|手机|移动"
    "|机构|政务|政府|公益|广东|慈善|时尚|健康|信息|みんな|コム|グーグル|ストア|セール|ファッション|ポイント|クラウド|ไทย|คอม|한국|닷컴|닷넷"
)
_LABEL = rf"[^\W_][{WORD}-]{{0,62}}"
_HOST = (
    rf"(?=[A-Za-z0-9.-]{{0,200}}[^\W\x00-\x7f])(?:{_LABEL}\.){{1,4}}"
    rf"(?:{_TLDS}|(?:(?![{_DENSE}])[^\W\d_]){{2,24}}(?![A-Za-z0-9-]))"
)
# What follows "https://": a host in another script and any path, or a host and what is certainly its path.
AFTER_SCHEME = rf"(?:{_HOST}(?::[0-9]{{1,5}})?(?:[/?#](?:{_ASCII}++|{_TITLE})*)?|(?:{_ASCII}|{_SPACED}){REST})"
