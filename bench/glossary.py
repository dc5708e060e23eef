"""What a full glossary costs a text of 8,000 characters that holds as many of its terms as fit.

Usage: python bench/glossary.py [terms]. Needs no services.
"""

import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from translation.glossary.matching import Term, TermMatcher

TEXT_LENGTH = 8000
TERM_LENGTH = 20


def milliseconds(work: Callable[[], object], *, rounds: int = 5) -> float:
    """Return the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


def longest_pause(work: Callable[[], object]) -> float:
    """Return for how many milliseconds another thread could not run while ``work`` did."""
    pauses, is_over = [0.0], threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not is_over.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            pauses[0] = max(pauses[0], now - last)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    work()
    is_over.set()
    thread.join()
    return pauses[0] * 1000


def main(count: int) -> None:
    chance = random.Random(1)
    terms = [Term("".join(chance.choices("abcdefghij", k=TERM_LENGTH)), "x") for _ in range(count)]
    text = " ".join(term.text for term in terms)[:TEXT_LENGTH]
    matcher = TermMatcher(terms)
    print(f"{count} terms of {TERM_LENGTH} characters, a text of {len(text)}")
    print(f"built in {milliseconds(lambda: TermMatcher(terms)):.1f} ms")
    print(f"longest pause of another thread meanwhile {longest_pause(lambda: TermMatcher(terms)):.1f} ms")
    print(f"{sum(1 for _ in matcher.find(text))} found in {milliseconds(lambda: list(matcher.find(text))):.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4750)
