"""Devices that are told of messages."""

from typing import Any

import factory

from accounts.tests.factories import UserFactory
from devices.actions import register_device
from devices.models import Device
from rosetta.tests.factories import ActionFactory


class DeviceFactory(ActionFactory[Device]):
    """An iPhone that Expo reaches."""

    class Meta:
        model = Device

    user = factory.SubFactory(UserFactory)
    push_token = factory.Sequence(lambda number: f"ExponentPushToken[{number}]")
    platform = "ios"
    provider = "expo"

    @classmethod
    def act(cls, **fields: Any) -> Device:
        return register_device(**fields)
