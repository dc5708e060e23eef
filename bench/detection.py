"""Measure how many chat lines get the right language, by the language of the writer's profile, and what a line costs.

Usage: python bench/detection.py [--part tuned|held_out|later] [--wrong]. Needs no service. Prints rows of a table: each
language's share of right answers for the five profile languages. `--wrong` lists the lines that are wrong.
"""

import argparse
import csv
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.service import ROOT
from rosetta.languages import CODES
from translation.detection import source_language

CORPUS = ROOT / "translation" / "tests" / "data" / "chat_lines.csv"
ROUNDS = 20


def lines(part: str) -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as rows:
        return [row for row in csv.DictReader(rows) if part in ("", row["part"])]


def judged(rows: list[dict[str, str]]) -> tuple[dict[str, dict[str, list[bool]]], list[str]]:
    """Return whether each line is right, by its language and the profile's.

    And the wrong ones as text.
    """
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    wrong: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        wanted, text = row["language"], row["text"]
        for profile in CODES:
            found = source_language(text, declared=None, sender_language=profile)
            is_right = found == (profile if wanted == "neutral" else wanted)
            group = wanted if wanted in (*CODES, "neutral") else "other"
            right[group][profile].append(is_right)
            if not is_right:
                wrong[wanted, row["kind"], text].append(f"{profile}:{found}")
    told = [f"{language}/{kind}: {text}   [{' '.join(found)}]" for (language, kind, text), found in wrong.items()]
    return right, told


def cost(rows: list[dict[str, str]]) -> float:
    """Return the processor time of a line in milliseconds.

    The fastest of many rounds, since other processes slow it.
    """
    took = []
    for _round in range(ROUNDS):
        began = time.process_time()
        for row in rows:
            source_language(row["text"], declared=None, sender_language="th")
        took.append(time.process_time() - began)
    return min(took) / len(rows) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--part", default="")
    options.add_argument("--wrong", action="store_true")
    asked = options.parse_args()
    rows = lines(asked.part)
    right, wrong = judged(rows)
    print(f"| language | lines | {' | '.join(f'by {code}' for code in CODES)} |")
    for language, by_profile in right.items():
        shares = [f"{sum(by_profile[code]) / len(by_profile[code]):.1%}" for code in CODES]
        print(f"| {language} | {len(by_profile['en'])} | {' | '.join(shares)} |")
    print(f"| processor time | {cost(rows):.3f} ms a line |")
    if asked.wrong:
        print(*wrong, sep="\n")


if __name__ == "__main__":
    main()
