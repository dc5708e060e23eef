"""Delete push devices when an account is deleted or the credential that registered them ends."""

from accounts import lifecycle
from accounts.identity import credentials
from devices import access, actions


def register() -> None:
    """Register the hooks of account deletion and of ended credentials."""
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
