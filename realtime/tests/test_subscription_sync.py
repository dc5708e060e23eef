"""Admission and re-reading of access.

Who is greeted, what is replayed, and that one failure touches nobody else.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from realtime.hub import Hub
from realtime.protocol import TRY_AGAIN
from realtime.subscription_sync import SubscriptionSync
from realtime.subscriptions import OpenChannel, Subscription, Subscriptions, read_fingerprints
from realtime.sync_snapshot import SyncRequest, SyncSnapshot, read_snapshot
from realtime.tests.fakes import (
    CHANNEL,
    DIRECT,
    LONG_AGO,
    WORKSPACE,
    FakeDatabase,
    FakeSocket,
    Running,
    connect,
    event,
    settle,
    subscribed,
)

IN_DIRECT = Subscription("en", LONG_AGO)
IN_WORKSPACE = Subscription("en", LONG_AGO, WORKSPACE)
LATER = LONG_AGO + timedelta(days=1)


class World:
    """What the database would answer, and what the sync does with it."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.access: dict[str, Subscriptions] = {}
        self.open: dict[str, dict[str, OpenChannel]] = {}
        self.positions: dict[str, int] = {}
        self.starts: dict[tuple[str, Any], int] = {}
        self.remaining: dict[str, dict[str, dict[str, Subscription]]] = {}
        self.requests: list[SyncRequest] = []
        self.unreadable: set[str] = set()
        self.before_answer: Callable[[], None] = lambda: None
        self.hellos: list[tuple[FakeSocket, dict[str, int]]] = []
        self.caught_up: list[tuple[FakeSocket, dict[str, int]]] = []
        self.scheduled: list[str] = []
        database: Any = FakeDatabase(self.answer)
        self.sync = SubscriptionSync(
            self.hub,
            database,
            send_hello=self.send_hello,
            catch_up=self.catch_up,
            schedule_stream=self.scheduled.append,
        )

    def answer(self, call: Callable[..., Any], request: Any) -> Any:
        if call is read_fingerprints:
            return {user_id: ("en", self.access[f"user:{user_id}"].fingerprint) for user_id in request}
        assert call is read_snapshot
        self.requests.append(request)
        if self.unreadable & request.known.keys() or self.unreadable & request.reload:
            raise ValueError("a row that cannot be read")
        self.before_answer()
        own = {key: self.access[key] for key in request.known if key in self.access}
        streams = {stream_id for each in own.values() for stream_id in each.by_stream()} - request.streams
        workspaces = {pk for each in own.values() for pk in each.workspaces} - request.open.keys() | request.reload
        return SyncSnapshot(
            subscriptions=own,
            open={pk: self.open.get(pk, {}) for pk in workspaces},
            positions={stream_id: self.positions.get(stream_id, 0) for stream_id in streams},
            remaining=self.remaining,
            starts=self.starts,
        )

    def send_hello(self, socket: FakeSocket, cursors: dict[str, int]) -> None:
        self.hellos.append((socket, cursors))

    def catch_up(self, socket: FakeSocket, cursors: Mapping[str, int]) -> None:
        self.caught_up.append((socket, dict(cursors)))

    def arrive(self, key: str) -> tuple[FakeSocket, "asyncio.Future[None]"]:
        kind, _, pk = key.partition(":")
        caller = self.hub.caller(key, int(pk) if kind == "user" else None, pk if kind == "guest" else None)
        socket: Any = FakeSocket(caller)
        return socket, self.sync.admit(socket)

    def greeted(self) -> set[FakeSocket]:
        return {socket for socket, _ in self.hellos}


@pytest.fixture
def world() -> World:
    return World()


async def test_a_new_socket_is_greeted_with_the_positions_of_its_streams(world: World) -> None:
    world.access["user:1"] = subscribed(**{WORKSPACE: IN_WORKSPACE, DIRECT: IN_DIRECT})
    world.open[WORKSPACE] = {CHANNEL: OpenChannel(7, LONG_AGO)}
    world.positions = {WORKSPACE: 3, DIRECT: 5}
    async with Running(world.sync.run()):
        socket, admitted = world.arrive("user:1")
        await asyncio.wait_for(admitted, 5)
    assert world.hellos == [(socket, {WORKSPACE: 3, CHANNEL: 7, DIRECT: 5})]
    assert world.scheduled == [CHANNEL]


