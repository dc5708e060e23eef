"""Nobody is rung for an account that is closed, nor by what opens an account no more."""

from accounts import lifecycle
from accounts.identity import credentials
from devices import access, actions


def register() -> None:
    """Make closing an account, or ending what opens it, forget devices."""
    lifecycle.ERASERS.append(
        lifecycle.Eraser(
            "devices",
            lambda user: access.devices_of(user).count(),
            lambda user: actions.forget_devices_of(user=user),
        )
    )
    credentials.DEPENDANTS.append(
        credentials.Dependant("devices", end=actions.end_devices, end_all=actions.end_devices_of)
    )
