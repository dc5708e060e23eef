"""Write the emoji of the web client's picker, with their names, from npm packages that were unpacked into a folder.

``python -m web.emoji_tables FOLDER``, where FOLDER has `emojibase-data`, `cldr-annotations-full` and
`cldr-annotations-derived-full` as ``npm pack`` names them. See web/static/web/vendor/README.md.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from messaging.emoji import canonical_emoji

TARGET = Path(__file__).parent / "static" / "web" / "vendor" / "emoji"
# By the picker's names for them; tones and hair, the components, are no emoji of their own.
GROUPS = {0: "smileys", 1: "people", 3: "nature", 4: "food", 5: "travel", 6: "activities", 7: "objects", 8: "symbols"}
FLAGS = 9
LOCALES = {"en": "en", "ja": "ja", "zh-CN": "zh", "th": "th", "id": "id"}
# What most systems draw by now.
NEWEST = 15
TONES = [chr(0x1F3FB + step) for step in range(5)]
MAX_WORDS = 8


def toned(emoji: str, tone: str) -> str:
    """Return ``emoji`` in a skin tone, as the picker makes it: the tone follows the first character."""
    return emoji[0] + tone + emoji[1:].removeprefix("\ufe0f")


def main(folder: Path) -> None:
    base = next(folder.glob("emojibase-data*")) / "package" / "en"
    rows = sorted(_rows(json.loads((base / "data.json").read_text())), key=lambda row: row["order"])
    codes = json.loads((base / "shortcodes" / "github.json").read_text())
    groups: dict[str, list[str]] = {name: [] for name in (*GROUPS.values(), "flags")}
    for row in rows:
        groups[{**GROUPS, FLAGS: "flags"}[row["group"]]].append(row["emoji"])
    known = {row["emoji"] for row in rows}
    shortcodes = {
        row["emoji"]: [code] if isinstance(code, str) else code
        for row in rows
        if (code := codes.get(row["hexcode"])) is not None
    }
    table = {
        "groups": {name: " ".join(emoji) for name, emoji in groups.items()},
        "toned": " ".join(row["emoji"] for row in rows if _takes_tones(row)),
    }
    _write(TARGET / "groups.json", table)
    _write(TARGET / "codes.json", shortcodes)
    for code, locale in LOCALES.items():
        _write(TARGET / f"{code}.json", _names(folder, locale, known, [row["emoji"] for row in rows]))


def _rows(data: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in data:
        emoji = canonical_emoji(row["emoji"])
        if emoji is not None and row.get("group") in (*GROUPS, FLAGS) and row["version"] <= NEWEST:
            yield row | {"emoji": emoji}


def _takes_tones(row: dict[str, Any]) -> bool:
    variants = [canonical_emoji(skin["emoji"]) for skin in row.get("skins", ()) if isinstance(skin["tone"], int)]
    return variants == [toned(row["emoji"], tone) for tone in TONES]


def _names(folder: Path, locale: str, known: set[str], order: list[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for package, key in (
        ("cldr-annotations-full", "annotations"),
        ("cldr-annotations-derived-full", "annotationsDerived"),
    ):
        path = next(folder.glob(f"{package}-[0-9]*")) / "package" / key / locale / "annotations.json"
        for spelling, row in json.loads(path.read_text())[key]["annotations"].items():
            emoji = canonical_emoji(spelling)
            if emoji in known:
                words = dict.fromkeys([*row.get("tts", ()), *row.get("default", ())])
                names[emoji] = list(words)[: 1 + MAX_WORDS]
    return {emoji: names[emoji] for emoji in order if emoji in names}


def _write(path: Path, table: dict[str, Any]) -> None:
    lines = (
        json.dumps(key, ensure_ascii=False) + ": " + json.dumps(value, ensure_ascii=False)
        for key, value in table.items()
    )
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
