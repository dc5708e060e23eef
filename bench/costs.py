"""Measure the processor time of a post, a page of 50 and a translated row, without HTTP and other processes.

Usage: python bench/costs.py [--rounds 1000] [--profile post|page|translated|row]. On a busy machine, use this figure
to compare a change. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL); it makes its own database.
"""

import argparse
import cProfile
import io
import json
import pstats
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import seed
from bench.service import HOST, ROOT, environment, free_port, make_database

# Requests per run.
EACH = 5


def environ(method: str, path: str, token: str, body: bytes = b"") -> dict[str, Any]:
    """Return the environ of a request, as a WSGI server makes it."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": HOST, "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": HOST, "HTTP_AUTHORIZATION": f"Bearer {token}", "REMOTE_ADDR": HOST,
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "SCRIPT_NAME": "",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip


def answered(application: Any, request: dict[str, Any]) -> bytes:
    """Return the body of the response.

    Raises SystemExit unless it is a success, because a failed request costs less.
    """
    told: list[str] = []
    response = application(request, lambda status, headers: told.append(status))
    body = b"".join(response)
    response.close()
    if not told[0].startswith("2"):
        raise SystemExit(f"{request['REQUEST_METHOD']} {request['PATH_INFO']}: {told[0]} {body[:500]!r}")
    return body


def cases(world: seed.World) -> dict[str, Callable[[int], dict[str, Any]]]:
    path = f"/api/v1/workspaces/{world.workspace_id}/channels/{world.channel_id}/messages"

    def post(number: int) -> dict[str, Any]:
        body = json.dumps({"content": seed.new_sentence(number)}).encode()
        return environ("POST", path, world.tokens[number % len(world.tokens)], body)

    return {
        "page": lambda _number: environ("GET", path, world.tokens[0]),
        "translated": lambda _number: environ("GET", path, world.tokens[1]),
        "post": post,
    }


def cost(application: Any, make: Callable[[int], dict[str, Any]], rounds: int) -> float:
    """Return the processor time of a request in milliseconds.

    It is that of one of the fastest of many short runs, because other processes slow every instruction down.
    """
    for number in range(50):
        answered(application, make(number))
    found = []
    for run in range(rounds // EACH):
        requests = [make(50 + run * EACH + number) for number in range(EACH)]
        began = time.process_time()
        for request in requests:
            answered(application, request)
        found.append((time.process_time() - began) / EACH * 1000)
    return sorted(found)[len(found) // 20]


def make_pending(world: seed.World, rows: int) -> None:
    """Post new texts until ``rows`` translations are pending."""
    from accounts.models import User
    from messaging import access
    from messaging.actions.post import post_message
    from messaging.context import Sender
    from messaging.drafts import NewMessage

    user = User.objects.get(pk=world.user_id)
    context = access.channel_context(user, world.workspace_id, world.channel_id, to_write=True)
    for number in range(rows // (len(context.audience.readings) - 1)):
        post_message(sender=Sender(user), context=context, draft=NewMessage(seed.new_sentence(number)))


def row_cost(world: seed.World, batches: int) -> float:
    """Return the processor time per row of a full batch in milliseconds, engine calls included."""
    from messaging.translations import worker

    make_pending(world, (batches + 1) * worker.BATCH)
    worker.translate_pending()
    found = []
    for _batch in range(batches):
        began = time.process_time()
        rows = worker.translate_pending()
        found.append((time.process_time() - began) / max(rows, 1) * 1000)
    return sorted(found)[len(found) // 20]


def profiled(what: str, application: Any, world: seed.World, rounds: int) -> pstats.Stats:
    profile = cProfile.Profile(time.process_time)
    if what == "row":
        from messaging.translations import worker

        make_pending(world, rounds)
        while profile.runcall(worker.translate_pending):
            pass
        return pstats.Stats(profile)
    make = cases(world)[what]
    for number in range(rounds):
        request = make(number)
        profile.runcall(answered, application, request)
    return pstats.Stats(profile)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--profile", choices=["post", "page", "translated", "row"])
    parser.add_argument("--sort", default="tottime")
    arguments = parser.parse_args()
    port = free_port()
    engine = subprocess.Popen([sys.executable, "-m", "bench.engine", str(port), "5"], cwd=ROOT)
    try:
        env = environment(f"http://{HOST}:{port}")
        make_database(env)
        seed.connect(env)
        world = seed.make_world(deep_rows=1)
        from rosetta.wsgi import application

        for name, make in cases(world).items():
            if arguments.profile in (None, name):
                print(f"| {name} | {cost(application, make, arguments.rounds):.2f} ms |", flush=True)
        seed.drop_pending_translations()
        if arguments.profile in (None, "row"):
            print(f"| row | {row_cost(world, arguments.rounds // EACH // 5):.2f} ms |", flush=True)
        if arguments.profile:
            found = profiled(arguments.profile, application, world, arguments.rounds)
            found.sort_stats(arguments.sort).print_stats(60)
    finally:
        engine.terminate()
        engine.wait()


if __name__ == "__main__":
    main()
