"""Push devices, notification preferences, and pending pushes."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.identity import credentials
from rosetta.ids import ULIDField, ULIDModel

TOKEN_LENGTH = 4096


class Device(ULIDModel):
    """An app or a browser on a person's device, identified by its push token.

    The token is sent to its provider and nobody else. A browser's is the address of its push service.
    """

    class Platform(models.TextChoices):
        IOS = "ios"
        ANDROID = "android"
        WEB = "web"

    class Provider(models.TextChoices):
        FCM = "fcm"
        EXPO = "expo"
        APNS = "apns"
        WEB_PUSH = "webpush"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    platform = models.CharField(max_length=8, choices=Platform)
    provider = models.CharField(max_length=8, choices=Provider)
    push_token = models.CharField(max_length=TOKEN_LENGTH)
    # Indexed instead of the token, which is too long for an index.
    token_hash = models.CharField(max_length=64, unique=True)
    # A browser's keys, for which its pushes are encrypted: base64url, of 65 and 16 bytes.
    p256dh = models.CharField(max_length=88, blank=True, default="", db_default="")
    auth = models.CharField(max_length=24, blank=True, default="", db_default="")
    device_id = models.CharField(max_length=255, null=True, blank=True)
    device_name = models.CharField(max_length=255, null=True, blank=True)
    app_version = models.CharField(max_length=64, null=True, blank=True)
    # The credential with which the app registered last (see ``accounts.identity.credentials``): the device ends with it.
    # Empty for devices registered before credentials were recorded.
    credential = models.CharField(max_length=credentials.LENGTH, blank=True, default="", db_default="")
    last_used_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-last_used_at"], name="device_by_user")]

    def __str__(self) -> str:
        return self.device_name or f"{self.platform} ({self.provider})"


class ConversationPreference(models.Model):
    """A user's notification level in one conversation.

    No row means the conversation's default.

    ``conversation_id`` is a plain id, because conversations belong to a higher app.
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
            # Also serves the lookup of a message's recipients.
            models.UniqueConstraint(fields=["conversation_id", "user"], name="conversation_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.conversation_id} for {self.user_id}"


def check_zone(value: str) -> None:
    import zoneinfo

    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"{value} is no time zone.")


class PushPreference(models.Model):
    """Whether a user wants pushes, and the quiet hours in which none may come.

    No row means always.
    """

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
    """A message whose recipients are still to be determined; ``subject_id`` is its id."""

    subject_id = ULIDField(primary_key=True)
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="announcement_due")]

    def __str__(self) -> str:
        return str(self.subject_id)


class Delivery(models.Model):
    """A pending push to one device. Deleted once it was sent or given up."""

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
    """A push that its provider accepted and reports on later.

    Expo learns of dead tokens from Apple or Google first.
    """

    ticket = models.CharField(max_length=64, primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="push_receipt_due")]

    def __str__(self) -> str:
        return self.ticket
