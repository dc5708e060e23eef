"""Real processes, engines that fail for real.

A worker killed in a batch, and all engines away at once.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import httpx
import pytest

from messaging.tests.workers import Workers
from realtime.tests.conftest import Team, make_team
from realtime.tests.running import HOST, Service, running, wait_until
from translation.tests import servers

# For what takes half a minute at most, on a machine that may be busy.
PATIENCE = 150


class Engines:
    """DeepL, and LibreTranslate behind it."""

    def __init__(self, first: servers.Service, second: servers.Service) -> None:
        self.first, self.second = first, second
        self.answered: Counter[str] = Counter()

    def recover(self) -> None:
        self.first.handle = self._counted(servers.deepl, "text")
        self.second.handle = self._counted(servers.libretranslate(), "q")

    def _counted(self, handle: Any, field: str) -> Any:
        def handled(request: servers.Request) -> servers.Reply:
            self.answered.update(request.body[field])
            reply: servers.Reply = handle(request)
            return reply

        return handled

    def asked_for(self, text: str) -> int:
        """How many calls of the first engine had ``text``."""
        return sum(text in request.body["text"] for request in self.first.requests)


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with servers.serve(servers.deepl) as first, servers.serve(servers.libretranslate()) as second:
        found = Engines(first, second)
        found.recover()
        yield found


@pytest.fixture(scope="module")
def service(engines: Engines) -> Iterator[Service]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "messaging.tests.hasty_settings",
        "TRANSLATION_ENGINES": "deepl,libretranslate",
        "DEEPL_API_KEY": "secret",
        "DEEPL_URL": engines.first.url,
        "LIBRETRANSLATE_URL": engines.second.url,
    }
    if redis := os.environ.get("REDIS_URL"):
        settings["BROKER_URL"] = f"{redis.rpartition('/')[0]}/{_queue()}"
    with running(**settings) as one:
        yield one


def _queue() -> int:
    """A Redis database whose tasks the workers of no other test process take."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return 13 - number % 3


@pytest.fixture(scope="module")
def workers(service: Service) -> Iterator[Workers]:
    found = Workers(service)
    with ExitStack() as stack:
        for name in ("worker", "beat"):
            found.start(name)
            stack.callback(lambda name=name: found.kill(name))
        yield found
        for name, process in found.processes.items():
            assert process.poll() is None, f"The {name} ended by itself: {service.log(name)}"


@pytest.fixture(scope="module")
def team(service: Service, workers: Workers) -> Team:
    return make_team(service)


def shown(team: Team, message: dict[str, Any]) -> dict[str, Any]:
    """The message as Mali's client reads it."""
    path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/messages/{message['id']}"
    found: dict[str, Any] = team.mali.call("GET", path)
    return found


def wait_until_first_is_asked(team: Team, engines: Engines) -> None:
    """Post until the first engine has a message: after an outage, the second one has them for a while."""
    numbers = count(1)

    def is_asked() -> bool:
        text = f"The {next(numbers)}th van is empty"
        message = team.post(text)
        wait_until(lambda: shown(team, message)["display_source"] == "translation", "it is translated", PATIENCE)
        return engines.asked_for(text) > 0

    wait_until(is_asked, "the first engine is asked again", PATIENCE)


async def test_a_worker_killed_in_a_batch_leaves_nothing_stuck_and_nothing_paid_for_twice(
    team: Team, engines: Engines, workers: Workers
) -> None:
    first, second = "The first crate of tea is here", "The second crate of tea is here"
    async with team.mali.socket() as socket:
        done = team.post(first)
        frame = await socket.event("message.translated", PATIENCE)
        assert frame["data"] == shown(team, done), "the socket says what REST says"
        engines.first.handle = servers.always(200, {}, wait=PATIENCE)
        held = team.post(second)
        wait_until(lambda: engines.asked_for(second) == 1, "the worker asks", PATIENCE)
        workers.kill("worker")
        engines.recover()
        workers.start("worker")
        frame = await socket.event("message.translated", PATIENCE)
        assert (frame["data"]["id"], frame["data"]["display_content"]) == (held["id"], servers.said("th", second))
        assert frame["data"] == shown(team, held)
    assert (engines.asked_for(first), engines.asked_for(second)) == (1, 2), "only the call in flight is made again"


def test_a_worker_tells_what_it_counted(team: Team, workers: Workers) -> None:
    team.post("The fourth crate of tea is here")

    def told() -> bool:
        try:
            text = httpx.get(f"http://{HOST}:{workers.metrics_port}/metrics").text
        except httpx.ConnectError:
            return False  # not started yet
        return 'rosetta_translation_seconds_count{engine="deepl",source="en",target="th"}' in text

    wait_until(told, "the worker's counters have its calls", PATIENCE)


async def test_while_all_engines_are_away_originals_are_shown_and_all_is_translated_once_they_are_back(
    team: Team, engines: Engines
) -> None:
    for engine, reply in ((engines.first, servers.always(429, {})), (engines.second, servers.always(500))):
        engine.handle = reply
    texts = [f"The {number}th ship leaves today" for number in range(5, 10)]
    messages = [team.post(text) for text in texts]
    wait_until(
        lambda: all(shown(team, one)["translation_status"] == "failed" for one in messages), "they fail", PATIENCE
    )
    assert [shown(team, one)["display_content"] for one in messages] == texts
    assert {shown(team, one)["display_source"] for one in messages} == {"original"}
    engines.recover()
    wait_until(
        lambda: all(shown(team, one)["display_source"] == "translation" for one in messages), "it ends", PATIENCE
    )
    assert [shown(team, one)["display_content"] for one in messages] == [servers.said("th", text) for text in texts]
    assert {engines.answered[text] for text in texts} == {1}


async def test_of_a_hundred_messages_that_wait_when_their_worker_is_killed_each_is_translated_once(
    team: Team, engines: Engines, workers: Workers
) -> None:
    wait_until_first_is_asked(team, engines)
    texts = [f"The {number}th lorry waits at the gate" for number in range(100, 200)]
    engines.first.handle = servers.always(200, {}, wait=PATIENCE)
    async with team.mali.socket(max_queue=None) as socket:
        messages = await asyncio.to_thread(lambda: [team.post(text) for text in texts])
        wait_until(lambda: any(engines.asked_for(text) for text in texts), "the worker asks", PATIENCE)
        workers.kill("worker")
        engines.recover()
        workers.start("worker")
        told: Counter[str] = Counter()
        while len(told) < len(messages):
            told[(await socket.event("message.translated", PATIENCE))["data"]["id"]] += 1
    assert told == Counter(one["id"] for one in messages)
    assert {engines.answered[text] for text in texts} == {1}
    path = f"conversations/{team.channel['id']}/events"
    after = int(team.mali.call("GET", path, params={"limit": 1})[0]["seq"]) - 1
    stored: Counter[str] = Counter()
    while page := team.mali.call("GET", path, params={"after": after, "limit": 500}):
        stored.update(one["data"]["id"] for one in page if one["event"] == "message.translated")
        after = page[-1]["seq"]
    assert {stored[one["id"]] for one in messages} == {1}
