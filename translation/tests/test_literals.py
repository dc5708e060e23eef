"""Paths, commands, identifiers, formulas, figures and tables.

Kept as they are written, and nothing of the words beside them.
"""

import pytest

from translation.protection.marks import STYLES
from translation.protection.protect import parse

PATHS = (
    r"C:\Users\me\Report.docx",
    r"D:\Program Files\App\run.exe",
    r"\\server\share\plans",
    "~/.local/share/applications",
    "./run.sh",
    "../docs/index.md",
    "/etc/nginx/nginx.conf",
    "/var/log/",
    "report_final_v2.xlsx",
    "src/main.py",
    "photo.final.jpg",
    "__init__.py",
    ".env",
    "package-lock.json",
    "web/static/app.css",
)
COMMANDS = (
    "npm install lodash",
    "pip install -r requirements.txt",
    "git push origin main",
    "docker compose up -d",
    "sudo apt update",
    "kubectl get pods -n=prod",
    "curl -sS https://example.com/x",
    "cargo build --release",
    "git checkout feature/search",
    "cd ~/work",
    "yarn add react@18",
    "brew install jq",
    "systemctl restart nginx",
)
IDENTIFIERS = (
    "ABC-1234",
    "INV-2024-001",
    "BE0768880101",
    "3f2a9bc",
    "9fceb02d0ae598e95dc970b74767f19372d61af8",
    "org/repo#12",
    "550e8400-e29b-41d4-a716-446655440000",
    "1Z999AA10123456784",
    "sha256:9f86d081884c7d659a2feaa0c55ad015",
    "JIRA-7",
    "u/ann_baker",
    "$HOME",
    "%APPDATA%",
    "$node_env",
    "TH12345678",
)
ADDRESSES = (
    "2001:db8::1",
    "::1",
    "fe80::1%eth0",
    "2001:db8::/32",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "00:1a:2b:3c:4d:5e",
    "10.0.0.1:8080",
    "192.168.0.0/16",
    "http://[2001:db8::1]:8080/x",
    "nostr:npub1qqsw3",
    "magnet:?xt=urn:btih:abc",
    "geo:13.7563,100.5018",
    "tel:+66812345678",
    "@ann@mastodon.social",
)
FORMULAS = (
    "$E=mc^2$",
    r"\(a+b\)",
    r"\[x^2\]",
    "$x$",
    r"$\alpha$",
    "$a_1$",
    "$$a+b$$",
    r"$\frac{1}{2}$",
    "$n<m$",
    r"\(\sum x\)",
    "$y=x$",
)
FIGURES = (
    "１，５００円",
    "０３−１２３４−５６７８",
    "１４：３０",
    "５０％",
    "￥１，５００",
    "２０２４／０１／０２",
    "１２．５",
    "２５℃",
    "１０ｋｇ",
    "−５℃",
    "０９０ー１２３４ー５６７８",
    "１２３４５６７８９０",
    "−5 °C",
    "−3.5%",
    "±2 mm",
    "1.5k USD",
    "250rb",
    "2jt",
    "1,5 jt",
    "3.2k",
    "50％",
)
KEPT = (*PATHS, *COMMANDS, *IDENTIFIERS, *ADDRESSES, *FORMULAS, *FIGURES)


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("sentence", ["please see {} then answer", "まず {} を確認してください", "ดู {} แล้วตอบ", "{}"])
def test_it_is_one_piece_and_the_sentence_goes_to_the_engine(kept: str, sentence: str) -> None:
    parsed = parse(sentence.format(kept))
    assert [piece.text for piece in parsed.pieces] == [kept]
    assert [unit.words for unit in parsed.units] == ([sentence.format("")] if sentence != "{}" else [])


@pytest.mark.parametrize(
    "text",
    [
        "git is hard and npm too",
        "make it so",
        "cat food and a tail",
        "yes and/or no",
        "it is e.g. here",
        "24 people came",
        "see you at home",
        "his car: red",
        "cd shop",
        "a or b",
        "the deadbeef",
        "the facade",
        "go install yourself",
        "node is a word",
        "He said: no",
        "one | two",
        "1 2 3",
        "I am 25 years old",
        "二〇二四年",
        "～そうです～",
    ],
)
def test_plain_words_are_no_pieces(text: str) -> None:
    assert parse(text).pieces == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("look:\n\n    x = 1\n    y = 2\n\nthen go", "    x = 1\n    y = 2"),
        ("look:\n\n\tmake build\n\nthen go", "\tmake build"),
        ("a\n\n    one\n\n    two\n\nb", "    one\n\n    two"),
    ],
)
def test_code_below_a_blank_line_is_kept(text: str, code: str) -> None:
    assert code in [piece.text for piece in parse(text).pieces if piece.kind == "code"]


@pytest.mark.parametrize("text", ["- list\n\n    - nested words", "line\n    hanging words", "1. a\n\n    2. nested"])
def test_lists_and_hanging_lines_are_no_code(text: str) -> None:
    assert not [piece for piece in parse(text).pieces if piece.kind == "code"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a | b\n--- | ---\none | two words", ["a", "b", "one", "two words"]),
        ("Name | Price\n:-- | --:\ntea | $5", ["Name", "Price", "tea"]),
        ("名前 | 値段\n---|---\nお茶 | 百円\n\n次の行", ["名前", "値段", "お茶", "百円", "次の行"]),
        ("see\n\nx | y\n-|-\np | q\nlast line", ["see", "x", "y", "p", "q", "last line"]),
        ("| a | b |\n|---|---|\n| one | two |", ["a", "b", "one", "two"]),
        ("one | two", ["one | two"]),
        ("a\n--- | ---\nb", ["a", "b"]),
    ],
)
def test_each_cell_of_a_table_is_translated_by_itself(text: str, cells: list[str]) -> None:
    assert [unit.source for unit in parse(text).units] == cells
    parsed = parse(text)
    stored = {unit.canonical: unit.read(unit.masked(STYLES[0]), STYLES[0]) for unit in parsed.units}
    assert parsed.render(stored) == text


@pytest.mark.parametrize("quoted", ["＞ 昨日の会議の件", "  ＞引用", "＞＞ two levels"])
def test_a_quotation_in_full_width_stays_as_it_was_written(quoted: str) -> None:
    parsed = parse(f"{quoted}\nmy answer")
    assert [unit.source for unit in parsed.units] == ["my answer"]
    assert quoted in [piece.text for piece in parsed.pieces]


@pytest.mark.parametrize("kept", KEPT)
def test_a_translation_that_moves_it_still_has_it(kept: str) -> None:
    unit = parse(f"please see {kept} then answer").units[0]
    for style in STYLES:
        stored = unit.read(f"それから{style.mark(0)}を見てください", style)
        assert kept in parse(f"please see {kept} then answer").render({unit.canonical: stored})


@pytest.mark.parametrize(
    ("source", "answer"),
    [("the virus is back", "COVID-19 ist wieder da"), ("call me", "tel:012345678 me"), ("the script", "script.js")],
)
def test_a_word_that_looks_like_a_literal_in_another_language_is_no_fault(source: str, answer: str) -> None:
    parsed = parse(f"{source} 🎉 today")
    unit = parsed.units[0]
    stored = unit.read(f"{answer} {STYLES[0].mark(0)} heute", STYLES[0])
    assert parsed.render({unit.canonical: stored}) == f"{answer} 🎉 heute"
