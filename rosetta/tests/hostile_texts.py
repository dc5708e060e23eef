"""Texts that break programs.

What careless clients, odd keyboards and attackers have sent to chat services.

``TEXTS`` is sent to every field and every query of the API (``test_hostile``) and given to every parser (``test_parsers``).
An input that broke something is added here, so that it stays tried.
"""

# Characters that nobody sees, that turn or break the line, or that look like others.
UNSEEN = (
    "\u200b", "\u2060\ufeff", "\u3164", "\u115f\u1160", "\u2800", "\u00ad", "\u034f", "\u180e", "\ufe0f",
    "\u200d\u200c", "\U000e0001\U000e0041",
    "\u202eadmin", "\u2066a\u2069\u2066", "\u200fabc\u200e", "Bob\nSmith", "Bob\r\nSmith", "a\u2028b\u2029c",
    "a\u0085b", "a\x0bb\x0cc", "\x1b[31mred",
    "\x07\x08\x7f", "\u00a0", "\u3000", "\u202f\u2009", "p\u0430ypal", "\uff21\uff44\uff4d\uff49\uff4e", "\ufffd",
    "\ufffe\uffff", "\ue000\ue001\ue002",
)  # fmt: skip
# Letters that change their length or themselves when they are folded, composed or counted.
LETTERS = (
    "Zu\u0308rich", "Z\u00fcrich", "\u00df\u1e9e", "\u0130\u0131", "\ufb01\ufb03", "\ufdfa", "\u01c4\u01c5\u01c6",
    "\u03c2\u03c3\u03a3", "\u1e69\u0323\u0307", "\u212b\u00c5", "\u1100\u1161\u11a8",
    "e" + "\u0301" * 300, "\u0e01\u0e49\u0e49\u0e49\u0e49", "\u0e33\u0e4d\u0e32", "\uff76\uff9e\uff8a\uff9f",
    "\u30d1\u30cf\u309a", "\u0627\u0644\u0644\u0647", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\U0001d400\U0001d7d8", "\U00020000\U0002a6d6", "\u0915\u094d\u0937", "\u1780\u17d2\u1798",
)  # fmt: skip
# Pictures: with and without the variation selector, many skin tones, families, letters of flags that name no region.
EMOJI = (
    "\u2764", "\u2764\ufe0f", "\u2764\ufe0e", "\U0001f44d\U0001f3fd\U0001f3fd\U0001f3fd", "\U0001f3fd",
    "\U0001f1ff\U0001f1ff", "\U0001f1e6", "\U0001f468\u200d\U0001f469\u200d\U0001f467 family.jpg",
    "\U0001fa77.txt", "1\ufe0f\u20e3", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\u200d\u2764\u200d",
    "\U0001f600" * 2000, "\u00a9\ufe0f", "\u2695\ufe0e",
)  # fmt: skip
# Marks of chat and Markdown, whole, halved and nested.
MARKUP = (
    "```\n@channel\n```", "`@channel`", "> @channel", "\\@channel", "~~~\n@channel", "```", "`" * 1000, "``@channel`",
    "<@1>", "<@0>", "<@-1>", "<@99999999999999999999>", "<@\u0661>", "<@1|",
    "<@1|a>b>", "<@" * 2000, "<@1>" * 60, "[a](", "[a](b", "[](\n)", "[" * 3000, "](" * 2000,
    "[a](javascript:alert(1))", "![a](http://[)", "**" * 2000, "*_~|" * 1000, "||a||", "> " * 1500,
    "> > > a\n" * 200, "<https://a.example|label>", "&amp;&lt;&#0;&#x110000;", "<script>alert(1)</script>", "<!--",
    "]]>", "<ph x=\"q\"/>", "{{7*7}}", "${x}", "{0}", "%s%n%d", "%(x)s", "{", ":" * 500,
    "<1/>", "\u27e61\u27e7", "\x01\x02", "# \n## \n###", "| a | b |\n|---|", "1. a\n   2. b", "\\" * 999, "$$\\frac",
    "--- ",
)  # fmt: skip
LINKS = (
    "http://", "https://[", "https://[::1", "http://a.example:99999/", "http://\u2025.example", "https://xn--",
    "https://a..b/", "www.", "a@b", "@", "a@[127.0.0.1]", "mailto:", "http://" + "a." * 3000,
    "http://a/" + "(" * 3000,
    "https://user:pw@host/", "//host", "javascript:alert(1)", "data:text/html,x", "http://1.1.1.1.1",
    "http://0x7f.1/", "http://2130706433/", "file:///etc/passwd", "http://m\u00fcnchen.example/\u00df?%zz#%",
    "u@m\u00fcnchen.example", "u@mu\u0308nchen.example", "\"a b\"@c.example", "a@" + "b." * 130 + "c",
    "a" * 70 + "@b.example", "\uff41@b.example", "a@b\u3002example",
)  # fmt: skip
PATHS = (
    "..", "../../etc/passwd", "..\\..\\x", "/", "\\", "a/b", ".gitignore", ".", "CON", "a.", "a .txt", " a",
    "\u5831\u544a\u3000\u6700\u7d42.pdf", "a;b=c", "a\"b", "x" * 5000, "a\u202etxt.exe", "%2e%2e%2f", "~root",
    "file.tar.gz\u0000.jpg", "${HOME}", "nul", "a:b", "a|b", "-rf",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "-1", "00", "+1", " 1", "1 ", "1.5", "1e9", "1e400", "NaN", "Infinity", "0x10", "1_000",
    "\u0661\u0662", "\uff11\uff12", "\u00b2", "\u2167", "9" * 19, "9" * 400, "9" * 5000, "9223372036854775808",
    "-9223372036854775809",
    "2147483648", "1,000.5", "1\u00a0000", "2020-13-45", "0000-00-00", "10000-01-01", "24:00",
    "2020-01-01T00:00:00+99:99", "123 456", "\uff11\uff12\uff13\uff14\uff15\uff16", "null", "true", "undefined", "[]",
    "{}", "[object Object]",
)  # fmt: skip
# What means something to what is behind: databases, shells, spreadsheets, mails, headers, logs, XML.
COMMANDS = (
    "' OR 1=1 --", "\"; DROP TABLE x; --", "\\'", "%", "_", "%_%", "*", "a*", "\"a", "\"\"", "NEAR(a b)", "a AND",
    "-a", "a:*", "&", "!", "a & | b", "(", ")", "<->", "^a", "col:a", "=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-1+1",
    "\t=1",
    "a,b\n\"c", "\r\nX-Evil: 1", "a\r\n\r\nb", "Bcc: x@y.example", "`id`", "$(id)", "; id", "| id", "&& id",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", "\xff\xfe", "\u00e9".encode().decode("latin-1"),
    "grst_", "whs_x", "1|", "|", "Bearer ", "*;q=9,,", "en;q=nan", "en-" + "a-" * 2000, "zz,*;q=0", "x-klingon",
    "i-default", "zh_Hant-TW", "EN_us.UTF-8", "C", "\u0130",
)  # fmt: skip
LONG = (
    "x" * 8000, "x" * 8001, "\u6f22" * 8000, "a " * 4000, "\n" * 8000, " " * 8000, "\u0e01" * 8000,
    "\U0001f469\u200d" * 2600, "aA1-" * 2000, "(" * 4000 + ")" * 4000,
)  # fmt: skip
# Refused wherever they stand, because databases store no null character and UTF-8 no lone surrogate.
IMPOSSIBLE = ("\x00", "a\x00b", "\ud800", "a\udfffb", "\udc00\ud800")

TEXTS = (*UNSEEN, *LETTERS, *EMOJI, *MARKUP, *LINKS, *PATHS, *NUMBERS, *COMMANDS, *LONG)
