"""Webhooks: incoming ones, which post messages, and outgoing ones, which receive events."""

import secrets
from base64 import b64encode
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rosetta.ids import ULIDField, ULIDModel
from workspaces.models.channel import Channel
from workspaces.models.workspace import Workspace


class Webhook(ULIDModel):
    """An incoming webhook: whoever knows its secret posts into the workspace.

    ``created_by``: who was shown the secret.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=120)
    secret_hash = models.CharField(max_length=64)
    default_channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True, blank=True)
    # The row stays, because the messages that it posted keep its name.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


def new_signing_secret() -> str:
    """Return a new secret in the format of Standard Webhooks, of 32 random bytes."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


class WebhookSubscription(ULIDModel):
    """An outgoing webhook: an external address that receives a workspace's events.

    ``secret`` signs deliveries, so it is stored in clear: shown once, and never in lists, admin or logs. ``created_by``:
    who chose the address or was shown the secret.
    """

    class Disabled(models.TextChoices):
        FAILING = "failing"
        GONE = "gone"
        # Its creator is no longer an owner or admin.
        CREATOR = "creator"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    url = models.CharField(max_length=2048)
    event_types: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    secret = models.CharField(max_length=64, default=new_signing_secret, editable=False)
    is_active = models.BooleanField(default=True)
    # It receives events from then on: its creation, or when it was last switched on.
    active_since = models.DateTimeField(default=timezone.now)
    # Since when no delivery was accepted; null while they are.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    # After a failure nothing is sent until then, so that one failing address does not hold up the others.
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.CharField(max_length=8, choices=Disabled, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.url

    def wants(self, kind: str) -> bool:
        return kind in self.event_types or "*" in self.event_types


class StreamCursor(models.Model):
    """How far a stream's events have been collected for the subscriptions of its workspace."""

    stream_id = ULIDField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField(default=0)


class WebhookDelivery(ULIDModel):
    """An event to be delivered to a subscription, and the outcome of the last attempt.

    One row for all attempts.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        # Nothing was left to send: the message was erased in between.
        DROPPED = "dropped"

    subscription = models.ForeignKey(WebhookSubscription, on_delete=models.CASCADE, related_name="deliveries")
    stream_id = ULIDField()
    event_seq = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    # The event's own data. The body is rendered at each attempt, so that it contains no deleted text.
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    # When a worker may claim it next; a claim moves it to the end of its lease.
    due_at = models.DateTimeField(default=timezone.now)
    # Not retried after this.
    expires_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_body = models.CharField(max_length=1024, blank=True)
    error = models.CharField(max_length=255, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "stream_id", "event_seq"], name="delivery_once"),
        ]
        indexes = [
            # Serves the claim: pending deliveries, oldest first.
            models.Index(fields=["due_at"], name="delivery_owed", condition=Q(status="pending")),
            # Serves staff's list of failed deliveries.
            models.Index(fields=["id"], name="delivery_failed", condition=Q(status="failed")),
            # Serves the log of a subscription, newest first.
            models.Index(fields=["subscription", "-id"], name="delivery_log"),
            # Serves expiry.
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]

    @property
    def message_id(self) -> str:
        """Return the ``webhook-id`` that receivers see, the same at every attempt and replay."""
        return f"msg_{self.pk}"
