"""Every kind of event reaches the sockets of those it concerns, in their language, and nobody else's."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from realtime.tests.conftest import Team
from realtime.tests.running import Client
from workspaces.streams.kinds import EVENT_KINDS

Frame = dict[str, Any]


class Listeners:
    """Sockets of the owner (English), a member (Thai) and an outsider (Japanese), and the kinds of events they received."""

    def __init__(self, team: Team, sockets: dict[str, Client]) -> None:
        self.team = team
        self.sockets = sockets
        self.kinds: set[str] = set()

    async def expect(self, kind: str, *names: str, **fields: Any) -> list[Frame]:
        """Return the next event of each of ``names``, which must be of this kind, with these fields."""
        frames = []
        for name in names:
            frame = await self.sockets[name].next("event")
            assert frame["event"] == kind, (name, frame)
            assert {key: frame.get(key) for key in fields} == fields, (name, frame)
            frames.append(frame)
        self.kinds.add(kind)
        return frames

    async def expect_silence(self) -> None:
        for name, socket in self.sockets.items():
            assert await socket.quiet(0.2) == [], name

    def expect_no_gap(self) -> None:
        """``prev`` of each frame is the number of the one before it, in each stream."""
        for socket in self.sockets.values():
            last: dict[str, int] = {}
            for frame in socket.frames:
                if frame["type"] == "event":
                    stream = frame.get("conversation_id") or frame["workspace_id"]
                    assert frame["prev"] == last.get(stream, frame["prev"])
                    last[stream] = frame["seq"]


@asynccontextmanager
async def connected(team: Team, **more: Client) -> AsyncIterator[Listeners]:
    people = {"olivia": team.olivia, "mali": team.mali, "otto": team.otto}
    async with AsyncExitStack() as stack:
        clients = {**{name: person.socket() for name, person in people.items()}, **more}
        yield Listeners(team, {name: await stack.enter_async_context(client) for name, client in clients.items()})


def shown(frame: Frame) -> tuple[str, str, str]:
    data = frame["data"]
    return data["display_language"], data["display_source"], data["display_content"]


async def messages(listeners: Listeners) -> None:
    team, channel = listeners.team, listeners.team.channel["id"]
    message = team.post("Good morning")
    path = f"workspaces/{team.workspace['id']}/channels/{channel}/messages/{message['id']}"

    olivia, mali = await listeners.expect("message.created", "olivia", "mali", conversation_id=channel)
    assert shown(olivia) == ("en", "original", "Good morning")
    assert shown(mali) == ("th", "translation", "สวัสดีตอนเช้า")
    assert olivia["data"] == message

    team.olivia.call("PATCH", path, json={"content": "Thank you"})
    olivia, mali = await listeners.expect("message.updated", "olivia", "mali", conversation_id=channel)
    assert (shown(olivia)[2], shown(mali)[2]) == ("Thank you", "ขอบคุณ")
    assert mali["data"]["edited_at"]

    team.mali.call("PUT", f"{path}/translations/th", json={"text": "ขอบใจ"})
    (mali,) = await listeners.expect("message.translated", "mali", conversation_id=channel)
    assert shown(mali) == ("th", "translation", "ขอบใจ")

    for method, kind in (("PUT", "message.pinned"), ("DELETE", "message.unpinned")):
        team.olivia.call(method, f"{path}/pin")
        olivia, mali = await listeners.expect(kind, "olivia", "mali", conversation_id=channel)
        assert (shown(olivia)[2], shown(mali)[2]) == ("Thank you", "ขอบใจ")

    for method, kind, count in (("PUT", "reaction.added", 1), ("DELETE", "reaction.removed", 0)):
        team.mali.call(method, f"{path}/reactions/👍")
        reacted = {"message_id": message["id"], "emoji": "👍", "count": count, "guest": None}
        for frame in await listeners.expect(kind, "olivia", "mali", conversation_id=channel):
            assert frame["data"] == {**reacted, "user": {"id": team.mali.pk, "name": "Mali"}}

    # No engine has a model here.
    team.post("The crane has left the harbour.")
    await listeners.expect("message.created", "olivia", "mali", conversation_id=channel)
    team.service.shell("from messaging.translations.worker import translate_pending; translate_pending()")
    (mali,) = await listeners.expect("message.untranslated", "mali", conversation_id=channel)
    assert (shown(mali)[1:], mali["data"]["translation_status"]) == (
        ("original", "The crane has left the harbour."),
        "failed",
    )

    team.olivia.call("DELETE", path)
    for frame in await listeners.expect("message.deleted", "olivia", "mali", conversation_id=channel):
        assert (frame["data"]["id"], frame["data"]["original_content"]) == (message["id"], None)
        assert frame["data"]["display_content"] is None and frame["data"]["deleted_at"]


def as_in_events(member: dict[str, Any]) -> dict[str, Any]:
    """Return what events contain of a listed member: who it is, but not their profile, which would be kept there."""
    user = {name: member["user"][name] for name in ("id", "name", "avatar_url")}
    return {name: member[name] for name in ("id", "role", "preferred_language", "joined_at")} | {"user": user}


async def members(listeners: Listeners) -> None:
    team, workspace = listeners.team, listeners.team.workspace["id"]
    otto = team.add(team.otto)
    for frame in await listeners.expect("member.joined", "olivia", "mali", "otto", workspace_id=workspace):
        assert frame["data"] == as_in_events(otto)
    change = {"role": "member", "preferred_language": "id"}
    changed = team.otto.call("PUT", f"workspaces/{workspace}/members/{otto['id']}", json=change)
    for frame in await listeners.expect("member.updated", "olivia", "mali", "otto", workspace_id=workspace):
        assert frame["data"] == as_in_events(changed)
    team.post("Good morning")
    frames = await listeners.expect("message.created", "olivia", "mali", "otto")
    assert [shown(frame)[0] for frame in frames] == ["en", "th", "id"]
    team.otto.call("POST", f"workspaces/{workspace}/leave")
    for frame in await listeners.expect("member.left", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["user"]["id"] == team.otto.pk
    # Who leaves may still receive that event, but nothing that comes after it.
    otto_socket, known = listeners.sockets["otto"], len(listeners.sockets["otto"].frames)
    await otto_socket.until_unsubscribed_from(workspace)
    last = [frame["event"] for frame in otto_socket.frames[known:] if frame["type"] == "event"]
    assert set(last) <= {"member.left"}
    # It may have come twice: live, and by the resume that asks whether the stream is still received.
    del otto_socket.frames[known:]
    team.post("Good night")
    await listeners.expect("message.created", "olivia", "mali")
    listeners.kinds.discard("message.created")


async def channels(listeners: Listeners) -> None:
    team, workspace = listeners.team, listeners.team.workspace["id"]
    base = f"workspaces/{workspace}/channels"
    news = team.create_channel(name="News")
    for frame in await listeners.expect("channel.created", "olivia", "mali", workspace_id=workspace):
        assert (frame["data"]["id"], frame["data"]["is_member"]) == (news["id"], True)
    team.olivia.call("PUT", f"{base}/{news['id']}", json={"name": "Old news"})
    for frame in await listeners.expect("channel.updated", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["name"] == "Old news"
    team.olivia.call("DELETE", f"{base}/{news['id']}")
    for frame in await listeners.expect("channel.archived", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["is_archived"]
    team.olivia.call("POST", f"{base}/{news['id']}/unarchive")
    await listeners.expect("channel.updated", "olivia", "mali", workspace_id=workspace)
    team.olivia.call("DELETE", f"{base}/{news['id']}?purge=true")
    for frame in await listeners.expect("channel.archived", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["is_purged"]
    await _locked_channel(listeners, base)
    await _private_channel(listeners, base)


async def _locked_channel(listeners: Listeners, base: str) -> None:
    """Everybody knows of the channel.

    Who gives its password receives an event of their own.
    """
    locked = listeners.team.create_channel(name="Locked", password="open sesame")
    await listeners.expect("channel.created", "olivia", "mali")
    await listeners.expect("channel.joined", "olivia")
    listeners.team.mali.call("POST", f"{base}/{locked['id']}/join", json={"password": "open sesame"})
    (joined,) = await listeners.expect("channel.joined", "mali")
    assert (joined["data"]["id"], joined["data"]["is_member"]) == (locked["id"], True)


async def _private_channel(listeners: Listeners, base: str) -> None:
    """Only those in the channel receive its events.

    When it opens, everybody receives `channel.joined`.
    """
    team = listeners.team
    people = team.olivia.call("GET", f"workspaces/{team.workspace['id']}/members")
    mali = next(member["id"] for member in people if member["user"]["id"] == team.mali.pk)
    secret = team.create_channel(name="Secret", visibility="private")
    await listeners.expect("channel.created", "olivia")
    await listeners.expect("channel.joined", "olivia")
    team.olivia.call("POST", f"{base}/{secret['id']}/members", json={"member_id": mali})
    (joined,) = await listeners.expect("channel.joined", "mali")
    assert joined["data"]["id"] == secret["id"]
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"name": "More secret"})
    await listeners.expect("channel.updated", "olivia", "mali")
    team.olivia.call("DELETE", f"{base}/{secret['id']}/members/{mali}")
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"name": "Most secret"})
    await listeners.expect("channel.updated", "olivia")
    team.olivia.call("DELETE", f"{base}/{secret['id']}")
    await listeners.expect("channel.archived", "olivia")
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"visibility": "public"})
    await listeners.expect("channel.updated", "olivia", "mali")
    for frame in await listeners.expect("channel.joined", "olivia", "mali"):
        assert (frame["data"]["name"], frame["data"]["is_member"]) == ("Most secret", True)


STORIES: list[tuple[Callable[[Listeners], Awaitable[None]], set[str]]] = [
    (messages, {kind for kind in EVENT_KINDS if kind.startswith(("message.", "reaction."))}),
    (members, {kind for kind in EVENT_KINDS if kind.startswith("member.")}),
    (channels, {kind for kind in EVENT_KINDS if kind.startswith("channel.")}),
]
ROOM_KINDS = {kind for kind in EVENT_KINDS if kind.startswith("room.")}


@pytest.mark.parametrize(("story", "kinds"), STORIES, ids=lambda value: getattr(value, "__name__", ""))
async def test_each_event_reaches_those_it_concerns_in_their_language(
    team: Team, story: Callable[[Listeners], Awaitable[None]], kinds: set[str]
) -> None:
    async with connected(team) as listeners:
        await story(listeners)
        assert listeners.kinds == kinds
        await listeners.expect_silence()
        listeners.expect_no_gap()


async def test_what_happens_to_a_room_reaches_its_owner_and_its_guests(team: Team) -> None:
    team.service.manage(
        "set_room_limits", team.olivia.email, "--extension-allowed", "on", "--max-lifetime-hours", "100"
    )
    room = team.olivia.call("POST", "external/rooms", json={"name": "Support"})
    visitor = {"nickname": "Mei", "preferred_language": "zh-CN"}
    guests = f"{team.service.web}/api/v1/external/rooms/{room['room_id']}/guests"
    token = httpx.post(guests, json=visitor).json()["data"]["session"]["token"]
    async with connected(team, mei=Client(team.service, {"X-Rosetta-Guest-Token": token})) as listeners:
        team.olivia.call("POST", f"external/rooms/{room['room_id']}/extend", json={"hours": 5})
        for frame in await listeners.expect("room.extended", "olivia", "mei", conversation_id=room["channel_id"]):
            assert frame["data"]["expires_at"] > room["expires_at"]
        team.olivia.call("POST", f"external/rooms/{room['room_id']}/close")
        (frame,) = await listeners.expect("room.closed", "olivia", conversation_id=room["channel_id"])
        assert frame["data"]["status"] == "closed"
        mei = listeners.sockets.pop("mei")
        assert await mei.closed() == 4403
        assert listeners.kinds == ROOM_KINDS
        await listeners.expect_silence()


def test_every_durable_event_of_the_schema_is_in_a_story() -> None:
    assert set(EVENT_KINDS) == ROOM_KINDS.union(*(kinds for _, kinds in STORIES))
