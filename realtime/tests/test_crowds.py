"""How many sockets one user or guest may have open, over everything they sign in with."""

import asyncio

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from realtime.tests.conftest import Team
from realtime.tests.running import PATIENCE, Client, Person, refused

CAP, TOO_MANY = 50, 4429


def second_token(person: Person) -> dict[str, str]:
    answer = person.client.post("me/tokens", json={"name": "program", "abilities": ["*"]})
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['data']['token']}"}


async def opened(headers: dict[str, str], url: str) -> ClientConnection | None:
    """Open a socket; None when it is one too many."""
    socket = await connect(
        url, additional_headers=headers, subprotocols=["rosetta.v1"], proxy=None, open_timeout=PATIENCE
    )  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(PATIENCE):
            assert '"hello"' in str(await socket.recv())
    except ConnectionClosed as end:
        assert end.rcvd is not None
        assert (end.rcvd.code, end.rcvd.reason) == (TOO_MANY, "Too many sockets.")
        return None
    return socket


async def close(sockets: list[ClientConnection]) -> None:
    await asyncio.gather(*(socket.close() for socket in sockets))


async def crowd(headers: list[dict[str, str]], url: str, count: int) -> list[ClientConnection]:
    """Open ``count`` sockets at once, with each of ``headers`` in turn.

    Return those that were greeted.
    """
    answers = await asyncio.gather(*(opened(headers[number % len(headers)], url) for number in range(count)))
    return [socket for socket in answers if socket is not None]


async def test_one_user_has_so_many_sockets_over_all_tokens_and_sessions(team: Team) -> None:
    first, second = {"Authorization": f"Bearer {team.mali.token}"}, second_token(team.mali)
    sockets = await crowd([first, second], team.service.socket_url, CAP + 15)
    try:
        assert len(sockets) == CAP
        for headers in (first, second):
            assert await refused(team.service, headers) == TOO_MANY
        async with team.olivia.socket() as olivia:  # others are not concerned
            assert olivia.hello
        team.post("Everybody reads it")
        async with asyncio.timeout(PATIENCE):
            while "message.created" not in str(await sockets[0].recv()):
                pass
    finally:
        await close(sockets)
    async with team.mali.socket() as mali:
        assert mali.hello


async def test_a_socket_that_closes_makes_room_for_another(team: Team) -> None:
    headers = {"Authorization": f"Bearer {team.otto.token}"}
    sockets = await crowd([headers], team.service.socket_url, CAP)
    try:
        assert await opened(headers, team.service.socket_url) is None
        await sockets.pop().close()
        async with asyncio.timeout(PATIENCE):
            while (again := await opened(headers, team.service.socket_url)) is None:
                await asyncio.sleep(0.1)
        sockets.append(again)
        assert await opened(headers, team.service.socket_url) is None
    finally:
        await close(sockets)


@pytest.mark.parametrize("count", [CAP + 1])
async def test_a_guest_has_as_many_and_the_room_s_owner_keeps_theirs(team: Team, count: int) -> None:
    room = team.olivia.client.post("external/rooms", json={"name": "Visit"}).json()["data"]["room_id"]
    joining = {"nickname": "Mei", "preferred_language": "zh-CN"}
    answer = httpx.post(f"{team.service.web}/api/v1/external/rooms/{room}/guests", json=joining)
    headers = {"X-Rosetta-Guest-Token": answer.json()["data"]["session"]["token"]}
    sockets = await crowd([headers], team.service.socket_url, count)
    try:
        assert len(sockets) == CAP
        async with Client(team.service, {"Authorization": f"Bearer {team.olivia.token}"}) as owner:
            assert owner.hello
    finally:
        await close(sockets)
