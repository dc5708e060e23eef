"""Visitors: temporary rooms, and how many of them somebody may open."""

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
    """What an owner of rooms may do; the defaults are everybody's who has neither a plan nor limits of their own."""

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
    """Limits that may be left open: null leaves them to what stands behind."""

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
        return {name: value for name in LIMIT_NAMES if (value := getattr(self, name)) is not None}


class Plan(LimitValues):
    """Limits under a name, for many owners at once."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class RoomLimits(LimitValues):
    """One owner's limits: its own, else its plan's, else everybody's. Its row is the lock that keeps them exact."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="room_limits"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="owners")

    class Meta:
        verbose_name_plural = "room limits"

    def __str__(self) -> str:
        return f"Limits of {self.owner}"

    def effective(self) -> Limits:
        values = (self.plan.given() if self.plan is not None else {}) | self.given()
        hours = {name: min(value, MAX_HOURS) for name, value in values.items() if name.endswith("_hours")}
        return Limits(**values | hours)  # type: ignore[arg-type]


class Room(ULIDModel):
    """A temporary room. Its id is its workspace's; it outlives the workspace, which is purged 30 days after the end.

    ``expires_at`` and ``closed_at`` are written to the workspace too, which is where everything below looks.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rooms")
    workspace = models.OneToOneField(Workspace, on_delete=models.SET_NULL, null=True, related_name="room")
    channel_id = ULIDField()
    name = models.CharField(max_length=120)
    external_reference = models.CharField(max_length=255, null=True, blank=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    extension_count = models.PositiveIntegerField(default=0)
    # Set once guests were sent out and everybody was told, and once the content was given up.
    ended_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("close_room", "Can close rooms")]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="room_by_owner"),
            models.Index(fields=["owner", "external_reference"], name="room_by_reference"),
            # Serve the two sweeps: what runs out next, and what is to be purged.
            models.Index(fields=["expires_at"], name="room_running", condition=Q(ended_at=None)),
            models.Index(
                fields=["ended_at"], name="room_unpurged", condition=Q(ended_at__isnull=False, purged_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def status_at(self, now: datetime) -> str:
        """``active``, ``closed`` (by somebody, before its time was over) or ``expired``."""
        if self.closed_at is not None:
            return "closed"
        return "expired" if self.expires_at <= now else "active"

    def has_ended(self, now: datetime) -> bool:
        return self.status_at(now) != "active"

    def latest_expiry(self, limits: Limits) -> datetime:
        """How far extensions may take it; never before what it already has."""
        return max(self.expires_at, self.created_at + timedelta(hours=limits.max_lifetime_hours))
