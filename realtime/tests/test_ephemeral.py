"""Ephemeral signals over real sockets: typing, read positions, presence."""

import asyncio

from realtime.tests.conftest import Team


async def test_typing_is_shown_to_the_others(team: Team) -> None:
    async with team.mali.socket() as mali, team.olivia.socket() as olivia, team.otto.socket() as otto:
        await mali.send(type="typing", conversation_id=team.channel["id"])
        frame = await olivia.next("signal", event="typing")
        assert frame["conversation_id"] == team.channel["id"]
        assert frame["data"]["user"]["id"] == team.mali.pk
        await mali.send(type="ping")
        await mali.next("pong")
        assert not [frame for frame in mali.frames if frame.get("event") == "typing"]
        await otto.send(type="typing", conversation_id=team.channel["id"])
        assert (await otto.next("error"))["code"] == "bad_frame"


async def test_typing_of_somebody_who_is_blocked_is_not_shown(team: Team) -> None:
    direct = team.mali.call("POST", "direct-conversations", json={"participant_user_id": team.otto.pk})["id"]
    team.otto.call("PUT", f"me/blocks/{team.mali.pk}")
    async with team.mali.socket() as mali, team.otto.socket() as otto:

        async def is_seen(seconds: float) -> bool:
            await mali.send(type="typing", conversation_id=direct)
            await otto.quiet(seconds)
            return any(frame.get("event") == "typing" for frame in otto.frames)

        assert not await is_seen(1)
        team.otto.call("DELETE", f"me/blocks/{team.mali.pk}")
        assert await is_seen(0.5) or await is_seen(2) or await is_seen(10)


async def test_reading_is_shown_to_the_users_own_clients(team: Team) -> None:
    message = team.post("Hello")
    async with team.mali.socket() as phone, team.mali.socket() as laptop, team.olivia.socket() as olivia:
        path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/read"
        team.mali.call("POST", path, json={"message_id": message["id"]})
        for client in (phone, laptop):
            frame = await client.next("signal", event="read")
            assert (frame["conversation_id"], frame["data"]["last_read_seq"]) == (team.channel["id"], 1)
        await olivia.send(type="ping")
        await olivia.next("pong")
        assert not [frame for frame in olivia.frames if frame.get("event") == "read"]


async def test_a_draft_is_made_known_to_the_users_own_clients(team: Team) -> None:
    async with team.mali.socket() as phone, team.olivia.socket() as olivia:
        team.mali.call("PUT", f"me/drafts/{team.channel['id']}", json={"content": "Not yet"})
        frame = await phone.next("signal", event="draft")
        assert (frame["conversation_id"], frame["data"]) == (team.channel["id"], {"parent_message_id": None})
        await olivia.send(type="ping")
        await olivia.next("pong")
        assert not [frame for frame in olivia.frames if frame.get("event") == "draft"]


async def test_arranging_the_sidebar_is_shown_to_the_users_own_clients(team: Team) -> None:
    async with team.mali.socket() as phone, team.mali.socket() as laptop, team.olivia.socket() as olivia:
        path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/placement"
        team.mali.call("PATCH", path, json={"is_favourite": True})
        for client in (phone, laptop):
            frame = await client.next("signal", event="sidebar")
            assert (frame["conversation_id"], frame["data"]) == (None, {"user_id": team.mali.pk})
        await olivia.send(type="ping")
        await olivia.next("pong")
        assert not [frame for frame in olivia.frames if frame.get("event") == "sidebar"]


async def test_presence_is_shown_to_those_who_share_a_workspace(team: Team) -> None:
    async with team.olivia.socket() as olivia, team.otto.socket() as otto:
        async with team.mali.socket() as mali:
            came = await olivia.next("signal", event="presence")
            assert came["data"] == {"user_id": team.mali.pk, "status": "online"}
            there = await mali.next("signal", event="presence")
            assert there["data"] == {"user_id": team.olivia.pk, "status": "online"}
        left = await olivia.next("signal", event="presence")
        assert left["data"] == {"user_id": team.mali.pk, "status": "offline"}
        await otto.send(type="ping")
        await otto.next("pong")
        assert not [frame for frame in otto.frames if frame["type"] == "signal"]


async def test_a_reload_is_not_shown_as_offline(team: Team) -> None:
    async with team.olivia.socket() as olivia:
        async with team.mali.socket():
            await olivia.next("signal", event="presence")
        async with team.mali.socket():
            await asyncio.sleep(7)
        await olivia.send(type="ping")
        await olivia.next("pong")
        assert len([frame for frame in olivia.frames if frame.get("event") == "presence"]) == 1
