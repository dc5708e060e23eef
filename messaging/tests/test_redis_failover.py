"""Redis watched by Sentinels as cache, pub/sub and broker: its primary is killed while people post."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from messaging.tests.workers import Workers
from realtime.tests.conftest import Team, make_team
from realtime.tests.running import Service, running, wait_until
from rosetta.tests.redis_servers import Watched, needs_redis_server
from translation.tests import servers

pytestmark = needs_redis_server

PATIENCE = 150


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    servers_of_redis = Watched(tmp_path_factory.mktemp("sentinels"))
    yield servers_of_redis
    servers_of_redis.stop()


@pytest.fixture(scope="module")
def service(watched: Watched) -> Iterator[Service]:
    with servers.serve(servers.deepl) as engine:
        settings = {
            "REDIS_URL": watched.url,
            "REDIS_PREFIX": "acme",
            "BROKER_URL": "",
            "TRANSLATION_ENGINES": "deepl",
            "DEEPL_API_KEY": "secret",
            "DEEPL_URL": engine.url,
        }
        with running(**settings) as one, ExitStack() as stack:
            workers = Workers(one)
            for name in ("worker", "beat"):
                workers.start(name)
                stack.callback(workers.kill, name)
            yield one


async def test_of_posts_during_a_failover_of_redis_none_is_refused_or_lost_and_all_are_translated(
    service: Service, watched: Watched
) -> None:
    team = make_team(service)
    posted: list[str] = []

    def post_for(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            text = f"The {len(posted)}th crate is here"
            team.post(text)
            posted.append(text)
            time.sleep(0.05)

    def fail_over() -> None:
        post_for(1)
        watched.stop_a_sentinel()
        watched.first.stop()
        post_for(3)
        wait_until(watched.is_promoted, "the replica is promoted", PATIENCE)
        post_for(1)

    async with team.mali.socket() as mali:
        sending = asyncio.create_task(asyncio.to_thread(fail_over))
        await sending
        received = [(await mali.event("message.created", PATIENCE))["data"]["original_content"] for _ in posted]
    assert received == posted
    await asyncio.to_thread(wait_until, lambda: _translated(team) >= set(posted[-100:]), "all", PATIENCE)
    # What works again goes over the new primary, under names that begin with the prefix.
    team.post("The last crate is here")
    names = {key.decode() for key in watched.second.client(db=2).scan_iter()}
    assert any("acme" in name for name in names)
    assert [name for name in names if "acme" not in name] == []


def _translated(team: Team) -> set[str]:
    """The originals of the newest hundred messages that Mali reads translated."""
    path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/messages"
    page = team.mali.call("GET", path, params={"limit": 100})
    rows = page["results"] if isinstance(page, dict) else page
    return {row["original_content"] for row in rows if row["display_source"] == "translation"}
