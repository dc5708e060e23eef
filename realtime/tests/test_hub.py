"""Delivery from a stream to its sockets.

Languages, private events, `prev`, and sockets that are held.
"""

from realtime.hub import Hub, Stream
from realtime.subscriptions import Subscription
from realtime.tests.fakes import CHANNEL, DIRECT, LONG_AGO, WORKSPACE, FakeSocket, connect, event, subscribed

ENGLISH, THAI = Subscription("en", LONG_AGO), Subscription("th", LONG_AGO)
MEMBER = Subscription("en", LONG_AGO, WORKSPACE)


def two_readers() -> tuple[Hub, Stream, FakeSocket, FakeSocket]:
    """Somebody who reads English and somebody who reads Thai, in one conversation."""
    hub = Hub()
    english = connect(hub, "user:1", subscribed("en", **{DIRECT: ENGLISH}))
    thai = connect(hub, "user:2", subscribed("th", **{DIRECT: THAI}))
    return hub, hub.streams[DIRECT], english, thai


def test_everybody_receives_an_event_in_their_language() -> None:
    hub, stream, english, thai = two_readers()
    stream.deliver(event(1, "message.created", {"message_id": "x"}), hub.callers)
    assert english.frames[0]["data"]["content"] == "en"
    assert thai.frames[0]["data"]["content"] == "th"
    assert (english.received, thai.received) == ([(0, 1)], [(0, 1)])


def test_prev_skips_what_concerned_another_language() -> None:
    hub, stream, english, thai = two_readers()
    stream.deliver(event(1), hub.callers)
    stream.deliver(event(2, "message.translated", {"message_id": "x", "language": "th"}), hub.callers)
    stream.deliver(event(3, "message.translated", {"message_id": "x", "language": "ja"}), hub.callers)
    stream.deliver(event(4), hub.callers)
    assert english.received == [(0, 1), (1, 4)]
    assert thai.received == [(0, 1), (1, 2), (2, 4)]


def test_a_private_event_reaches_one_user_and_moves_their_prev_alone() -> None:
    hub, stream, english, thai = two_readers()
    stream.deliver(event(1), hub.callers)
    stream.deliver(event(2, "channel.joined", user_id=2), hub.callers)
    stream.deliver(event(3, "channel.joined", user_id=2), hub.callers)
    stream.deliver(event(4), hub.callers)
    stream.deliver(event(5), hub.callers)
    assert english.received == [(0, 1), (1, 4), (4, 5)]
    assert thai.received == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]


def test_a_private_event_for_somebody_without_a_socket_is_skipped() -> None:
    hub, stream, english, thai = two_readers()
    stream.deliver(event(1, "channel.joined", user_id=3), hub.callers)
    assert (english.received, thai.received, stream.position) == ([], [], 1)


def test_who_reacted_sees_that_in_the_message() -> None:
    hub, stream, english, thai = two_readers()
    frame = event(1, "message.updated", {"message_id": "x"})
    for message in frame.message_by_reading.values():
        message["reactions"] = [{"emoji": "👍", "count": 1, "reacted": False}]
    frame.reactors = {"user:2": {"👍"}}
    stream.deliver(frame, hub.callers)
    assert english.frames[0]["data"]["reactions"][0]["reacted"] is False
    assert thai.frames[0]["data"]["reactions"][0]["reacted"] is True


def test_the_senders_own_name_of_a_message_reaches_the_sender_alone() -> None:
    hub, stream, english, thai = two_readers()
    data = {"message_id": "x", "client_id": "tab-1", "sender": "user:2"}
    stream.deliver(event(1, "message.created", data), hub.callers)
    stream.deliver(event(2, "message.updated", data), hub.callers)
    assert [frame["data"].get("client_id") for frame in english.frames] == [None, None]
    assert [frame["data"].get("client_id") for frame in thai.frames] == ["tab-1", None]


def test_a_change_of_language_keeps_prev_in_step() -> None:
    hub, stream, english, _ = two_readers()
    stream.deliver(event(1), hub.callers)
    stream.deliver(event(2, "message.translated", {"message_id": "x", "language": "th"}), hub.callers)
    caller = english.caller
    caller.subscriptions = subscribed("th", **{DIRECT: THAI})
    hub.subscribe(caller, DIRECT, THAI, 0, is_workspace=False)
    hub.unsubscribe(caller, DIRECT, ENGLISH)
    stream.deliver(event(3, "message.created", {"message_id": "y"}), hub.callers)
    assert english.frames[-1]["data"]["content"] == "th"
    # The number 2 was not theirs, but it concerned the language that they read now: asking for it is harmless.
    assert english.received == [(0, 1), (2, 3)]
    assert list(stream.audience.groups) == ["th"]


