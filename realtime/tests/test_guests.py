"""Sockets of guests of temporary rooms."""

import asyncio
from typing import Any

import httpx
import pytest

from realtime.tests.running import Client, Person, Service, refused


class Visit:
    """Olivia's room, and Mei, a guest of it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.olivia: Person = service.register("Olivia")
        self.room: dict[str, Any] = self.olivia.call("POST", "external/rooms", json={"name": "Support"})
        body = {"nickname": "Mei", "preferred_language": "zh-CN"}
        answer = httpx.post(f"{service.web}/api/v1/external/rooms/{self.room['room_id']}/guests", json=body)
        assert answer.status_code == 201, answer.text
        self.guest = answer.json()["data"]["guest"]
        self.token = answer.json()["data"]["session"]["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Rosetta-Guest-Token": self.token}

    def post(self, content: str) -> None:
        path = f"workspaces/{self.room['workspace_id']}/channels/{self.room['channel_id']}/messages"
        self.olivia.call("POST", path, json={"content": content})


@pytest.fixture
def visit(service: Service) -> Visit:
    return Visit(service)


async def test_a_guest_receives_its_room_and_nothing_else(visit: Visit) -> None:
    visit.post("Before")
    async with Client(visit.service, visit.headers) as mei:
        assert mei.hello["cursors"].keys() == {visit.room["channel_id"]}
        visit.post("Good morning")
        frame = await mei.event("message.created")
        assert frame["data"]["display_language"] == "zh-CN"
        await mei.send(type="typing", conversation_id=visit.room["channel_id"])
    events = f"{visit.service.web}/api/v1/conversations/{visit.room['channel_id']}/events"
    assert frame in httpx.get(events, headers=visit.headers).json()["data"]
    other = f"{visit.service.web}/api/v1/workspaces/{visit.room['workspace_id']}/events"
    assert httpx.get(other, headers=visit.headers).status_code == 401


async def test_a_guest_and_the_owner_receive_the_room_whoever_connected_first(visit: Visit) -> None:
    channel = visit.room["channel_id"]
    for first, other in (("olivia", "mei"), ("mei", "olivia")):
        clients = {"olivia": visit.olivia.socket(), "mei": Client(visit.service, visit.headers)}
        async with clients[first], clients[other]:
            visit.post("Hello")
            for client in clients.values():
                assert (await client.event("message.created"))["conversation_id"] == channel
            # Guests do not receive the workspace's stream.
            member = visit.olivia.call("GET", f"workspaces/{visit.room['workspace_id']}/members")[0]
            path = f"workspaces/{visit.room['workspace_id']}/members/{member['id']}"
            visit.olivia.call(
                "PUT", path, json={"role": "owner", "preferred_language": "ja" if first == "mei" else "en"}
            )
            await clients["olivia"].event("member.updated")
            assert await clients["mei"].quiet(0.3) == []


async def test_a_browser_sends_its_guest_token_in_a_subprotocol(visit: Visit) -> None:
    offered = ("rosetta.v1", f"guest.{visit.token}")
    async with Client(visit.service, subprotocols=offered, origin=visit.service.origin) as mei:
        assert mei.ws.subprotocol == "rosetta.v1"


async def test_typing_guests_are_shown_to_the_owner(visit: Visit) -> None:
    async with Client(visit.service, visit.headers) as mei, visit.olivia.socket() as olivia:
        await mei.send(type="typing", conversation_id=visit.room["channel_id"])
        frame = await olivia.next("signal", event="typing")
        assert frame["data"] == {"user": None, "guest": {"id": visit.guest["id"], "nickname": "Mei"}}


async def test_the_end_of_the_room_closes_its_guests_sockets(visit: Visit) -> None:
    async with Client(visit.service, visit.headers) as mei:
        visit.olivia.call("POST", f"external/rooms/{visit.room['room_id']}/close")
        assert await mei.closed() == 4403
    assert await refused(visit.service, visit.headers) == 4403


EXPIRE_SOON = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Guest
from rooms.models import Room
from workspaces.models import Workspace
soon = timezone.now() + timedelta(seconds=4)
Room.objects.filter(pk="{0}").update(expires_at=soon)
Workspace.objects.filter(pk="{0}").update(expires_at=soon)
Guest.objects.filter(workspace_id="{0}").update(expires_at=soon)
"""


async def test_a_room_that_expires_closes_its_guests_sockets_and_its_owner_receives_the_event(visit: Visit) -> None:
    visit.service.shell(EXPIRE_SOON.format(visit.room["room_id"]))
    async with Client(visit.service, visit.headers) as mei, visit.olivia.socket() as olivia:
        # The gateway notices by itself: no job has run.
        assert await mei.closed() == 4403
        await asyncio.to_thread(visit.service.manage, "run_jobs", "end-expired-rooms")
        frame = await olivia.event("room.closed")
        assert (frame["data"]["room_id"], frame["data"]["status"]) == (visit.room["room_id"], "expired")
    assert await refused(visit.service, visit.headers) == 4403


async def test_a_removed_guest_is_signed_out(visit: Visit) -> None:
    async with Client(visit.service, visit.headers) as mei:
        visit.olivia.call("DELETE", f"external/rooms/{visit.room['room_id']}/guests/{visit.guest['id']}")
        assert await mei.closed() == 4401
    assert await refused(visit.service, visit.headers) == 4401


async def test_a_guests_own_name_of_a_message_reaches_the_guest_alone(visit: Visit) -> None:
    path = f"{visit.service.web}/api/v1/external/rooms/{visit.room['room_id']}/messages"
    async with Client(visit.service, visit.headers) as mei, visit.olivia.socket() as olivia:
        body = {"content": "Hello", "client_id": "widget-1"}
        assert httpx.post(path, headers=visit.headers, json=body).json()["data"]["client_id"] == "widget-1"
        assert (await mei.event("message.created"))["data"]["client_id"] == "widget-1"
        assert "client_id" not in (await olivia.event("message.created"))["data"]
