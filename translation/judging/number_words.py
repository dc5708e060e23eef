"""How numbers are written in words, in our languages."""

from functools import lru_cache

_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_UNITS = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_EN_ORDINALS = [
    "_",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_ID = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
_ID_UNITS = ((10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"))
_TH = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"]
_TH_UNITS = ((10**6, "ล้าน"), (10**5, "แสน"), (10**4, "หมื่น"), (1000, "พัน"), (100, "ร้อย"), (10, "สิบ"))
_HAN = "〇一二三四五六七八九"
_HAN_UNITS = ((10**8, "億"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_LARGEST = 10**12

# Other words for a number, as a pattern in small letters.
SYNONYMS: dict[int, str] = {
    2: r"\bboth\b|\btwice\b|\bcouple\b|\bpair\b|\bdouble|\bkedua|\bsepasang|\bganda|คู่|ทั้งสอง|両|双|ふた|ダブル|两|俩|兩|倆|再",
    3: r"\bthrice\b|\btriple|\bketiga|三|みっ|トリプル|仨",
    4: r"\bquart|よん|よっ",
    5: r"いつつ",
    6: r"\bhalf\b|\bsetengah|半|ครึ่ง|むっ",
    7: r"\bweek|\bseminggu|\bsepekan|週|周|星期|礼拜|สัปดาห์|อาทิตย์",
    10: r"\bdecade|\bdasawarsa|\bdekade|とお|ทศวรรษ",
    12: r"\bdozen|lusin|ダース|打|โหล|\bnoon\b|\bmidday|\bmidnight|正午|昼|เที่ยง|\bsiang|\btengah malam|\byear|\bsetahun|年|ปี",
    14: r"\bfortnight|\btwo weeks|\bdua minggu|2\s?(?:week|minggu|週|周|星期|สัปดาห์)",
    15: r"\bquarter|\bseperempat|一刻",
    18: r"\bdelapan belas|บรรลุ",
    20: r"はたち|\bscore\b|ยี่",
    24: r"\bday|\bmidnight|\bsehari|\bhari|日|天|วัน",
    30: r"\bhalf\b|\bsetengah|半|ครึ่ง|\bmonth|\bsebulan|一[か个ヶ]月|เดือน",
    36: r"\bdozen|三天|\bhari\b",
    48: r"\btwo days|2\s?(?:days|日|天|วัน|hari)|\bdua hari|สองวัน|二日|两天",
    50: r"\bhalf\b|\bsetengah|\bseparuh|半|ครึ่ง",
    60: r"\bhour|\bminute|\bsejam|\bsemenit|時間|小时|ชั่วโมง|分|นาที",
    90: r"半|ครึ่ง|\bhalf\b|\bsetengah",
    99: r"九十九",
    100: r"\bcentury|\bcenturies|\babad|世紀|世纪|ศตวรรษ|\bfull|\bpenuh|満|满|เต็ม",
    1000: r"\bseribu|\bribuan|\bthousands|千",
}  # fmt: skip

_MONTH_NAMES = (
    ("january", "jan", "januari", "มกรา", "ม.ค", "一月", "睦月", "正月"),
    ("february", "feb", "februari", "กุมภา", "ก.พ", "二月"),
    ("march", "mar", "maret", "มีนา", "มี.ค", "三月"),
    ("april", "apr", "เมษา", "เม.ย", "四月"),
    ("may", "mei", "พฤษภา", "พ.ค", "五月"),
    ("june", "jun", "juni", "มิถุนา", "มิ.ย", "六月"),
    ("july", "jul", "juli", "กรกฎา", "ก.ค", "七月"),
    ("august", "aug", "agu", "สิงหา", "ส.ค", "八月"),
    ("september", "sep", "กันยา", "ก.ย", "九月"),
    ("october", "oct", "okt", "ตุลา", "ต.ค", "十月"),
    ("november", "nov", "พฤศจิกา", "พ.ย", "十一月"),
    ("december", "dec", "des", "ธันวา", "ธ.ค", "十二月", "師走"),
)
MONTHS: dict[int, tuple[str, ...]] = dict(enumerate(_MONTH_NAMES, 1))


@lru_cache(maxsize=4096)
def words_of(number: int) -> tuple[str, ...]:
    """Return how ``number`` may be written in words, in small letters.

    Nothing for a number beyond 10¹².
    """
    if not 0 <= number <= _LARGEST:
        return ()
    english, thai, han = _english(number), _thai(number), _han(number)
    found = {english, english.replace("-", " "), english.replace(" ", " and "), _indonesian(number), thai, han}
    found |= {thai.replace("หนึ่งสิบ", "สิบ"), thai.removeprefix("หนึ่ง"), han.replace("億", "亿"), han.replace("二", "两")}
    found |= {han.replace("一十", "十"), _without_ones(han), "".join(_HAN[int(digit)] for digit in str(number))}
    found |= {"".join("零" if digit == "0" else _HAN[int(digit)] for digit in str(number))}
    if number < len(_EN_ORDINALS):
        found |= {_EN_ORDINALS[number]}
    return tuple(found)


def _without_ones(han: str) -> str:
    return han.replace("一百", "百").replace("一千", "千").replace("一十", "十")


def _english(number: int) -> str:
    if number < 20:
        return _EN[number]
    if number < 100:
        return _EN_TENS[number // 10] + (f"-{_EN[number % 10]}" if number % 10 else "")
    unit, name = next(pair for pair in _EN_UNITS if number >= pair[0])
    return f"{_english(number // unit)} {name}" + (f" {_english(number % unit)}" if number % unit else "")


def _indonesian(number: int) -> str:
    if number < 12:
        return _ID[number]
    if number < 20:
        return f"{_ID[number - 10]} belas"
    if number < 100:
        return f"{_ID[number // 10]} puluh" + (f" {_ID[number % 10]}" if number % 10 else "")
    unit, name = next(pair for pair in _ID_UNITS if number >= pair[0])
    head = f"se{name}" if number // unit == 1 and unit <= 1000 else f"{_indonesian(number // unit)} {name}"
    return head + (f" {_indonesian(number % unit)}" if number % unit else "")


def _thai(number: int) -> str:
    if number < 10:
        return _TH[number]
    unit, name = next(pair for pair in _TH_UNITS if number >= pair[0])
    count = number // unit
    head = {10: {1: "สิบ", 2: "ยี่สิบ"}}.get(unit, {}).get(count) or f"{_thai(count)}{name}"
    rest = number % unit
    if not rest:
        return head
    return head + ("เอ็ด" if unit == 10 and rest == 1 else _thai(rest))


def _han(number: int) -> str:
    if number < 10:
        return _HAN[number]
    unit, name = next(pair for pair in _HAN_UNITS if number >= pair[0])
    return f"{_han(number // unit)}{name}" + (_han(number % unit) if number % unit else "")
