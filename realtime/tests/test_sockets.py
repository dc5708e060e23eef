"""Sockets of users, over real connections.

Authentication, delivery, resuming, limits, changes of access.
"""

import asyncio
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from realtime.tests.conftest import Team
from realtime.tests.running import PASSWORD, PATIENCE, Client, Person, Service, refused


def signed_in_cookie(service: Service, person: Person) -> str:
    web = httpx.Client(base_url=f"{service.web}/api/v1/", headers={"Origin": service.origin})
    answer = web.post("auth/web/login", json={"email": person.email, "password": PASSWORD})
    assert answer.is_success, answer.text
    return f"rosetta_session={web.cookies['rosetta_session']}"


# ── Authentication ──


async def test_a_token_opens_a_socket_and_hello_names_the_streams(team: Team) -> None:
    team.post("Hello")
    async with team.mali.socket() as mali:
        assert mali.ws.subprotocol == "rosetta.v1"
        assert mali.hello["heartbeat_seconds"] > 0
        assert mali.hello["cursors"].keys() == {team.workspace["id"], team.channel["id"]}
        assert mali.hello["cursors"][team.channel["id"]] == 1


async def test_a_cookie_opens_a_socket_from_an_allowed_page(team: Team) -> None:
    cookie = {"Cookie": signed_in_cookie(team.service, team.mali)}
    async with Client(team.service, cookie, origin=team.service.origin) as mali:
        assert team.channel["id"] in mali.hello["cursors"]
    assert await refused(team.service, cookie) == 4401


async def test_a_foreign_page_is_refused_with_403(team: Team) -> None:
    cookie = {"Cookie": signed_in_cookie(team.service, team.mali)}
    for headers in (cookie, {"Authorization": f"Bearer {team.mali.token}"}):
        with pytest.raises(InvalidStatus) as refusal:
            await refused(team.service, headers, origin="https://evil.example")
        assert refusal.value.response.status_code == 403


async def test_a_subprotocol_carries_the_token(team: Team) -> None:
    offered = ("rosetta.v1", f"bearer.{team.mali.token}")
    async with Client(team.service, subprotocols=offered, origin=team.service.origin) as mali:
        assert mali.ws.subprotocol == "rosetta.v1"


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({}, {}),
        ({"Authorization": "Bearer 1|wrong"}, {}),
        ({"Authorization": "Bearer nonsense"}, {}),
        ({"X-Rosetta-Guest-Token": "grst_wrong"}, {}),
        ({"Cookie": "rosetta_session=wrong"}, {"origin": "http://chat.example.com"}),
        ({}, {"subprotocols": ("rosetta.v1", "bearer.1|wrong")}),
    ],
)
async def test_bad_credentials_are_accepted_and_closed(
    service: Service, headers: dict[str, str], more: dict[str, Any]
) -> None:
    assert await refused(service, headers, **more) == 4401


async def test_a_token_in_the_query_opens_nothing(team: Team) -> None:
    url = f"{team.service.socket_url}?token={team.mali.token}&bearer={team.mali.token}"
    assert await refused(team.service, url=url) == 4401


async def test_a_token_with_narrow_abilities_opens_nothing(team: Team) -> None:
    token = team.mali.call("POST", "me/tokens", json={"name": "bot", "abilities": ["automation:messages"]})["token"]
    assert await refused(team.service, {"Authorization": f"Bearer {token}"}) == 4401


# ── Delivery ──


async def test_a_post_reaches_every_reader_in_order(team: Team) -> None:
    async with team.mali.socket() as mali, team.olivia.socket() as olivia:
        for number in range(20):
            team.post(f"Message {number}")
        for client in (mali, olivia):
            for number in range(20):
                frame = await client.event("message.created", conversation_id=team.channel["id"])
                assert (frame["seq"], frame["prev"]) == (number + 1, number)
                assert frame["data"]["original_content"] == f"Message {number}"


async def test_a_text_of_the_phrasebook_arrives_in_the_readers_language(team: Team) -> None:
    async with team.mali.socket() as mali, team.olivia.socket() as olivia:
        team.post("Good morning")
        thai = (await mali.event("message.created"))["data"]
        assert (thai["display_language"], thai["display_source"]) == ("th", "translation")
        assert (await olivia.event("message.created"))["data"]["display_content"] == "Good morning"


