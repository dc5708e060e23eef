"""Phones, messages that ring them, and what a provider was told."""

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from devices import actions as devices
from devices.models import Device
from messaging.models import Message
from workspaces.models import Channel

Told = Callable[[], list[dict[str, Any]]]


def phone(user: User, name: str = "phone") -> Device:
    return devices.register_device(
        user=user, push_token=f"{user.name}'s {name}", platform="ios", provider="expo", device_name=name
    )


def post(client: APIClient, channel: Channel, content: str, **body: Any) -> Message:
    answer = client.post(messages(channel), {"content": content, **body}, format="json")
    assert answer.status_code == 201, answer.content
    return Message.objects.get(pk=answer.json()["data"]["id"])


def messages(channel: Channel, what: str = "messages") -> str:
    return f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/{what}"


def to(got: list[dict[str, Any]]) -> list[str]:
    return sorted(one["to"] for one in got)
