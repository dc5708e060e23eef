"""Count the instructions of a post and a page of 50 in a web process, a figure that other processes do not change.

Usage: python bench/instructions.py [page] [translated] [post]. Needs valgrind, PostgreSQL and Redis (DATABASE_URL, REDIS_URL);
it makes its own database. A run of few requests is subtracted from one of many, so that starting does not
count; the garbage collector is off. Two runs differ by a few per cent. A case takes about four minutes.
"""

import gc
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import seed
from bench.costs import answered, cases
from bench.service import ROOT, environment, make_database

FEW, MANY = 20, 100
# Members who call in turn. In both runs each token's last use is recorded once.
CALLERS = 8
CASES = ("page", "translated", "post")


def fixed_sentence(number: int) -> str:
    """Return a sentence for ``seed.new_sentence`` that costs the same in each run.

    No engine translates it.
    """
    return f"The delivery {'abcdefgh'[number]}qxvolpa leaves the warehouse this afternoon."


def serve(what: str, times: int, world: seed.World) -> None:
    """Serve ``times`` requests, which valgrind counts."""
    seed.new_sentence = fixed_sentence
    from rosetta.wsgi import application

    gc.disable()
    make = cases(world)[what]
    for number in range(times):
        answered(application, make(number % CALLERS))


def count(what: str, folder: Path, env: dict[str, str]) -> float:
    """Return the instructions of one request. Raises SystemExit when a run failed."""
    out = f"--callgrind-out-file={folder / 'callgrind.out'}"
    found = []
    for times in (FEW, MANY):
        command = ["valgrind", "--tool=callgrind", out, sys.executable, __file__, what, str(times), str(folder)]
        ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        counted = re.search(r"Collected : (\d+)", ended.stderr)
        if ended.returncode or counted is None:
            raise SystemExit(ended.stderr[-3000:])
        found.append(int(counted[1]))
    return (found[1] - found[0]) / (MANY - FEW)


def main(wanted: list[str]) -> None:
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is needed: apt-get install valgrind")
    if unknown := set(wanted) - set(CASES):
        raise SystemExit(f"Choose of {', '.join(CASES)}, not {', '.join(sorted(unknown))}.")
    # The hashes of a run's strings decide how often a dictionary's look-up collides.
    env = environment("http://127.0.0.1:9") | {"PYTHONHASHSEED": "1"}
    make_database(env)
    seed.connect(env)
    with tempfile.TemporaryDirectory() as folder:
        world = seed.make_world(clients=CALLERS, deep_rows=1)
        Path(folder, "world.json").write_text(json.dumps(asdict(world)))
        for what in wanted or CASES:
            print(f"| {what} | {count(what, Path(folder), env) / 1e6:.2f} million |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[2].isdigit():
        seed.connect(environment("http://127.0.0.1:9"))
        serve(sys.argv[1], int(sys.argv[2]), seed.World(**json.loads(Path(sys.argv[3], "world.json").read_text())))
    else:
        main(sys.argv[1:])
