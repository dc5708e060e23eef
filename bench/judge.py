"""Usage: python bench/judge.py

Prints what judging an engine's answer takes: processor time for each of the corpus's good answers and of answers that are the
source once more, the median of five rounds. Nothing else is measured: no engine, no database.
"""

import csv
import sys
import time
from itertools import permutations
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.service import ROOT
from translation.judging.judge import cleaned, judge
from translation.protection import marks
from translation.protection.protect import ProtectionError, parse

LINES = ROOT / "translation" / "tests" / "data" / "good_lines.csv"
ROUNDS = 5


def main() -> None:
    answers = list(_answers())
    echoes = [(source, source, one, other, pieces) for source, _, one, other, pieces in answers]
    for name, texts in (("good answers", answers), ("the source once more", echoes)):
        for text in texts:
            judge(*text)
        print(f"{len(texts)} {name}: {median(_seconds(texts) for _ in range(ROUNDS)) / len(texts) * 1e6:.0f} µs each")


def _answers():  # type: ignore[no-untyped-def]
    with LINES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for one, other in permutations(row, 2):
                parsed = parse(row[one])
                try:
                    stored = parsed.store_whole(row[other])
                except ProtectionError:
                    continue
                yield marks.masked(parsed.tokens, marks.STORED), stored, one, other, parsed.pieces


def _seconds(texts) -> float:  # type: ignore[no-untyped-def]
    began = time.process_time()
    for source, answer, one, other, pieces in texts:
        judge(source, cleaned(source, answer), one, other, pieces)
    return time.process_time() - began


if __name__ == "__main__":
    main()
