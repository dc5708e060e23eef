"""From scheduled streams to delivered events, and whose access an event changes."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from realtime.dispatcher import Batch, EventDispatcher, StreamPosition, read_batch
from realtime.frames import EventFrame
from realtime.hub import Hub
from realtime.metrics import metrics
from realtime.subscriptions import Subscription
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
from rosetta.pubsub import AccessChanged

IN_DIRECT = Subscription("en", LONG_AGO)


class World:
    """An outbox in memory: ``events`` by stream."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.events: dict[str, list[EventFrame]] = {}
        self.broken: set[str] = set()
        self.page = 500
        self.queries = 0
        self.changes: list[AccessChanged] = []
        self.before_answer: Callable[[], None] = lambda: None
        database: Any = FakeDatabase(self.answer)
        self.dispatcher = EventDispatcher(self.hub, database, database, metrics(), on_access_change=self.changes.append)

    def answer(self, call: Callable[..., Any], asked: Any) -> Any:
        if call is read_batch:
            return self.read(asked)
        return {stream_id: frames[-1].seq for stream_id, frames in self.events.items() if stream_id in asked}

    def read(self, positions: Mapping[str, StreamPosition]) -> Batch:
        self.queries += 1
        if self.broken & positions.keys():
            raise ValueError("a row that cannot be rendered")
        frames = [
            (stream_id, frame)
            for stream_id, stream in positions.items()
            for frame in self.events.get(stream_id, [])
            if frame.seq > stream.position
        ]
        self.before_answer()
        return Batch(frames[: self.page], 0.1 if frames else None, len(frames) > self.page)

    def reader(self, key: str = "user:1", stream_id: str = DIRECT) -> FakeSocket:
        return connect(self.hub, key, subscribed(**{stream_id: IN_DIRECT}))


@pytest.fixture
def world() -> World:
    return World()


async def test_scheduled_streams_are_delivered_in_order_and_once(world: World) -> None:
    socket = world.reader()
    world.events[DIRECT] = [event(1), event(2)]
    async with Running(world.dispatcher.run()):
        world.dispatcher.schedule(DIRECT)
        await settle()
        world.events[DIRECT].append(event(3))
        world.dispatcher.schedule(DIRECT)
        world.dispatcher.schedule("01jxnobodyhere")
        await settle()
    assert socket.received == [(0, 1), (1, 2), (2, 3)]
    assert world.queries == 2


async def test_what_does_not_fit_into_one_query_follows(world: World) -> None:
    socket = world.reader()
    world.page = 2
    world.events[DIRECT] = [event(seq) for seq in range(1, 8)]
    async with Running(world.dispatcher.run()):
        world.dispatcher.schedule(DIRECT)
        await settle()
    assert [seq for _, seq in socket.received] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_stream_that_fails_delays_no_other(world: World) -> None:
    sockets = {}
    for number in range(10):
        stream_id = f"01jx{number}"
        sockets[stream_id] = world.reader(f"user:{number}", stream_id)
        world.events[stream_id] = [event(1, stream_id=stream_id)]
    world.broken = {"01jx3"}
    await world.dispatcher.dispatch(list(sockets))
    assert sockets.pop("01jx3").received == []
    assert {tuple(socket.received) for socket in sockets.values()} == {((0, 1),)}


async def test_who_reads_another_language_since_the_query_gets_the_event_in_it(world: World) -> None:
    english = world.reader()
    world.events[DIRECT] = [event(1, "message.created", {"message_id": "x"}, languages=("en",))]
    thai: list[FakeSocket] = []

    def change() -> None:
        if not thai:
            thai.append(connect(world.hub, "user:2", subscribed("th", **{DIRECT: Subscription("th", LONG_AGO)})))
        else:
            world.events[DIRECT] = []

    world.before_answer = change
    async with Running(world.dispatcher.run()):
        world.dispatcher.schedule(DIRECT)
        while not thai:
            await settle()
        assert english.received == []
        world.events[DIRECT] = [event(1, "message.created", {"message_id": "x"})]
        world.dispatcher.schedule(DIRECT)
        await settle()
    assert english.frames[0]["data"]["content"] == "en"
    assert thai[0].frames[0]["data"]["content"] == "th"


MEMBER = {"id": "01jxmember", "user": {"id": 7}}


@pytest.mark.parametrize(
    ("frame", "changes"),
    [
        (event(1, "message.created", {"message_id": "x"}), []),
        (event(1, "reaction.added", {"message_id": "x"}), []),
        (event(1, "member.joined", MEMBER), [AccessChanged(user=7)]),
        (event(1, "member.left", {"user": None}), []),
        (event(1, "channel.updated", {"id": CHANNEL}), [AccessChanged(workspace=DIRECT)]),
        (event(1, "channel.joined", {}, user_id=1), [AccessChanged(workspace=DIRECT), AccessChanged(user=1)]),
        (event(1, "room.closed", {"id": "x"}), [AccessChanged(guest="9")]),
        (event(1, "kind.of.a.later.version", {}), []),
    ],
)
async def test_events_say_whose_access_is_to_be_read_again(
    world: World, frame: EventFrame, changes: list[AccessChanged]
) -> None:
    world.reader("user:1")
    world.reader("guest:9")
    world.events[DIRECT] = [frame]
    await world.dispatcher.dispatch([DIRECT])
    assert world.changes == changes


async def test_the_sweep_finds_events_that_were_not_announced(world: World) -> None:
    socket = world.reader()
    world.events[DIRECT] = [event(1)]
    async with Running(world.dispatcher.run()):
        await world.dispatcher.sweep(list(world.hub.streams))
        await settle()
        await world.dispatcher.sweep(list(world.hub.streams))
        await settle()
    assert (socket.received, world.queries) == ([(0, 1)], 1)


async def test_the_sweep_reads_access_again_where_a_stream_is_missing(world: World) -> None:
    connect(world.hub, "user:1", subscribed(**{CHANNEL: Subscription("en", LONG_AGO, WORKSPACE)}))
    await world.dispatcher.sweep(list(world.hub.streams))
    assert world.changes == [AccessChanged(workspace=WORKSPACE), AccessChanged(user=1)]
