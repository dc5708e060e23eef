"""Whom a sentence speaks to: a name, a name with a title, or everyone.

Read in one language and written in another.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Title = Literal["", "mr", "ms", "dr", "teacher"]


@dataclass(frozen=True, slots=True)
class Address:
    """``name`` as its owner writes it, or a ``group`` ("everyone").

    ``is_sure``: not told by a capital letter alone.

    Of a mention, ``name`` is its mark.
    """

    name: str = ""
    title: Title = ""
    group: str = ""
    is_sure: bool = True
    is_mention: bool = False


_LATIN = r"[A-Z\u00c0-\u00de][\w'\u2019-]{1,24}"
_PLAIN = re.compile(rf"{_LATIN}(?: {_LATIN}){{0,2}}")
_MENTION = re.compile("(\ue000\\d{1,4}\ue001)(?:さん|さま|様|先生|くん|君)?")
# Capitalised for another reason than being a name.
_NO_NAMES = frozenset((Path(__file__).resolve().parents[1] / "data" / "no_names.txt").read_text("utf-8").split())

_GROUPS: dict[str, dict[str, str]] = {
    "everyone": {"en": "everyone", "zh-CN": "大家", "ja": "皆さん", "th": "ทุกคน", "id": "semuanya"},
    "team": {"en": "team", "zh-CN": "各位同事", "ja": "チームの皆さん", "th": "ทุกคนในทีม", "id": "tim"},
}
_GROUP_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "everyone": "everyone",
        "everybody": "everyone",
        "all": "everyone",
        "guys": "everyone",
        "folks": "everyone",
        "you all": "everyone",
        "team": "team",
    },
    "zh-CN": {"大家": "everyone", "各位": "everyone", "各位同事": "team", "同事们": "team"},
    "ja": {
        "皆さん": "everyone",
        "みなさん": "everyone",
        "皆様": "everyone",
        "みなさま": "everyone",
        "皆さま": "everyone",
        "チームの皆さん": "team",
        "チームのみなさん": "team",
    },
    "th": {"ทุกคน": "everyone", "ทุกท่าน": "everyone", "ทุกๆคน": "everyone", "ทุกคนในทีม": "team"},
    "id": {
        "semuanya": "everyone",
        "semua": "everyone",
        "teman-teman": "everyone",
        "rekan-rekan": "everyone",
        "tim": "team",
    },
}

_EN_TITLES: dict[str, Title] = {"mr": "mr", "mrs": "ms", "ms": "ms", "miss": "ms", "dr": "dr"}
_EN_TITLE = re.compile(r"(Mr|Mrs|Ms|Miss|Dr)\.? (.+)", re.I)
_EN_SAN = re.compile(rf"({_LATIN})-(?:san|sama|sensei)")
_ID_TITLES: dict[str, Title] = {
    "pak": "mr", "bapak": "mr", "bu": "ms", "ibu": "ms", "dokter": "dr",
}  # fmt: skip
_ID_TITLE = re.compile(r"(Pak|Bapak|Bu|Ibu|Mas|Mbak|Kak|Kakak|Dokter) (.+)", re.I)
_JA_NAME = re.compile(
    rf"(?P<name>[\u4e00-\u9fff\u3005]{{1,4}}|[\u30a1-\u30fe\u30fb]{{2,12}}|[\u3041-\u3093]{{2,4}}|{_LATIN}(?: {_LATIN})?)"
    r" ?(?P<title>さん|さま|様|先生|くん|君|ちゃん)"
)
# "Today Tanaka", and words that end as a name with a title does.
_JA_NO_NAME = re.compile(r"^(?:お|ご|御|今日|明日|昨日|皆|客$|何$|誰$|奥$)")
_ZH_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖"
    "姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
_ZH_TITLES: dict[str, Title] = {"先生": "mr", "女士": "ms", "小姐": "ms", "医生": "dr", "老师": "teacher"}
_ZH_NAME = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{1,3}}|{_LATIN})(?P<title>先生|女士|小姐|医生|老师)")
_TH_NAME = re.compile(rf"\u0e04\u0e38\u0e13 ?({_LATIN}(?: {_LATIN})?)")
# A Thai name in Latin letters may have a particle behind it.
_TH_PARTICLE = re.compile(r" ?(?:\u0e19\u0e30)?(?:\u0e04\u0e23\u0e31\u0e1a|\u0e04\u0e48\u0e30|\u0e04\u0e30)$")

_TITLED: dict[Title, dict[str, str]] = {
    "mr": {"en": "Mr. {}", "zh-CN": "{}先生", "id": "Pak {}"},
    "ms": {"en": "Ms. {}", "zh-CN": "{}女士", "id": "Bu {}"},
    "dr": {"en": "Dr. {}", "zh-CN": "{}医生", "ja": "{}先生", "th": "คุณหมอ{}", "id": "Dokter {}"},
    "teacher": {"zh-CN": "{}老师", "ja": "{}先生", "th": "อาจารย์{}"},
    "": {},
}
# How a name is written where its title has none there: Japanese and Thai do not leave it bare.
_UNTITLED = {"ja": "{}さん", "th": "คุณ{}"}
# What a name or a group has in a language without blanks; a text without it has none.
HINT = re.compile("[A-Z\ue000]|さん|さま|様|先生|くん|君|ちゃん|大家|各位|同事|女士|小姐|医生|老师|ทุก")


def read(text: str, code: str) -> Address | None:
    """Return whom ``text`` names, a vocative written in the language ``code``.

    None where it is no name.
    """
    text = text.strip()
    if code == "th":
        text = _TH_PARTICLE.sub("", text)
    if mention := _MENTION.fullmatch(text):
        return Address(mention[1], is_mention=True)
    if group := _GROUP_WORDS.get(code, {}).get(text.casefold()):
        return Address(group=group)
    if titled := _read_titled(text, code):
        return titled
    return Address(text, is_sure=False) if _is_plain_name(text) else None


def write(address: Address, code: str) -> str:
    """Return ``address`` in the language ``code``.

    Empty where that language has no word for the group.
    """
    if address.group:
        return _GROUPS[address.group].get(code, "")
    if address.is_mention:
        return address.name
    pattern = _TITLED[address.title].get(code) or _UNTITLED.get(code, "{}")
    # Thai sets Latin letters off by a blank.
    is_apart = code == "th" and address.name[0].isascii()
    return pattern.format(f" {address.name}" if is_apart and pattern != "{}" else address.name)


def _read_titled(text: str, code: str) -> Address | None:
    match code:
        case "en":
            if (found := _EN_TITLE.fullmatch(text)) and _is_plain_name(found[2]):
                return Address(found[2], _EN_TITLES[found[1].casefold()])
            return Address(found[1]) if (found := _EN_SAN.fullmatch(text)) else None
        case "id":
            if (found := _ID_TITLE.fullmatch(text)) and _is_plain_name(found[2]):
                return Address(found[2], _ID_TITLES.get(found[1].casefold(), ""))
        case "ja":
            if (found := _JA_NAME.fullmatch(text)) and not _JA_NO_NAME.match(found["name"]):
                return Address(found["name"], "teacher" if found["title"] == "先生" else "")
        case "zh-CN":
            if (found := _ZH_NAME.fullmatch(text)) and (found["name"][0] in _ZH_SURNAMES or found["name"][0].isascii()):
                return Address(found["name"], _ZH_TITLES[found["title"]])
        case "th":
            return Address(found[1]) if (found := _TH_NAME.fullmatch(text)) else None
    return None


def _is_plain_name(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and not any(
        word.casefold() in _NO_NAMES or (word.isupper() and len(word) > 1) for word in text.split()
    )