async def test_events_over_rest_are_the_frames_of_the_socket(team: Team) -> None:
    async with team.mali.socket() as mali:
        team.post("Hello")
        frame = await mali.event("message.created")
        assert team.mali.call("GET", f"conversations/{team.channel['id']}/events?after=0") == [frame]


async def test_an_outsider_receives_nothing(team: Team) -> None:
    async with team.otto.socket() as otto:
        assert otto.hello["cursors"] == {}
        team.post("Hello")
        assert await otto.quiet() == []
        await otto.send(type="resume", cursors={team.channel["id"]: 0})
        assert (await otto.next("resumed"))["cursors"] == {}


async def test_a_new_direct_conversation_is_received_from_its_first_message(team: Team) -> None:
    async with team.otto.socket() as otto:
        opened = team.mali.call("POST", "direct-conversations", json={"participant_user_id": team.otto.pk})
        team.mali.call("POST", f"direct-conversations/{opened['id']}/messages", json={"content": "Only you"})
        frame = await otto.event("message.created", conversation_id=opened["id"])
        assert (frame["seq"], frame["data"]["original_content"]) == (1, "Only you")


async def test_ping_pong(team: Team) -> None:
    async with team.mali.socket() as mali:
        await mali.send(type="ping")
        assert await mali.next("pong") == {"type": "pong"}


# ── Resuming ──


async def test_a_client_that_was_disconnected_resumes_without_loss(team: Team) -> None:
    async with team.mali.socket() as mali:
        team.post("One")
        cursor = (await mali.event("message.created"))["seq"]
    for number in range(2, 8):
        team.post(f"Message {number}")
    async with team.mali.socket() as mali:
        await mali.send(type="resume", cursors={team.channel["id"]: cursor})
        resumed = await mali.next("resumed")
        assert resumed["cursors"] == {team.channel["id"]: 7}
        received = [(frame["prev"], frame["seq"]) for frame in mali.frames if frame["type"] == "event"]
        assert received == [(number - 1, number) for number in range(2, 8)]
        team.post("Live again")
        frame = await mali.event("message.created")
        assert (frame["prev"], frame["seq"]) == (7, 8)


async def test_resuming_while_others_post_loses_and_repeats_nothing(team: Team) -> None:
    for number in range(30):
        team.post(f"Message {number}")

    def post_more() -> None:
        for number in range(60):
            team.post(f"More {number}")

    async with team.mali.socket() as mali:
        posting = asyncio.create_task(asyncio.to_thread(post_more))
        while not any(frame["type"] == "event" for frame in mali.frames):
            await mali.receive()
        for _ in range(5):
            seen = len(mali.frames)
            await mali.send(type="resume", cursors={team.channel["id"]: 0})
            resumed = await mali.next("resumed")
            last = resumed["cursors"][team.channel["id"]]
            frames = mali.frames[seen:]
            start = next(n for n, frame in enumerate(frames) if frame.get("prev") == 0)
            replayed = [frame["seq"] for frame in frames[start:] if frame["type"] == "event"]
            assert replayed == list(range(1, last + 1))
        await posting
        while last < 90:
            frame = await mali.event("message.created")
            assert (frame["prev"], frame["seq"]) == (last, last + 1)
            last = frame["seq"]


async def test_a_cursor_ahead_or_too_old_is_reset(team: Team) -> None:
    for number in range(3):
        team.post(f"Message {number}")
    channel = team.channel["id"]
    async with team.mali.socket() as mali:
        await mali.send(type="resume", cursors={channel: 99})
        assert await mali.next("reset") == {"type": "reset", "conversation_id": channel}
        assert (await mali.next("resumed"))["cursors"] == {channel: 3}
        team.service.shell(
            "from workspaces.models import Event; from datetime import timedelta; from django.utils import timezone;"
            f"Event.objects.filter(stream_id='{channel}', seq__lte=2)"
            ".update(created_at=timezone.now() - timedelta(days=8));"
            "from workspaces.tasks import expire_events; expire_events()"
        )
        await mali.send(type="resume", cursors={channel: 1})
        assert await mali.next("reset") == {"type": "reset", "conversation_id": channel}
        await mali.next("resumed")
        await mali.send(type="resume", cursors={channel: 2})
        assert (await mali.event("message.created"))["seq"] == 3
        team.post("Live again")
        assert (await mali.event("message.created"))["seq"] == 4


