"""Chinese or Japanese, for text that may be either."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import log10

from rosetta.languages import BY_CODE
from translation.word_frequencies import frequencies

# What Chinese has and Japanese does not, in simplified and in traditional characters.
_CHINESE = re.compile(
    "[你您她它吗嗎呢吧啊哦啦嘛呀们們这這哪谁怎么麼很没沒还说给让讓跟把吃]|個(?![人別数室性体展])|還(?!元)|給(?![料与付食])"
    "|什么|什麼|我(?![慢々がのはも等流])|不(?:是|会|會|好|行|能|想|知|客|用|错|錯|過|对|對|了)|好(?:的|了|吗|嗎|久|吃)"
    "|(?<![完終修満])了[吗嗎吧呢一，。！？]|(?<![目公私知性])的[话話时時人]|可以|知道|今天|明天|昨天|大家|一下|已[经經]|多少|謝謝|謝了"
    "|(?:^|[，。！？ ])(?:請|请)(?![求願])"
)
# Japanese grammar that follows a foreign word or a noun.
_JAPANESE_JOINT = re.compile("[はがをにでのともだな]|って|から|まで|です|ます|まし|さん|する|して|した|しま|いた|くだ")
_ENDS = re.compile("(?:です|ます|でした|ました|ね|よ|か|の)$")
# Characters that Japanese writes in a newer form, and traditional Chinese does not.
_TRADITIONAL = frozenset(
    "亞惡壓圍醫爲隱榮營衞驛圓鹽緣艷應歐毆櫻奧橫溫穩價畫會懷壞繪擴殼覺學嶽樂陷勸寬關歡觀氣歸龜犧舊據擧虛峽狹曉區驅勳徑惠揭攜溪經繼莖螢輕鷄藝擊"
    "儉劍檢權獻縣險顯驗嚴廣恆鑛號國濟齋劑雜參慘棧蠶贊殘絲辭齒兒濕實寫釋壽從澁獸縱肅處敍將燒獎稱證乘壤孃條淨狀疊讓釀囑觸寢愼晉盡圖穗隨髓樞數瀨聲靜齊"
    "攝竊專戰淺潛纖踐錢禪雙壯插爭總聰莊裝騷臟屬續墮體對帶滯擇澤擔單膽團彈斷癡晝蟲鑄廳徵聽敕鎭遞鐵轉點傳黨盜燈當鬪獨讀屆貳惱腦霸廢賣麥發髮拔蠻祕濱拂倂"
    "竝變邊辨瓣辯豐寶默彌譯藥與餘譽搖樣謠來賴亂覽兩獵壘勵禮隸靈齡戀爐勞樓錄灣說內這們沒嗎麼裡妳兌雖嘗猜"
)
# Written alike, and said as often in both languages.
_ALIKE = frozenset({"了解", "完了", "同意", "集合", "草", "乙", "確定", "注意"})
# One or two kana in a long Chinese line are decoration.
_DECORATION = 6
_UNKNOWN = -8.0
_PROFILE = 0.6
# Chat words that the lists lack.
_MORE = {
    "ja": dict.fromkeys(["管理者", "休憩中", "未使用", "新着", "不在", "早退", "遅刻", "残業", "在宅"], -4.5),
    "zh": dict.fromkeys(["笑死", "集合", "当然", "摸鱼", "吃瓜", "给力", "加班", "提示", "界面"], -4.0),
}
_MAX_WORD, _MAX_LETTERS = 6, 40


def language_of(kana: Sequence[str], texts: Sequence[str], sender_language: str) -> str:
    """Return "zh-CN" or "ja" for a line with these runs of ``kana`` and of Chinese characters, ``texts``."""
    if "ja" not in BY_CODE or "zh-CN" not in BY_CODE:
        return "ja" if "ja" in BY_CODE else "zh-CN"
    characters = "".join(texts)
    if kana and not _is_quoted(kana, characters):
        return "ja"
    return _by_characters(characters, texts, sender_language)


def _is_quoted(kana: Sequence[str], characters: str) -> bool:
    """Return whether a Chinese line has the ``kana`` as a word of another language, or as decoration."""
    if len(characters) >= _DECORATION * sum(map(len, kana)):
        return True
    if len(kana) > 1 or not (_CHINESE.search(characters) or _only_simplified(characters)):
        return False
    # One or two letters are the ending of a Japanese word.
    if len(kana[0]) <= 2 and kana[0] != "の":
        return False
    return not _JAPANESE_JOINT.match(kana[0]) and not _ENDS.search(kana[0])


def _by_characters(characters: str, texts: Sequence[str], sender_language: str) -> str:
    if characters in _ALIKE:
        return "ja" if sender_language == "ja" else "zh-CN"
    if _only_simplified(characters):
        return "zh-CN"
    if any(_in(char, "shift_jis") and not _in(char, "gb2312") and not _in(char, "big5") for char in characters):
        return "ja"
    if any(_CHINESE.search(text) for text in texts) or not _TRADITIONAL.isdisjoint(characters):
        return "zh-CN"
    if not _all_in(characters, "shift_jis"):
        return "zh-CN"
    if not _all_in(characters, "gb2312"):
        # Traditional Chinese without one of its common words is rarer than Japanese without kana.
        return "zh-CN" if _all_in(characters, "big5") and sender_language == "zh-CN" and _score(texts) <= 0 else "ja"
    score = _score(texts) + _PROFILE * ((sender_language == "ja") - (sender_language == "zh-CN"))
    return "ja" if score > 0 else "zh-CN"


def _only_simplified(characters: str) -> bool:
    return any(_in(char, "gb2312") and not _in(char, "shift_jis") for char in characters)


def _score(texts: Sequence[str]) -> float:
    """Return how much likelier ``texts`` are in Japanese than in Chinese, as a logarithm to base 10."""
    return sum(_likelihood(text[:_MAX_LETTERS], "ja") - _likelihood(text[:_MAX_LETTERS], "zh") for text in texts)


def _likelihood(text: str, code: str) -> float:
    """Return the logarithm of the likelihood of ``text``, cut into the words that make it likeliest."""
    known = _frequencies(code)
    best = [0.0]
    for end in range(1, len(text) + 1):
        best.append(
            max(
                best[start] + known.get(text[start:end], _UNKNOWN * (end - start))
                for start in range(max(0, end - _MAX_WORD), end)
            )
        )
    return best[-1]


@lru_cache(maxsize=2)
def _frequencies(code: str) -> dict[str, float]:
    return _MORE[code] | {
        word: log10(share)
        for word, share in frequencies(code).items()
        if len(word) <= _MAX_WORD and "\u3400" <= word[0] <= "\u9fff"
    }


def _all_in(characters: str, charset: str) -> bool:
    return all(_in(char, charset) for char in characters)


@lru_cache(maxsize=8192)
def _in(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
