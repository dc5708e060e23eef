"""Call the conversations' API as its clients do, and read the answers."""

from typing import Any

from rest_framework.test import APIClient

from workspaces.models import Channel, Event, Workspace

NEWS = "The harbour crane will be repaired on Thursday."


def path_of(channel: Channel) -> str:
    return f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"


def post(client: APIClient, channel: Channel, content: str = "Hello there, how are you today?", **more: Any) -> Any:
    return client.post(path_of(channel), {"content": content, **more})


def newest(client: APIClient, channel: Channel, query: str = "") -> dict[str, Any]:
    return dict(client.get(f"{path_of(channel)}?limit=1{query}").json()["data"][0])


def search(client: APIClient, workspace: Workspace, q: str, query: str = "") -> Any:
    more = dict(part.split("=") for part in query.split("&") if part)
    return client.get(f"/api/v1/workspaces/{workspace.pk}/search", {"q": q, **more})


def found(client: APIClient, workspace: Workspace, q: str, query: str = "") -> list[str]:
    answer = search(client, workspace, q, query)
    assert answer.status_code == 200, answer.json()
    return [row["original_content"] for row in answer.json()["data"]]


def last_event(channel: Channel) -> tuple[str, Any]:
    event = Event.objects.filter(stream_id=channel.pk).latest("seq")
    return event.kind, event.data


def make_webhook(client: APIClient, channel: Channel, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/workspaces/{channel.workspace_id}/webhooks", {"name": "Deploys", **body})
    assert answer.status_code == 201, answer.json()
    return dict(answer.json()["data"])


def hook(webhook: dict[str, Any], body: Any, secret: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {secret or webhook['secret']}"}
    return APIClient().post(f"/api/v1/webhooks/{webhook['id']}/messages", body, headers=headers)
