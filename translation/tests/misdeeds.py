"""Everything that an engine may do to a text, and texts for it to do it to."""

import re

from hypothesis import strategies as st

PIECES = [
    "@[Bob](user:12)", "@[สมชาย ใจดี](user:4)", "@channel", "#general", "#発表", "https://example.com/a?b=c&d=1#e",
    "https://th.wikipedia.org/wiki/ไทย", "www.example.com/x", "ana.b+c@example.co.th", "+66 81 234 5678", "`npm run x`",
    "```py\nx = 1\n```", "#ส้มตำ", "https://th.wikipedia.org/wiki/ส้มตำ", "http://例え.jp/パス", "docs.example.co.th/path",
    "example.com",
    "ssh://git@example.com/x.git", "13812345678", "+66812345678", "(02) 123-4567", ":+1:", ":smile:", "$$x^2$$", "\\*", "5/11",
    "👍🏽", "👨‍👩‍👧‍👦", "🇹🇭", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", ":tada:", "5 kg", "$49.99", "฿1,250", "Rp50.000", "100%", "2026-05-11",
    "10:30", "{name}", "{{count}}", "%s", "%(total)d", "<b>", "</b>", "<br/>", "&amp;", "v2.1.0", "[0]", "<x1/>", "XZ0Q",
]  # fmt: skip

WORDS = [
    "Hello",
    "see",
    "the report",
    "please",
    "你好",
    "请看",
    "これは",
    "です",
    "สวัสดี",
    "ครับ",
    "apa kabar",
    "a, b",
    "(ok)",
    "n't",
]

PRINTABLE = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))

texts = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(WORDS),
        st.text(PRINTABLE, max_size=8),
        st.sampled_from(["**", "\n", "- ", "> "]),
    ),
    min_size=1,
    max_size=10,
).map(" ".join)

# Held by their marks alone: signs of another language's writing may look like these, or figures stand for words.
LOOSE = frozenset({"markup", "open", "emoticon", "mark", "number", "date", "phone", "reference", "literal"})

MARK = re.compile(r"\[\d+\]|<x\d+/>|XZ\d+Q")


def drop(text: str, pick: int) -> str:
    marks = MARK.findall(text)
    return text.replace(marks[pick % len(marks)], "", 1) if marks else text


def double(text: str, pick: int) -> str:
    marks = MARK.findall(text)
    return f"{text} {marks[pick % len(marks)]}" if marks else text


def reorder(text: str, pick: int) -> str:
    marks = MARK.findall(text)
    turned = iter(marks[pick % (len(marks) or 1) :] + marks[: pick % (len(marks) or 1)])
    return MARK.sub(lambda _: next(turned), text)


def renumber(text: str, pick: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found.group()) + pick % 3), text)


def break_one(text: str, pick: int) -> str:
    marks = MARK.findall(text)
    return text.replace(marks[pick % len(marks)], marks[pick % len(marks)][:-1], 1) if marks else text


MISDEEDS = {
    "faithful": lambda text, pick: text,
    "drop": drop,
    "double": double,
    "reorder": reorder,
    "renumber": renumber,
    "break": break_one,
    "upper": lambda text, pick: text.upper(),
    "lower": lambda text, pick: text.lower(),
    "space": lambda text, pick: re.sub(r"([\[\]<>/])", r" \1 ", text),
    "squeeze": lambda text, pick: re.sub(r"\s+", "", text),
    "widen": lambda text, pick: text.replace("[", "［").replace("]", "］").replace("<", "＜").replace("0", "０"),
    "thai digits": lambda text, pick: text.translate({48 + n: 0x0E50 + n for n in range(10)}),
    "translate marks": lambda text, pick: MARK.sub("マーク", text),
    "entities": lambda text, pick: (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
    ),
    "nothing": lambda text, pick: "",
    "blank": lambda text, pick: "  \n ",
    "none": lambda text, pick: None,
    "number": lambda text, pick: 7,
    "essay": lambda text, pick: text + " Here is an essay about it." * 200,
    "advertise": lambda text, pick: text + " visit https://spam.example now",
    "lure": lambda text, pick: text + " [sign in](https://spam.example/login)",
    "picture": lambda text, pick: text + " ![x](https://spam.example/x.png)",
    "ping": lambda text, pick: "@everyone " + text,
    "emoji": lambda text, pick: text + " 🎉",
    "lines": lambda text, pick: text.replace(" ", "\n"),
    "control": lambda text, pick: "\x00" + text + "\x1b",
    "surrogate": lambda text, pick: text + "\ud800",
    "own marks": lambda text, pick: text + "\ue0000\ue001",
}
