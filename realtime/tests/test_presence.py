"""Who is shown as online and offline, and when. Time is what the test says it is."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import presence
from realtime.hub import Hub
from realtime.presence import GRACE_SECONDS, PresenceTracker, read_online_members, read_small_workspaces
from realtime.subscriptions import Subscription
from realtime.tests.fakes import LONG_AGO, WORKSPACE, FakeDatabase, FakeSocket, connect, subscribed
from rosetta.pubsub import PresenceChanged

MEMBER = Subscription("en", LONG_AGO, WORKSPACE)


class World:
    """One workspace, and what the database stores of presence."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.stored: set[int] = set()
        self.elsewhere: set[int] = set()
        self.is_broken = False
        self.shown: list[tuple[int, str]] = []
        database: Any = FakeDatabase(self.answer)
        self.tracker = PresenceTracker(self.hub, database, process_id="here", show=self.show)

    def answer(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.is_broken:
            raise ValueError("no database")
        if call is presence.note:
            self.stored = (self.stored | set(kwargs["came"])) - set(kwargs["left"])
            return set(kwargs["came"]) - self.elsewhere, set(kwargs["left"]) - self.elsewhere
        if call is read_small_workspaces:
            return {user_id: [WORKSPACE] for user_id in args[0]}
        if call is read_online_members:
            return {WORKSPACE: self.stored | self.elsewhere}
        return 0

    def show(self, change: PresenceChanged) -> None:
        assert (change.origin, change.workspace_ids) == ("here", [WORKSPACE])
        self.shown.append((change.user_id, change.status))

    def arrive(self, key: str) -> FakeSocket:
        socket: Any = connect(self.hub, key, subscribed(**{WORKSPACE: MEMBER}))
        self.tracker.greeted(socket)
        return socket

    def leave(self, socket: FakeSocket) -> None:
        socket.closed = True
        self.hub.remove(socket)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_user_comes_online_once_and_goes_offline_after_the_grace_time(world: World) -> None:
    phone, laptop = world.arrive("user:1"), world.arrive("user:1")
    await world.tracker.tick(0)
    world.leave(phone)
    await world.tracker.tick(1)
    world.leave(laptop)
    await world.tracker.tick(2)
    await world.tracker.tick(2 + GRACE_SECONDS - 0.1)
    assert world.shown == [(1, "online")]
    await world.tracker.tick(2 + GRACE_SECONDS)
    assert world.shown == [(1, "online"), (1, "offline")]
    assert world.stored == set()


async def test_a_reload_is_not_shown(world: World) -> None:
    socket = world.arrive("user:1")
    await world.tracker.tick(0)
    world.leave(socket)
    await world.tracker.tick(1)
    world.arrive("user:1")
    await world.tracker.tick(2)
    await world.tracker.tick(2 + GRACE_SECONDS)
    assert world.shown == [(1, "online")]


async def test_who_is_online_in_another_process_is_not_shown_again(world: World) -> None:
    world.elsewhere = {1}
    socket = world.arrive("user:1")
    await world.tracker.tick(0)
    world.leave(socket)
    await world.tracker.tick(1)
    await world.tracker.tick(1 + GRACE_SECONDS)
    assert world.shown == []


async def test_guests_and_pending_sockets_are_not_present(world: World) -> None:
    world.arrive("guest:1")
    caller = world.hub.caller("user:2", 2, None)
    caller.pending.add(FakeSocket(caller))
    await world.tracker.tick(0)
    assert (world.shown, world.stored) == ([], set())


async def test_a_newcomer_sees_who_is_online_but_not_themselves(world: World) -> None:
    world.elsewhere = {7, 8}
    socket = world.arrive("user:7")
    await world.tracker.tick(0)
    await world.tracker.tick(1)
    assert [frame["data"] for frame in socket.frames] == [{"user_id": 8, "status": "online"}]


async def test_a_database_that_fails_delays_everything_to_the_next_tick(world: World) -> None:
    world.elsewhere = {8}
    socket = world.arrive("user:7")
    world.is_broken = True
    with pytest.raises(ValueError, match="no database"):
        await world.tracker.tick(0)
    world.is_broken = False
    await world.tracker.tick(1)
    assert [frame["data"]["user_id"] for frame in socket.frames] == [8]
    assert world.shown == [(7, "online")]
