"""Temporary rooms, and the limits on how many an owner may create."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rosetta.ids import ULIDField, ULIDModel
from workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an owner of rooms.

    The defaults apply to owners with neither a plan nor limits of their own.
    """

    active_limit: int = 3
    monthly_creation_limit: int = 10
    default_ttl_hours: int = 24
    max_ttl_hours: int = 24
    single_extension_hours: int = 24
    max_lifetime_hours: int = 24
    extension_allowed: bool = False


# Limits count up to this many hours, because dates end in the year 9999.
MAX_HOURS = 24 * 365 * 10
LIMIT_NAMES = tuple(field.name for field in fields(Limits))


class LimitValues(models.Model):
    """Limits of which each may be null: then the plan's or the default applies."""

    active_limit = models.PositiveIntegerField(null=True, blank=True)
    monthly_creation_limit = models.PositiveIntegerField(null=True, blank=True)
    default_ttl_hours = models.PositiveIntegerField(null=True, blank=True)
    max_ttl_hours = models.PositiveIntegerField(null=True, blank=True)
    single_extension_hours = models.PositiveIntegerField(null=True, blank=True)
    max_lifetime_hours = models.PositiveIntegerField(null=True, blank=True)
    extension_allowed = models.BooleanField(null=True, blank=True)

    class Meta:
        abstract = True

    def given(self) -> dict[str, int | bool]:
        """Return the limits that are not null."""
        return {name: value for name in LIMIT_NAMES if (value := getattr(self, name)) is not None}


class Plan(LimitValues):
    """Named limits for many owners."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class RoomLimits(LimitValues):
    """The limits of one owner: its own, else its plan's, else the defaults.

    Its row is the lock of every creation.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="room_limits"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="owners")

    class Meta:
        verbose_name_plural = "room limits"

    def __str__(self) -> str:
        return f"Limits of {self.owner}"

    def effective(self) -> Limits:
        """Return the limits that apply."""
        values = (self.plan.given() if self.plan is not None else {}) | self.given()
        hours = {name: min(value, MAX_HOURS) for name, value in values.items() if name.endswith("_hours")}
        return Limits(**values | hours)  # type: ignore[arg-type]


class Room(ULIDModel):
    """A temporary room.

    Its id is its workspace's, which it outlives: the workspace is purged 30 days after the end.

    ``expires_at`` and ``closed_at`` are copied to the workspace, because the apps below cannot see rooms.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rooms")
    workspace = models.OneToOneField(Workspace, on_delete=models.SET_NULL, null=True, related_name="room")
    channel_id = ULIDField()
    name = models.CharField(max_length=120)
    external_reference = models.CharField(max_length=255, null=True, blank=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    extension_count = models.PositiveIntegerField(default=0)
    # ``ended_at``: when guests' tokens were expired and everybody was notified. ``purged_at``: when the content was deleted.
    ended_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("close_room", "Can close rooms")]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="room_by_owner"),
            models.Index(fields=["owner", "external_reference"], name="room_by_reference"),
            # Serve the two sweeps: rooms to end, and rooms to purge.
            models.Index(fields=["expires_at"], name="room_running", condition=Q(ended_at=None)),
            models.Index(
                fields=["ended_at"], name="room_unpurged", condition=Q(ended_at__isnull=False, purged_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def status_at(self, now: datetime) -> str:
        """Return ``active``, ``closed`` (by somebody, before its time) or ``expired``."""
        if self.closed_at is not None:
            return "closed"
        return "expired" if self.expires_at <= now else "active"

    def has_ended(self, now: datetime) -> bool:
        """Return whether the room is closed or expired."""
        return self.status_at(now) != "active"

    def latest_expiry(self, limits: Limits) -> datetime:
        """Return the latest end that extensions may reach, never before the present one."""
        return max(self.expires_at, self.created_at + timedelta(hours=limits.max_lifetime_hours))
