"""What the worst known texts of 8,000 characters cost each parser, and how that grows with their length.

Usage: python bench/parsers.py [parser] …. Needs no services. The aim is 20 ms of processor time for each reading of a text; the
texts are in rosetta/tests/slow_texts.py, whose test holds every parser to it with a tolerance for busy machines.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

AIM_MS = 20
ROUNDS = 5


def main(wanted: list[str]) -> None:
    from rosetta.tests import slow_texts

    if unknown := set(wanted) - set(slow_texts.PARSERS):
        raise SystemExit(f"Choose of {', '.join(slow_texts.PARSERS)}, not {', '.join(sorted(unknown))}.")
    print("| parser | 8,000 characters | 16,000 | the text, repeated | aim |\n| --- | --- | --- | --- | --- |")
    for name in wanted or slow_texts.PARSERS:
        parser = slow_texts.PARSERS[name]
        parser("what it loads at first")
        costs = {what: slow_texts.milliseconds(parser, text, rounds=1) for what, text in slow_texts.texts()}
        slowest = sorted(costs, key=lambda what: -costs[what])[:3]
        of_length = {
            length: {what: text for what, text in slow_texts.texts(length) if what in slowest}
            for length in (slow_texts.LENGTH, 2 * slow_texts.LENGTH)
        }
        best = {
            what: slow_texts.milliseconds(parser, text, rounds=ROUNDS)
            for what, text in of_length[slow_texts.LENGTH].items()
        }
        worst = max(best, key=lambda what: best[what])
        longer = slow_texts.milliseconds(parser, of_length[2 * slow_texts.LENGTH][worst], rounds=ROUNDS)
        aim = AIM_MS * slow_texts.READINGS.get(name, 1)
        met = f"{aim} ms: {'met' if best[worst] <= aim else '**not met**'}"
        print(f"| {name} | {best[worst]:.1f} ms | {longer:.1f} ms | `{worst}` | {met} |", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        import django

        django.setup()
        main(sys.argv[1:])
