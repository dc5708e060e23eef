"""Nobody is rung for an account that is closed."""

from accounts import leaving
from devices import access, actions


def register() -> None:
    """Make closing an account forget its devices."""
    leaving.ERASERS.append(
        leaving.Eraser(
            "devices",
            lambda user: access.devices_of(user).count(),
            lambda user: actions.forget_devices_of(user=user),
        )
    )
