"""Push devices in an account's export.

Delete them with the account or with the credential that registered them.
"""

from accounts import lifecycle
from accounts.identity import credentials
from devices import access, actions, resources
from devices.models import ConversationPreference, PushPreference

_DEVICES = lifecycle.lines(
    "devices",
    rows=lambda user: access.devices_of(user).order_by("pk"),
    line=resources.device,
    covers=("devices.Device.user",),
)
_CONVERSATION_PREFERENCES = lifecycle.lines(
    "conversation_preferences",
    rows=lambda user: ConversationPreference.objects.filter(user=user).order_by("pk"),
    line=lambda row: {"conversation_id": row.conversation_id, **resources.conversation_preference(row)},
    covers=("devices.ConversationPreference.user",),
)
_PUSH_PREFERENCES = lifecycle.lines(
    "push_preferences",
    rows=lambda user: PushPreference.objects.filter(user=user),
    line=resources.push_preference,
    covers=("devices.PushPreference.user",),
)
_LEFT_OUT = {
    "devices.Delivery": "pushes on their way to a device, deleted within minutes",
    "devices.Receipt": "what a provider is asked about a push, deleted within a day",
}


def register() -> None:
    """Register the hooks of account deletion and export, and of ended credentials."""
    lifecycle.EXPORTERS += [_DEVICES, _CONVERSATION_PREFERENCES, _PUSH_PREFERENCES]
    lifecycle.NOT_EXPORTED.update(_LEFT_OUT)
    lifecycle.ERASERS.append(
        lifecycle.Eraser(
            "devices",
            lambda user: access.devices_of(user).count(),
            lambda user: actions.delete_devices_of(user=user),
        )
    )
    credentials.DEPENDANTS.append(
        credentials.Dependant("devices", end=actions.end_devices, end_all=actions.end_devices_of)
    )
