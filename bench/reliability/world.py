"""The people and conversations of the reliability test, made over the service's own API."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.reliability.stack import Stack
from bench.service import HOST

API = "/api/v1"
PASSWORD = "a long harbour evening"


@dataclass(eq=False)
class Person:
    """A user or guest with a language and authentication headers.

    ``id`` is the account's, for users.
    """

    name: str
    language: str
    headers: dict[str, str]
    id: int = 0


@dataclass(frozen=True)
class Promise:
    """A post that was answered 201.

    The response, and when it was sent and answered by the client's clock.
    """

    id: str
    seq: int
    asked: float
    answered: float
    attachment: str = ""


@dataclass(eq=False)
class Place:
    """A conversation: its paths for members and guests, its writers and readers, and its acknowledged posts by text."""

    name: str
    id: str
    path: str
    people: list[Person]
    guests: list[Person] = field(default_factory=list)
    guest_path: str = ""
    promises: dict[str, Promise] = field(default_factory=dict)

    @property
    def readers(self) -> list[Person]:
        return self.people + self.guests

    def path_for(self, person: Person) -> str:
        return self.guest_path if person in self.guests else self.path


@dataclass(eq=False)
class World:
    team_id: str
    crowd: Place
    secret: Place
    direct: Place
    room: Place
    shop: Place
    owner: Person
    leaver: Person
    outsider: Person

    @property
    def places(self) -> list[Place]:
        return [self.crowd, self.secret, self.direct, self.room, self.shop]

    @property
    def everybody(self) -> list[Person]:
        found = {id(person): person for place in self.places for person in place.readers}
        return [*found.values(), self.leaver, self.outsider]


class _Maker:
    def __init__(self, port: int) -> None:
        self.client = httpx.Client(base_url=f"http://{HOST}:{port}{API}", timeout=30)

    def call(self, who: Person | None, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.request(method, path, json=body, headers=who.headers if who else {})
        if answer.status_code >= 300:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def person(self, name: str, language: str) -> Person:
        told = self.call(None, "POST", "/auth/app/register", sign_up(name, language))
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        return Person(name, language, headers, told["user"]["id"])

    def workspace(self, owner: Person, name: str) -> tuple[str, str]:
        """Make a workspace. Returns its id and that of its first channel."""
        workspace = self.call(owner, "POST", "/workspaces", {"name": name})["data"]["id"]
        return workspace, self.call(owner, "GET", f"/workspaces/{workspace}/channels")["data"][0]["id"]

    def invite(self, owner: Person, workspace: str, people: list[Person]) -> None:
        token = self.call(owner, "POST", f"/workspaces/{workspace}/invites", {})["data"]["token"]
        for person in people:
            self.call(person, "POST", f"/invites/{token}/accept")

    def guest(self, room: str, name: str, language: str) -> Person:
        path = f"/external/rooms/{room}/guests"
        told = self.call(None, "POST", path, {"nickname": name, "preferred_language": language})["data"]
        return Person(name, language, {"X-Rosetta-Guest-Token": told["session"]["token"]})


def sign_up(name: str, language: str) -> dict[str, str]:
    return {
        "name": name,
        "email": f"{name.lower()}@example.com",
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        "preferred_language": language,
    }


def channel_path(workspace: str, channel: str) -> str:
    return f"{API}/workspaces/{workspace}/channels/{channel}/messages"


def make_world(stack: Stack, hook_url: str = "") -> World:
    """Make a team of five languages, a private channel, a direct conversation, a room, and a shop with a webhook."""
    make = _Maker(stack.web_ports[0])
    olivia, mali, jun = make.person("Olivia", "en"), make.person("Mali", "th"), make.person("Jun", "ja")
    indra, chen, rex = make.person("Indra", "id"), make.person("Chen", "zh-CN"), make.person("Rex", "en")
    otto = make.person("Otto", "ja")
    team, general = make.workspace(olivia, "Team")
    make.invite(olivia, team, [mali, jun, indra, chen, rex])
    secret = make.call(olivia, "POST", f"/workspaces/{team}/channels", {"name": "secret", "visibility": "private"})[
        "data"
    ]["id"]
    members = make.call(olivia, "GET", f"/workspaces/{team}/members")["data"]
    seat = next(member["id"] for member in members if member["user"]["id"] == mali.id)
    make.call(olivia, "POST", f"/workspaces/{team}/channels/{secret}/members", {"member_id": seat})
    direct = make.call(olivia, "POST", "/direct-conversations", {"participant_user_id": jun.id})["data"]["id"]
    room = make.call(olivia, "POST", "/external/rooms", {"name": "Visitors"})["data"]
    guests = [make.guest(room["room_id"], "Gai", "th"), make.guest(room["room_id"], "Gen", "ja")]
    shop, counter = make.workspace(olivia, "Shop")
    if hook_url:
        hook = {"url": hook_url, "event_types": ["message.created"]}
        make.call(olivia, "POST", f"/workspaces/{shop}/webhook-subscriptions", hook)
    return World(
        team_id=team,
        crowd=Place("channel", general, channel_path(team, general), [olivia, mali, jun, indra, chen]),
        secret=Place("private channel", secret, channel_path(team, secret), [olivia, mali]),
        direct=Place("direct", direct, f"{API}/direct-conversations/{direct}/messages", [olivia, jun]),
        room=Place(
            "room",
            room["channel_id"],
            channel_path(room["room_id"], room["channel_id"]),
            [olivia],
            guests,
            f"{API}/external/rooms/{room['room_id']}/messages",
        ),
        shop=Place("shop", counter, channel_path(shop, counter), [olivia]),
        owner=olivia,
        leaver=rex,
        outsider=otto,
    )


def remove_from_team(stack: Stack, world: World, person: Person) -> None:
    """Remove ``person`` as the owner; return when the service has confirmed it."""
    make = _Maker(stack.web_ports[1])
    members = make.call(world.owner, "GET", f"/workspaces/{world.team_id}/members?per_page=100")["data"]
    seat = next(member["id"] for member in members if member["user"]["id"] == person.id)
    make.call(world.owner, "DELETE", f"/workspaces/{world.team_id}/members/{seat}")