def test_a_held_socket_receives_nothing_until_it_is_released() -> None:
    hub, stream, english, thai = two_readers()
    stream.hold(english, None)
    stream.deliver(event(1), hub.callers)
    assert (english.received, thai.received) == ([], [(0, 1)])
    stream.release(english, 1)
    stream.deliver(event(2), hub.callers)
    assert english.received == [(1, 2)]


def test_a_socket_that_is_ahead_waits_for_the_stream() -> None:
    hub, stream, english, _ = two_readers()
    stream.hold(english, None)
    stream.release(english, 2)
    assert stream.cursor_of(english) == 2
    for seq in (1, 2, 3):
        stream.deliver(event(seq), hub.callers)
    assert english.received == [(2, 3)]


def test_a_pending_socket_receives_nothing() -> None:
    hub, stream, english, _ = two_readers()
    second = FakeSocket(english.caller)
    english.caller.pending.add(second)
    hub.subscribe(english.caller, DIRECT, ENGLISH, 0, is_workspace=False)
    stream.deliver(event(1), hub.callers)
    assert (english.received, second.received) == ([(0, 1)], [])
    hub.admit(second)
    stream.deliver(event(2), hub.callers)
    assert second.received == [(1, 2)]


def test_all_members_receive_an_open_channel_and_the_remaining_ones_a_closed_one() -> None:
    hub = Hub()
    first = connect(hub, "user:1", subscribed(**{WORKSPACE: MEMBER}))
    hub.open_channel(WORKSPACE, CHANNEL, LONG_AGO, 7)
    second = connect(hub, "user:2", subscribed(**{WORKSPACE: MEMBER}))
    stream = hub.streams[CHANNEL]
    stream.deliver(event(8, stream_id=CHANNEL), hub.callers)
    hub.close_channel(WORKSPACE, CHANNEL, {"user:2": MEMBER})
    stream.deliver(event(9, stream_id=CHANNEL), hub.callers)
    assert (first.received, second.received) == ([(7, 8)], [(7, 8), (8, 9)])
    assert hub.subscription_of(first.caller, CHANNEL) is None
    assert hub.subscription_of(second.caller, CHANNEL) is not None


def test_a_channel_that_opens_is_new_to_those_who_were_not_in_it() -> None:
    hub = Hub()
    inside = connect(hub, "user:1", subscribed(**{WORKSPACE: MEMBER, CHANNEL: MEMBER}))
    outside = connect(hub, "user:2", subscribed(**{WORKSPACE: MEMBER}))
    assert hub.open_channel(WORKSPACE, CHANNEL, LONG_AGO, 0) == [outside]
    hub.streams[CHANNEL].deliver(event(1, stream_id=CHANNEL), hub.callers)
    assert (inside.received, outside.received) == ([(0, 1)], [(0, 1)])


def test_what_nobody_receives_is_forgotten() -> None:
    hub = Hub()
    first = connect(hub, "user:1", subscribed(**{WORKSPACE: MEMBER, DIRECT: ENGLISH}))
    second = connect(hub, "user:1", first.caller.subscriptions)
    hub.open_channel(WORKSPACE, CHANNEL, LONG_AGO, 0)
    hub.streams[DIRECT].hold(first, None)
    hub.remove(first)
    assert set(hub.streams) == {WORKSPACE, CHANNEL, DIRECT}
    assert hub.streams[DIRECT].held == {}
    hub.remove(second)
    assert (hub.streams, hub.callers, hub.open) == ({}, {}, {})


def test_removing_an_old_socket_leaves_a_new_caller_alone() -> None:
    hub = Hub()
    old = connect(hub, "user:1", subscribed(**{DIRECT: ENGLISH}))
    hub.remove(old)
    new = connect(hub, "user:1", subscribed(**{DIRECT: ENGLISH}))
    hub.remove(old)
    assert hub.callers == {"user:1": new.caller}
    hub.streams[DIRECT].deliver(event(1), hub.callers)
    assert new.received == [(0, 1)]
