"""What people wait for is not behind what takes long.

Tasks by queue, and a free process for small ones in each worker.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest
from django.conf import settings

from realtime.tests.conftest import make_team
from realtime.tests.running import Service, running
from rosetta.celery import app
from rosetta.queue import queues, slots
from rosetta.tests.processes import ROOT, eventually, manage
from rosetta.tests.silence import Proxy


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("accounts.tasks.deliver_mail", "mail"),
        ("accounts.tasks.send_owed_mail", "mail"),
        ("rooms.tasks.end_expired_rooms", "jobs"),
        ("translation.tasks.note_hits", "jobs"),
        ("messaging.tasks.push_owed", "delivery"),
        ("workspaces.tasks.deliver_webhooks", "delivery"),
        ("files.tasks.make_thumbnail", "bulk"),
        ("accounts.tasks.make_export", "bulk"),
        ("accounts.tasks.erase_account", "bulk"),
        ("messaging.tasks.expire_messages", "bulk"),
        ("messaging.tasks.translate_owed", "translation"),
        ("messaging.tasks.sweep_translations", "translation"),
        ("rooms.tasks.translate_name", "translation"),
    ],
)
def test_each_task_waits_in_its_queue(task: str, queue: str) -> None:
    app.loader.import_default_modules()
    assert task in app.tasks
    routed = app.amqp.router.route({}, task)["queue"]
    assert routed.name == queues.in_broker(queue, settings.REDIS_PREFIX)


def test_one_worker_serves_all_queues_with_the_smallest_tasks_first() -> None:
    names = [queue.name for queue in queues.declared(queues.NAMES, "chat")]
    assert names == ["chat-mail", "chat", "chat-delivery", "chat-bulk", "chat-translation"]


def commands(tmp_path: Path, **variables: str) -> dict[str, str]:
    code = "from rosetta.processes.commands import commands\nfor name, line in commands().items(): print(name, *line)"
    done = manage("shell", "--no-imports", "-c", code, VAR_DIR=str(tmp_path), **variables)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_a_queue_can_have_a_worker_of_its_own(tmp_path: Path) -> None:
    told = commands(tmp_path, SEPARATE_WORKERS="mail,translation", WORKER_CONCURRENCY="3", REDIS_PREFIX="chat")
    assert "--queues chat-mail " in told["worker-mail"]
    assert "--queues chat-translation " in told["worker-translation"]
    assert "--queues chat,chat-delivery,chat-bulk " in told["worker"]
    # One more process where slow and small tasks meet.
    assert ["--concurrency 3" in told["worker-mail"], "--concurrency 4" in told["worker"]] == [True, True]


def test_with_a_worker_for_each_queue_there_is_none_of_the_others(tmp_path: Path) -> None:
    told = commands(tmp_path, SEPARATE_WORKERS=",".join(queues.NAMES))
    assert {name for name in told if name.startswith("worker")} == {f"worker-{name}" for name in queues.NAMES}


def test_an_unknown_queue_is_named(tmp_path: Path) -> None:
    done = manage("check", SEPARATE_WORKERS="mail,post", VAR_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "SEPARATE_WORKERS" in done.stderr
    assert "post" in done.stderr


@contextmanager
def slots_of(count: int) -> Iterator[None]:
    slots.provide(count)
    try:
        yield
    finally:
        slots.withdraw()


def test_without_a_worker_every_task_may_run() -> None:
    with slots.taken("a") as first, slots.taken("b") as second:
        assert (first, second) == (True, True)
    assert slots.missed() == []


def test_so_many_slow_tasks_run_at_once_and_the_others_are_named_once_when_one_ends() -> None:
    with slots_of(2):
        with slots.taken("a") as first, slots.taken("b") as second:
            for name in ("c", "c", "d", ""):
                with slots.taken(name) as third:
                    assert (first, second, third) == (True, True, False)
        assert sorted(slots.missed()) == ["c", "d"]
        assert slots.missed() == []
        with slots.taken("e") as again:
            assert again


def test_the_slot_of_a_killed_process_is_free() -> None:
    code = "import sys, time; from rosetta.queue import slots; from pathlib import Path; import tempfile\n"
    with slots_of(1):
        assert slots._folder is not None
        code += f"held = open({slots._folder.name!r} + '/0', 'w'); import fcntl; fcntl.flock(held, fcntl.LOCK_EX)\n"
        code += "print('held', flush=True); time.sleep(60)"
        other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with slots.taken("a") as while_it_lives:
            assert not while_it_lives
        other.kill()
        other.wait()
        with slots.taken("a") as afterwards:
            assert afterwards


def test_threads_of_one_worker_share_its_slots() -> None:
    may_end, has_begun = Event(), Event()

    def hold() -> None:
        with slots.taken("a") as is_taken:
            assert is_taken
            has_begun.set()
            assert may_end.wait(20)

    with slots_of(1), ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        assert has_begun.wait(20)
        with slots.taken("b") as second:
            assert not second
        may_end.set()
        holding.result(20)
        assert slots.missed() == ["b"]


@contextmanager
def worker_of(service: Service, **variables: str) -> Iterator[None]:
    with (service.folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "rosetta.processes", "worker"],
            cwd=ROOT, env=service.env | variables, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:  # it waits for its tasks
            worker.kill()
            worker.wait()


def test_a_sign_in_code_is_mailed_while_every_translation_hangs() -> None:
    with Proxy() as engine:
        variables = {
            "TRANSLATION_ENGINES": "libretranslate",
            "LIBRETRANSLATE_URL": f"http://127.0.0.1:{engine.port}",
            "WORKER_CONCURRENCY": "2",
            "EMAIL_URL": "",
        }
        with running(**variables) as service, worker_of(service):
            team = make_team(service)
            mails = service.folder / "mail"

            def mailed() -> int:
                return sum(path.read_text().count("Subject:") for path in mails.glob("*")) if mails.exists() else 0

            assert eventually(lambda: mailed() >= 3)  # of the registrations: the worker works
            for number in range(12):
                team.post(f"The parcel {number} reaches the harbour this evening.")
                time.sleep(0.1)
            assert eventually(lambda: engine.connections >= 2)
            before = mailed()
            httpx.post(f"{service.web}/api/v1/auth/app/otp", json={"email": team.olivia.email}).raise_for_status()
            began = time.monotonic()
            assert eventually(lambda: mailed() > before, 20)
            # A call of the engine is given up after longer.
            assert time.monotonic() - began < 8
