"""Trace messages from the request to another's socket, with the time at each step, in a web process and a gateway of its own.

Usage: python bench/trace.py [--rate 25] [--count 100]. Needs PostgreSQL and Redis (DATABASE_URL, REDIS_URL); it makes its own
database. Prints rows of a table: the median and 95th percentile of the time since the step before. Nothing is translated.
"""

import argparse
import asyncio
import functools
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import fanout, run, seed, service, sockets
from bench.http_load import Request

DATABASE = "rosetta_trace"
MARKS = "ROSETTA_BENCH_MARKS"
APPLICATIONS = {"web": ["rosetta.rest:application"], "gateway": ["rosetta.gateway:application", "--sockets"]}
# In their order, with what has happened by then.
STEPS = {
    "sent": "the client sends",
    "thread": "the body is read, and a thread has it",
    "posting": "token, place and body are checked: the action begins",
    "committed": "the transaction is committed",
    "published": "the gateways are told over Redis",
    "heard": "the gateway has the message",
    "reading": "its database thread begins",
    "read": "the event is read and rendered",
    "pushed": "the frame is handed to the transport",
    "received": "the other client has it",
}


def serve(name: str) -> None:
    """Run the process ``name`` with marks at the steps; they are written down when it ends."""
    import django

    django.setup()
    from messaging.api.viewsets import messages
    from realtime import dispatcher
    from realtime.connection import Connection
    from realtime.gateway import Gateway
    from rosetta import pubsub
    from rosetta.pubsub import StreamAdvanced
    from rosetta.serving import bridge
    from rosetta.serving.__main__ import main as serving

    marks: list[str] = []

    def wrap(
        owner: Any, function: str, before: str, after: str = "", when: Callable[..., bool] = lambda *_: True
    ) -> None:
        inner = getattr(owner, function)

        @functools.wraps(inner)
        def traced(*args: Any, **kwargs: Any) -> Any:
            is_traced = when(*args)
            if is_traced and before:
                marks.append(f"{before} {time.time()}")
            result = inner(*args, **kwargs)
            if is_traced and after:
                marks.append(f"{after} {time.time()}")
            return result

        setattr(owner, function, traced)

    def is_advance(*args: Any) -> bool:
        return isinstance(args[-1], StreamAdvanced)

    wrap(bridge.Bridge, "_answer", "thread")
    wrap(messages, "post_message", "posting")
    wrap(pubsub, "publish", "committed", "published", when=is_advance)
    wrap(Gateway, "on_message", "heard", when=is_advance)
    wrap(dispatcher, "read_batch", "reading", "read")
    wrap(Connection, "push", "", "pushed", when=lambda _connection, frame: '"message.created"' in frame.text)
    try:
        serving([*APPLICATIONS[name], "--host", service.HOST, "--port", os.environ["TRACED_PORT"]])
    finally:
        Path(os.environ[MARKS], name).write_text("\n".join(marks))


async def post_and_listen(at: service.Service, world: seed.World, rate: float, count: int) -> dict[str, list[float]]:
    """Post, and return when each message was sent and received."""
    marks: dict[str, list[float]] = defaultdict(list)
    path = run.messages_path(world, world.channel_ids[0])

    def make(number: int) -> Request:
        content = seed.new_sentence(number)
        body = f'{{"content": "{content}", "skip_translation": true}}'.encode()
        marks["sent"].append(time.time())
        return Request("POST", path, world.tokens[0], body)

    async with sockets._socket(at, world.tokens[1]) as socket:
        posting = asyncio.create_task(sockets.post(at, make, rate, count))
        while len(marks["received"]) < count:
            if b'"message.created"' in (await socket.recv(decode=False)):
                marks["received"].append(time.time())
        await posting
    return marks


def show(marks: dict[str, list[float]], count: int) -> None:
    for step in STEPS:
        if len(marks[step]) != count:
            raise SystemExit(f"{step}: {len(marks[step])} of {count}")
    print("| step | p50, ms | p95, ms |\n| --- | --- | --- |")
    names = list(STEPS)
    for before, step in [*itertools.pairwise(names), (names[0], names[-1])]:
        taken = sorted((b - a) * 1000 for a, b in zip(marks[before], marks[step], strict=True))
        what = "all" if before == names[0] and step == names[-1] else STEPS[step]
        print(f"| {what} | {taken[count // 2]:.2f} | {taken[int(count * 0.95)]:.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--serve", help="only for its own use")
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    env = fanout.settings(DATABASE)
    service.make_database(env)
    seed.connect(env)
    world = seed.make_world(clients=2, deep_rows=1)
    with tempfile.TemporaryDirectory() as folder:
        ports = {name: service.free_port() for name in APPLICATIONS}
        processes = {
            name: subprocess.Popen(
                [sys.executable, __file__, "--serve", name], cwd=service.ROOT,
                env={**env, MARKS: folder, "TRACED_PORT": str(port), "VAR_DIR": folder},
            )
            for name, port in ports.items()
        }  # fmt: skip
        at = service.Service(ports["web"], ports["gateway"], env)
        warm_up = arguments.count // 4
        try:
            for name, port in ports.items():
                service.wait_until_answers(f"http://{service.HOST}:{port}/healthz", processes[name], Path(folder))
            marks = asyncio.run(post_and_listen(at, world, arguments.rate, warm_up + arguments.count))
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGINT)  # because SIGTERM leaves no time to write the marks
                process.wait(30)
        for name in APPLICATIONS:
            for line in Path(folder, name).read_text().splitlines():
                step, moment = line.split()
                marks[step].append(float(moment))
        show(defaultdict(list, {step: moments[-arguments.count :] for step, moments in marks.items()}), arguments.count)


if __name__ == "__main__":
    main()