async def test_many_sockets_are_read_in_one_batch(world: World) -> None:
    world.access = {f"user:{pk}": subscribed(**{DIRECT: IN_DIRECT}) for pk in range(50)}
    arrivals = [world.arrive(key) for key in world.access]
    async with Running(world.sync.run()):
        await asyncio.wait_for(asyncio.gather(*(admitted for _, admitted in arrivals)), 5)
    assert len(world.requests) == 1
    assert world.greeted() == {socket for socket, _ in arrivals}


async def test_a_hello_that_fails_costs_no_other_socket_theirs(world: World) -> None:
    world.access = {f"user:{pk}": subscribed(**{DIRECT: IN_DIRECT}) for pk in range(20)}
    arrivals = [world.arrive(key) for key in world.access]
    bad = arrivals[7][0]
    send_hello = world.send_hello

    def failing(socket: Any, cursors: dict[str, int]) -> None:
        if socket is bad:
            raise RuntimeError("the handler is closed")
        send_hello(socket, cursors)

    world.sync._send_hello = failing
    async with Running(world.sync.run()):
        await asyncio.wait_for(asyncio.gather(*(admitted for _, admitted in arrivals)), 5)
        again, admitted = world.arrive(bad.caller.key)
        await asyncio.wait_for(admitted, 5)
    assert bad.close_code == TRY_AGAIN
    assert world.greeted() == {socket for socket, _ in arrivals} - {bad} | {again}


async def test_a_caller_that_cannot_be_read_costs_no_other_their_hello(world: World) -> None:
    world.access = {f"user:{pk}": subscribed(**{DIRECT: IN_DIRECT}) for pk in range(20)}
    world.unreadable = {"user:7"}
    arrivals = {key: world.arrive(key) for key in world.access}
    async with Running(world.sync.run()):
        await asyncio.wait_for(asyncio.gather(*(admitted for _, admitted in arrivals.values())), 5)
        bad = arrivals["user:7"][0]
        assert bad.close_code == TRY_AGAIN
        assert world.greeted() == {socket for socket, _ in arrivals.values()} - {bad}
        world.hub.remove(bad)
        world.unreadable = set()
        again, admitted = world.arrive("user:7")
        await asyncio.wait_for(admitted, 5)
    assert again in world.greeted()


async def test_a_workspace_that_cannot_be_read_costs_no_caller_their_hello(world: World) -> None:
    first = connect(world.hub, "user:1", subscribed(**{WORKSPACE: IN_WORKSPACE}))
    world.hub.open[WORKSPACE] = {}
    world.access = {"user:1": first.caller.subscriptions or subscribed(), "user:2": subscribed()}
    world.unreadable = {WORKSPACE}
    async with Running(world.sync.run()):
        world.sync.schedule_workspace(WORKSPACE)
        socket, admitted = world.arrive("user:2")
        await asyncio.wait_for(admitted, 5)
    assert world.greeted() == {socket}
    assert not first.closed


async def test_sockets_that_die_while_pending_are_not_greeted_and_keep_nobody_waiting(world: World) -> None:
    world.access = {f"user:{pk}": subscribed(**{DIRECT: IN_DIRECT}) for pk in range(4)}
    arrivals = [world.arrive(key) for key in world.access]
    closed, gone, *alive = [socket for socket, _ in arrivals]

    def die() -> None:
        closed.closed = True
        world.sync.withdraw(gone)
        world.hub.remove(gone)

    world.before_answer = die
    async with Running(world.sync.run()):
        await asyncio.wait([admitted for _, admitted in arrivals], timeout=5)
    assert all(admitted.done() for _, admitted in arrivals)
    assert world.greeted() == set(alive)
    assert gone.caller.key not in world.hub.callers


async def test_a_second_socket_receives_nothing_before_its_hello(world: World) -> None:
    world.access["user:1"] = subscribed(**{DIRECT: IN_DIRECT})
    async with Running(world.sync.run()):
        first, admitted = world.arrive("user:1")
        await asyncio.wait_for(admitted, 5)
        late: list[FakeSocket] = []

        def arrive_meanwhile() -> None:
            if not late:
                late.append(world.arrive("user:1")[0])

        world.before_answer = arrive_meanwhile
        world.sync._send_hello = lambda socket, cursors: None
        world.sync.schedule("user:1")
        while not late:
            await asyncio.sleep(0)
        # The batch that did not know of the second socket has been applied, or is just about to be.
        world.hub.streams[DIRECT].deliver(event(1), world.hub.callers)
        assert (first.received, late[0].frames) == ([(0, 1)], [])
        await settle()
        world.hub.streams[DIRECT].deliver(event(2), world.hub.callers)
        assert late[0].received == [(1, 2)]