async def test_a_newcomer_resumes_nothing_from_before(team: Team) -> None:
    team.post("Before")
    team.add(team.otto)
    team.post("After")
    async with team.otto.socket() as otto:
        await otto.send(type="resume", cursors={team.channel["id"]: 0, team.workspace["id"]: 0})
        await otto.next("resumed")
        received = [frame["data"] for frame in otto.frames if frame["type"] == "event"]
        assert [data["original_content"] for data in received if "original_content" in data] == ["After"]
        assert [data["user"]["name"] for data in received if "user" in data] == ["Otto"]


# ── Frames that are refused ──


async def test_errors_name_what_is_wrong_and_the_socket_stays_open(team: Team) -> None:
    async with team.mali.socket() as mali:
        for raw, code in (
            ("nonsense", "bad_frame"),
            ("[]", "bad_frame"),
            ('{"type": 7}', "bad_frame"),
            ('{"type": "resume"}', "bad_frame"),
            ('{"type": "resume", "cursors": {"x": -1}}', "bad_frame"),
            ('{"type": "typing", "conversation_id": "x"}', "bad_frame"),
            ('{"type": "dance"}', "unknown_type"),
            ('{"type": "ping", "x": "' + "x" * 200_000 + '"}', "too_large"),
        ):
            await mali.ws.send(raw)
            error = await mali.next("error")
            assert error["code"] == code
            assert error["message"]
        await mali.send(type="ping")
        await mali.next("pong")


async def test_ten_errors_a_minute_close_the_socket(team: Team) -> None:
    async with team.mali.socket() as mali:
        for _ in range(10):
            await mali.ws.send("nonsense")
        assert await mali.closed() == 4400
        assert [frame["type"] for frame in mali.frames].count("error") == 10


async def test_a_flood_is_limited(team: Team) -> None:
    async with team.mali.socket() as mali:
        for _ in range(75):
            await mali.send(type="ping")
        assert (await mali.next("error"))["code"] == "rate_limited"
        assert await mali.closed() == 4400


# ── Changes of access ──


async def test_signing_out_closes_the_socket(team: Team) -> None:
    async with team.mali.socket() as mali:
        team.mali.call("POST", "auth/app/logout")
        assert await mali.closed() == 4401


async def test_a_removed_member_receives_nothing_further(team: Team) -> None:
    members = team.olivia.call("GET", f"workspaces/{team.workspace['id']}/members")
    member = next(row for row in members if row["user"]["id"] == team.mali.pk)
    async with team.mali.socket() as mali:
        team.olivia.call("DELETE", f"workspaces/{team.workspace['id']}/members/{member['id']}")
        await mali.until_unsubscribed_from(team.channel["id"])
        team.post("Not for Mali")
        assert await mali.quiet() == []
        await mali.send(type="resume", cursors={team.channel["id"]: 0, team.workspace["id"]: 0})
        assert (await mali.next("resumed"))["cursors"] == {}


async def test_a_new_member_receives_events_from_then_on(team: Team) -> None:
    team.post("Before")
    async with team.otto.socket() as otto, team.mali.socket() as mali:
        team.add(team.otto)
        team.post("After")
        frame = await otto.event("message.created")
        assert frame["data"]["original_content"] == "After"
        joined = await mali.event("member.joined")
        assert joined["workspace_id"] == team.workspace["id"]
        assert joined["data"]["user"]["name"] == "Otto"
        assert [frame["event"] for frame in otto.frames if frame["type"] == "event"].count("message.created") == 1


async def test_a_new_open_channel_is_received_by_all(team: Team) -> None:
    async with team.mali.socket() as mali:
        news = team.create_channel(name="news")
        team.post("First", channel=news)
        assert (await mali.event("channel.created"))["data"]["id"] == news["id"]
        frame = await mali.event("message.created", conversation_id=news["id"])
        assert frame["seq"] == 1


async def test_a_private_channel_is_received_by_those_in_it(team: Team) -> None:
    base = f"workspaces/{team.workspace['id']}"
    members = team.olivia.call("GET", f"{base}/members")
    member = next(row for row in members if row["user"]["id"] == team.mali.pk)
    async with team.mali.socket() as mali, team.olivia.socket() as olivia:
        secret = team.create_channel(name="secret", visibility="private")
        assert (await olivia.event("channel.created"))["data"]["id"] == secret["id"]
        team.post("Before", channel=secret)
        assert await mali.quiet() == []
        team.olivia.call("POST", f"{base}/channels/{secret['id']}/members", json={"member_id": member["id"]})
        team.post("After", channel=secret)
        assert (await mali.event("channel.joined"))["data"]["id"] == secret["id"]
        assert (await mali.event("message.created"))["data"]["original_content"] == "After"
        team.olivia.call("DELETE", f"{base}/channels/{secret['id']}/members/{member['id']}")
        await mali.until_unsubscribed_from(secret["id"])
        team.post("Gone", channel=secret)
        assert await mali.quiet() == []
        assert [
            frame["data"]["original_content"] for frame in olivia.frames if frame.get("event") == "message.created"
        ] == []
        for content in ("Before", "After", "Gone"):
            assert (await olivia.event("message.created"))["data"]["original_content"] == content


