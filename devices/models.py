"""Where a person can be reached, when they want to be, and what is owed to them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.identity import credentials
from rosetta.ids import ULIDField, ULIDModel

TOKEN_LENGTH = 4096


class Device(ULIDModel):
    """An app on somebody's device. The push token is its identity; it never leaves the service but to its provider."""

    class Platform(models.TextChoices):
        IOS = "ios"
        ANDROID = "android"
        WEB = "web"

    class Provider(models.TextChoices):
        FCM = "fcm"
        EXPO = "expo"
        APNS = "apns"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    platform = models.CharField(max_length=8, choices=Platform)
    provider = models.CharField(max_length=8, choices=Provider)
    push_token = models.CharField(max_length=TOKEN_LENGTH)
    # Tokens are too long for an index of their own.
    token_hash = models.CharField(max_length=64, unique=True)
    device_id = models.CharField(max_length=255, null=True, blank=True)
    device_name = models.CharField(max_length=255, null=True, blank=True)
    app_version = models.CharField(max_length=64, null=True, blank=True)
    # What the app was let in by when it registered last, after ``accounts.identity.credentials``: the device ends with it. Empty where
    # that was not written down yet.
    credential = models.CharField(max_length=credentials.LENGTH, blank=True, default="", db_default="")
    last_used_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="device_by_user")]

    def __str__(self) -> str:
        return self.device_name or f"{self.platform} ({self.provider})"


class ConversationPreference(models.Model):
    """What somebody wants to be told of in one conversation; no row means the conversation's default.

    ``conversation_id`` is a plain id, because conversations stand above devices.
    """

    class Level(models.TextChoices):
        ALL = "all"
        MENTIONS = "mentions"
        NONE = "none"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    conversation_id = ULIDField()
    level = models.CharField(max_length=8, choices=Level)
    muted_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Serves the question of a message too: who wants everything that is said here?
            models.UniqueConstraint(fields=["conversation_id", "user"], name="conversation_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.conversation_id} for {self.user_id}"


def check_zone(value: str) -> None:
    import zoneinfo

    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"{value} is no time zone.")


class PushPreference(models.Model):
    """Whether somebody wants pushes at all, and in which hours of their day none; no row means always."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_enabled = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_have_two_ends",
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Push for {self.user_id}"


class Announcement(models.Model):
    """A message whose readers have yet to be looked up; ``subject_id`` is its id."""

    subject_id = ULIDField(primary_key=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="announcement_due")]

    def __str__(self) -> str:
        return str(self.subject_id)


class Delivery(models.Model):
    """A push that one device is owed. Gone when it was sent, or when there is no use in trying any more."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    subject_id = ULIDField()
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["subject_id", "device"], name="push_delivery_once")]
        indexes = [models.Index(fields=["due_at"], name="push_delivery_due")]

    def __str__(self) -> str:
        return f"{self.subject_id} to {self.device_id}"


class Receipt(models.Model):
    """A push that its provider took and has more to say of later: Expo hears of a dead token from Apple or Google first."""

    ticket = models.CharField(max_length=64, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="push_receipt_due")]

    def __str__(self) -> str:
        return self.ticket