async def test_a_batch_that_was_overtaken_is_read_again(world: World) -> None:
    """The request leaves out a stream that the hub knows.

    Its last subscriber leaves while the thread reads.
    """
    first = connect(world.hub, "user:1", subscribed(**{DIRECT: IN_DIRECT}))
    world.access["user:2"] = subscribed(**{DIRECT: IN_DIRECT})
    world.positions[DIRECT] = 9

    def leave() -> None:
        world.hub.remove(first)

    world.before_answer = leave
    async with Running(world.sync.run()):
        socket, admitted = world.arrive("user:2")
        await asyncio.wait_for(admitted, 5)
    assert len(world.requests) == 2
    assert world.hellos == [(socket, {DIRECT: 9})]


async def test_access_that_is_gained_while_connected_starts_where_it_was_granted(world: World) -> None:
    """The stream is at 9 already: what came since 7 is replayed.

    The direct conversation is behind, so it waits.
    """
    connect(world.hub, "user:2", subscribed(**{CHANNEL: IN_WORKSPACE, DIRECT: IN_DIRECT}))
    world.hub.streams[CHANNEL].position = 9
    world.hub.streams[DIRECT].position = 1
    granted = Subscription("en", LATER)
    async with Running(world.sync.run()):
        world.access["user:1"] = subscribed()
        socket, admitted = world.arrive("user:1")
        await asyncio.wait_for(admitted, 5)
        world.access["user:1"] = subscribed(**{CHANNEL: granted, DIRECT: granted})
        world.starts = {(CHANNEL, LATER): 7, (DIRECT, LATER): 2}
        world.sync.schedule("user:1")
        await settle()
        assert world.caught_up == [(socket, {CHANNEL: 7})]
        for seq in (2, 3):
            world.hub.streams[DIRECT].deliver(event(seq), world.hub.callers)
    assert socket.received == [(2, 3)]


async def test_access_that_is_lost_ends_the_subscription(world: World) -> None:
    world.access["user:1"] = subscribed(**{DIRECT: IN_DIRECT})
    connect(world.hub, "user:2", subscribed(**{DIRECT: IN_DIRECT}))
    async with Running(world.sync.run()):
        socket, admitted = world.arrive("user:1")
        await asyncio.wait_for(admitted, 5)
        world.access["user:1"] = subscribed()
        world.sync.schedule("user:1")
        await settle()
        world.hub.streams[DIRECT].deliver(event(1), world.hub.callers)
    assert socket.received == []


async def test_a_channel_that_is_restricted_stays_with_those_in_it(world: World) -> None:
    for key in ("user:1", "user:2"):
        world.access[key] = subscribed(**{WORKSPACE: IN_WORKSPACE})
    world.open[WORKSPACE] = {CHANNEL: OpenChannel(0, LONG_AGO)}
    async with Running(world.sync.run()):
        (first, _), (second, admitted) = world.arrive("user:1"), world.arrive("user:2")
        await asyncio.wait_for(admitted, 5)
        world.open[WORKSPACE] = {}
        world.remaining = {WORKSPACE: {CHANNEL: {"user:2": IN_WORKSPACE}}}
        world.sync.schedule_workspace(WORKSPACE)
        await settle()
        world.hub.streams[CHANNEL].deliver(event(1, stream_id=CHANNEL), world.hub.callers)
    assert (first.received, second.received) == ([], [(0, 1)])


async def test_reconciliation_finds_access_that_changed_without_a_row(world: World) -> None:
    world.access["user:1"] = subscribed()
    async with Running(world.sync.run()):
        _, admitted = world.arrive("user:1")
        await asyncio.wait_for(admitted, 5)
        await world.sync.compare_fingerprints(list(world.hub.callers.values()))
        await settle()
        assert len(world.requests) == 1
        changed = subscribed(**{DIRECT: IN_DIRECT})
        changed.fingerprint = ((0, None), (0, None), 1, 0)
        world.access["user:1"] = changed
        await world.sync.compare_fingerprints(list(world.hub.callers.values()))
        await settle()
    assert len(world.requests) == 2
    assert DIRECT in world.hub.streams


async def test_a_read_for_callers_without_sockets_is_not_scheduled(world: World) -> None:
    async with Running(world.sync.run()):
        world.sync.schedule("user:1")
        world.sync.schedule_workspace(WORKSPACE)
        await settle()
    assert world.requests == []
