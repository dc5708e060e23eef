"""One running service for all tests of the package.

Each test registers its own users.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from realtime.tests.running import Person, Service, running


@pytest.fixture(scope="package")
def service() -> Iterator[Service]:
    with running() as running_service:
        yield running_service


@dataclass
class Team:
    """Olivia's workspace.

    Mali is a member and reads Thai; Otto belongs to no workspace.
    """

    service: Service
    olivia: Person
    mali: Person
    otto: Person
    workspace: dict[str, Any]
    channel: dict[str, Any]

    def post(self, content: str, *, by: Person | None = None, channel: dict[str, Any] | None = None) -> dict[str, Any]:
        channel_id = (channel or self.channel)["id"]
        path = f"workspaces/{self.workspace['id']}/channels/{channel_id}/messages"
        message: dict[str, Any] = (by or self.olivia).call("POST", path, json={"content": content})
        return message

    def add(self, person: Person) -> dict[str, Any]:
        """Let ``person`` join the workspace; returns the member."""
        base = f"workspaces/{self.workspace['id']}"
        invite = self.olivia.call("POST", f"{base}/invites", json={})
        person.call("POST", f"invites/{invite['token']}/accept")
        members = self.olivia.call("GET", f"{base}/members", params={"per_page": 100})
        member: dict[str, Any] = next(row for row in members if row["user"]["id"] == person.pk)
        return member

    def create_channel(self, **body: Any) -> dict[str, Any]:
        channel: dict[str, Any] = self.olivia.call("POST", f"workspaces/{self.workspace['id']}/channels", json=body)
        return channel


@pytest.fixture
def team(service: Service) -> Team:
    return make_team(service)


def make_team(service: Service) -> Team:
    olivia, mali, otto = (service.register(*names) for names in (("Olivia", "en"), ("Mali", "th"), ("Otto", "ja")))
    workspace = olivia.call("POST", "workspaces", json={"name": "Acme"})
    channel = olivia.call("GET", f"workspaces/{workspace['id']}/channels")[0]
    team = Team(service, olivia, mali, otto, workspace, channel)
    team.add(mali)
    return team
