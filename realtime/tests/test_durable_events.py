"""Every durable event arrives over a socket: to whom it concerns, in their language, and to nobody else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from realtime.tests.conftest import Team
from realtime.tests.running import Client
from workspaces.streams.kinds import EVENT_KINDS

Frame = dict[str, Any]


class Ears:
    """Sockets of the owner (English), a member (Thai) and an outsider (Japanese), and what each was told of."""

    def __init__(self, team: Team, sockets: dict[str, Client]) -> None:
        self.team = team
        self.sockets = sockets
        self.kinds: set[str] = set()

    async def hear(self, kind: str, *names: str, **fields: Any) -> list[Frame]:
        """The next event of each of ``names``, which must be this one: nothing else came in between."""
        heard = []
        for name in names:
            frame = await self.sockets[name].next("event")
            assert frame["event"] == kind, (name, frame)
            assert {key: frame.get(key) for key in fields} == fields, (name, frame)
            heard.append(frame)
        self.kinds.add(kind)
        return heard

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
async def listening(team: Team, **more: Client) -> AsyncIterator[Ears]:
    people = {"olivia": team.olivia, "mali": team.mali, "otto": team.otto}
    async with AsyncExitStack() as stack:
        clients = {**{name: person.socket() for name, person in people.items()}, **more}
        yield Ears(team, {name: await stack.enter_async_context(client) for name, client in clients.items()})


def shown(frame: Frame) -> tuple[str, str, str]:
    data = frame["data"]
    return data["display_language"], data["display_source"], data["display_content"]


async def messages(ears: Ears) -> None:
    team, channel = ears.team, ears.team.channel["id"]
    message = team.post("Good morning")
    path = f"workspaces/{team.workspace['id']}/channels/{channel}/messages/{message['id']}"

    olivia, mali = await ears.hear("message.created", "olivia", "mali", conversation_id=channel)
    assert shown(olivia) == ("en", "original", "Good morning")
    assert shown(mali) == ("th", "translation", "สวัสดีตอนเช้า")
    assert olivia["data"] == message

    team.olivia.call("PATCH", path, json={"content": "Thank you"})
    olivia, mali = await ears.hear("message.updated", "olivia", "mali", conversation_id=channel)
    assert (shown(olivia)[2], shown(mali)[2]) == ("Thank you", "ขอบคุณ")
    assert mali["data"]["edited_at"]

    team.mali.call("PUT", f"{path}/translations/th", json={"text": "ขอบใจ"})
    (mali,) = await ears.hear("message.translated", "mali", conversation_id=channel)
    assert shown(mali) == ("th", "translation", "ขอบใจ")

    for method, kind in (("PUT", "message.pinned"), ("DELETE", "message.unpinned")):
        team.olivia.call(method, f"{path}/pin")
        olivia, mali = await ears.hear(kind, "olivia", "mali", conversation_id=channel)
        assert (shown(olivia)[2], shown(mali)[2]) == ("Thank you", "ขอบใจ")

    for method, kind, count in (("PUT", "reaction.added", 1), ("DELETE", "reaction.removed", 0)):
        team.mali.call(method, f"{path}/reactions/👍")
        reacted = {"message_id": message["id"], "emoji": "👍", "count": count, "guest": None}
        for frame in await ears.hear(kind, "olivia", "mali", conversation_id=channel):
            assert frame["data"] == {**reacted, "user": {"id": team.mali.pk, "name": "Mali"}}

    team.olivia.call("DELETE", path)
    for frame in await ears.hear("message.deleted", "olivia", "mali", conversation_id=channel):
        assert (frame["data"]["id"], frame["data"]["original_content"]) == (message["id"], None)
        assert frame["data"]["display_content"] is None and frame["data"]["deleted_at"]


async def members(ears: Ears) -> None:
    team, workspace = ears.team, ears.team.workspace["id"]
    otto = team.add(team.otto)
    for frame in await ears.hear("member.joined", "olivia", "mali", "otto", workspace_id=workspace):
        assert frame["data"] == otto
    change = {"role": "member", "preferred_language": "id"}
    changed = team.otto.call("PUT", f"workspaces/{workspace}/members/{otto['id']}", json=change)
    for frame in await ears.hear("member.updated", "olivia", "mali", "otto", workspace_id=workspace):
        assert frame["data"] == changed
    team.post("Good morning")
    frames = await ears.hear("message.created", "olivia", "mali", "otto")
    assert [shown(frame)[0] for frame in frames] == ["en", "th", "id"]
    team.otto.call("POST", f"workspaces/{workspace}/leave")
    for frame in await ears.hear("member.left", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["user"]["id"] == team.otto.pk
    # The one who leaves may be told so; of what comes after, nothing.
    otto_hears, known = ears.sockets["otto"], len(ears.sockets["otto"].frames)
    await otto_hears.deaf_to(workspace)
    last = [frame["event"] for frame in otto_hears.frames[known:] if frame["type"] == "event"]
    assert set(last) <= {"member.left"}
    # Asked for while it was on its way, it may have come twice.
    del otto_hears.frames[known:]
    team.post("Good night")
    await ears.hear("message.created", "olivia", "mali")
    ears.kinds.discard("message.created")


async def channels(ears: Ears) -> None:
    team, workspace = ears.team, ears.team.workspace["id"]
    base = f"workspaces/{workspace}/channels"
    made = team.channels(name="News")
    for frame in await ears.hear("channel.created", "olivia", "mali", workspace_id=workspace):
        assert (frame["data"]["id"], frame["data"]["is_member"]) == (made["id"], True)
    team.olivia.call("PUT", f"{base}/{made['id']}", json={"name": "Old news"})
    for frame in await ears.hear("channel.updated", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["name"] == "Old news"
    team.olivia.call("DELETE", f"{base}/{made['id']}")
    for frame in await ears.hear("channel.archived", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["is_archived"]
    team.olivia.call("POST", f"{base}/{made['id']}/unarchive")
    await ears.hear("channel.updated", "olivia", "mali", workspace_id=workspace)
    team.olivia.call("DELETE", f"{base}/{made['id']}?purge=true")
    for frame in await ears.hear("channel.archived", "olivia", "mali", workspace_id=workspace):
        assert frame["data"]["is_purged"]
    await _locked_channel(ears, base)
    await _private_channel(ears, base)


async def _locked_channel(ears: Ears, base: str) -> None:
    """Known to all; who gives its password is told alone that it is open now."""
    locked = ears.team.channels(name="Locked", password="open sesame")
    await ears.hear("channel.created", "olivia", "mali")
    await ears.hear("channel.joined", "olivia")
    ears.team.mali.call("POST", f"{base}/{locked['id']}/join", json={"password": "open sesame"})
    (joined,) = await ears.hear("channel.joined", "mali")
    assert (joined["data"]["id"], joined["data"]["is_member"]) == (locked["id"], True)


async def _private_channel(ears: Ears, base: str) -> None:
    """Nobody but those in it hears of it; when it opens, everybody is told that they can read it."""
    team = ears.team
    people = team.olivia.call("GET", f"workspaces/{team.workspace['id']}/members")
    mali = next(one["id"] for one in people if one["user"]["id"] == team.mali.pk)
    secret = team.channels(name="Secret", visibility="private")
    await ears.hear("channel.created", "olivia")
    await ears.hear("channel.joined", "olivia")
    team.olivia.call("POST", f"{base}/{secret['id']}/members", json={"member_id": mali})
    (joined,) = await ears.hear("channel.joined", "mali")
    assert joined["data"]["id"] == secret["id"]
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"name": "More secret"})
    await ears.hear("channel.updated", "olivia", "mali")
    team.olivia.call("DELETE", f"{base}/{secret['id']}/members/{mali}")
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"name": "Most secret"})
    await ears.hear("channel.updated", "olivia")
    team.olivia.call("DELETE", f"{base}/{secret['id']}")
    await ears.hear("channel.archived", "olivia")
    team.olivia.call("PUT", f"{base}/{secret['id']}", json={"visibility": "public"})
    await ears.hear("channel.updated", "olivia", "mali")
    for frame in await ears.hear("channel.joined", "olivia", "mali"):
        assert (frame["data"]["name"], frame["data"]["is_member"]) == ("Most secret", True)


STORIES: list[tuple[Callable[[Ears], Awaitable[None]], set[str]]] = [
    (messages, {kind for kind in EVENT_KINDS if kind.startswith(("message.", "reaction."))}),
    (members, {kind for kind in EVENT_KINDS if kind.startswith("member.")}),
    (channels, {kind for kind in EVENT_KINDS if kind.startswith("channel.")}),
]
ROOM_KINDS = {kind for kind in EVENT_KINDS if kind.startswith("room.")}


@pytest.mark.parametrize(("story", "kinds"), STORIES, ids=lambda one: getattr(one, "__name__", ""))
async def test_each_event_reaches_those_it_concerns_in_their_language(
    team: Team, story: Callable[[Ears], Awaitable[None]], kinds: set[str]
) -> None:
    async with listening(team) as ears:
        await story(ears)
        assert ears.kinds == kinds
        await ears.expect_silence()
        ears.expect_no_gap()


async def test_what_happens_to_a_room_reaches_its_owner_and_its_guests(team: Team) -> None:
    team.service.manage(
        "set_room_limits", team.olivia.email, "--extension-allowed", "on", "--max-lifetime-hours", "100"
    )
    room = team.olivia.call("POST", "external/rooms", json={"name": "Support"})
    visitor = {"nickname": "Mei", "preferred_language": "zh-CN"}
    guests = f"{team.service.web}/api/v1/external/rooms/{room['room_id']}/guests"
    token = httpx.post(guests, json=visitor).json()["data"]["session"]["token"]
    async with listening(team, mei=Client(team.service, {"X-Rosetta-Guest-Token": token})) as ears:
        team.olivia.call("POST", f"external/rooms/{room['room_id']}/extend", json={"hours": 5})
        for frame in await ears.hear("room.extended", "olivia", "mei", conversation_id=room["channel_id"]):
            assert frame["data"]["expires_at"] > room["expires_at"]
        team.olivia.call("POST", f"external/rooms/{room['room_id']}/close")
        (frame,) = await ears.hear("room.closed", "olivia", conversation_id=room["channel_id"])
        assert frame["data"]["status"] == "closed"
        mei = ears.sockets.pop("mei")
        assert await mei.closed() == 4403
        assert ears.kinds == ROOM_KINDS
        await ears.expect_silence()


def test_every_durable_event_of_the_schema_is_in_a_story() -> None:
    assert set(EVENT_KINDS) == ROOM_KINDS.union(*(kinds for _, kinds in STORIES))