async def test_a_channel_that_becomes_private_goes_on_for_those_in_it(team: Team) -> None:
    path = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}"
    async with team.mali.socket() as mali, team.olivia.socket() as olivia:
        team.post("Open")
        await mali.event("message.created")
        team.olivia.call("PUT", path, json={"name": "general", "slug": "general", "visibility": "private"})
        await mali.until_unsubscribed_from(team.channel["id"])
        team.post("Closed")
        assert await mali.quiet() == []
        for content in ("Open", "Closed"):
            assert (await olivia.event("message.created"))["data"]["original_content"] == content
        team.olivia.call("PUT", path, json={"name": "general", "slug": "general", "visibility": "public"})
        team.post("Open again")
        assert (await mali.event("message.created"))["data"]["original_content"] == "Open again"
        assert (await olivia.event("message.created"))["data"]["original_content"] == "Open again"


async def test_the_socket_follows_a_change_of_language(team: Team) -> None:
    async with team.mali.socket() as mali:
        team.mali.call("PATCH", "me", json={"preferred_language": "ja"})
        async with asyncio.timeout(PATIENCE):
            while True:
                team.post("Good morning")
                if (await mali.event("message.created"))["data"]["display_language"] == "ja":
                    break


async def test_the_socket_shows_the_original_in_a_language_that_its_owner_also_reads(team: Team) -> None:
    async with team.mali.socket() as mali:
        team.mali.call("PATCH", "me", json={"also_reads": ["en"]})
        async with asyncio.timeout(PATIENCE):
            while True:
                team.post("Good morning")
                message = (await mali.event("message.created"))["data"]
                if message["display_source"] == "original":
                    break
    assert (message["display_content"], message["translation_reason"]) == ("Good morning", None)


async def test_the_socket_follows_a_language_chosen_for_an_open_channel_alone(team: Team) -> None:
    channel = f"workspaces/{team.workspace['id']}/channels/{team.channel['id']}/language"

    async def read_until(client: Client, language: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                team.post("Good morning")
                if (await client.event("message.created"))["data"]["display_language"] == language:
                    return

    async with team.mali.socket() as mali, team.olivia.socket() as olivia:
        team.mali.call("PUT", channel, json={"language": "ja"})
        await read_until(mali, "ja")
        assert (await olivia.event("message.created"))["data"]["display_language"] == "en"
        # One who comes anew reads so from the first event on.
        async with team.mali.socket() as phone:
            team.post("Good morning")
            assert (await phone.event("message.created"))["data"]["display_language"] == "ja"
        team.mali.call("PUT", channel, json={"language": None})
        await read_until(mali, "th")


async def test_the_posters_own_name_of_a_message_reaches_the_posters_sockets_alone(team: Team) -> None:
    channel = team.channel["id"]
    path = f"workspaces/{team.workspace['id']}/channels/{channel}/messages"
    async with team.olivia.socket() as desk, team.olivia.socket() as phone, team.mali.socket() as mali:
        team.olivia.call("POST", path, json={"content": "Good morning", "client_id": "tab-1"})
        for client in (desk, phone):
            mine = await client.event("message.created")
            assert (mine["data"]["client_id"], mine["data"]["original_content"]) == ("tab-1", "Good morning")
        other = await mali.event("message.created")
        assert other["data"].keys() == mine["data"].keys() - {"client_id"}
        assert (other["seq"], other["prev"]) == (mine["seq"], mine["prev"])
        # What is replayed is what was sent, over either way.
        for client, frame in ((desk, mine), (mali, other)):
            await client.send(type="resume", cursors={channel: frame["prev"]})
            assert await client.event("message.created") == frame
    for person, frame in ((team.olivia, mine), (team.mali, other)):
        assert person.call("GET", f"conversations/{channel}/events?after={frame['prev']}")[0] == frame
