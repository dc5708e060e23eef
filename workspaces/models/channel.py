"""Channels, the members who have joined them, and the erasure of what was said in them."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import LANGUAGE_LENGTH
from rosetta.ids import ULIDModel
from workspaces.models.stream import Conversation
from workspaces.models.workspace import Member, PasswordProtected, Visibility, Workspace


class Formality(models.TextChoices):
    """How people address one another in a channel, for engines that can follow it."""

    DEFAULT = "default"
    FORMAL = "formal"
    CASUAL = "casual"


class Channel(PasswordProtected):
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=80)
    # One line about what is talked of now, and what the channel is for.
    topic = models.CharField(max_length=250, blank=True, default="", db_default="")
    description = models.CharField(max_length=1000, blank=True, default="", db_default="")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    formality = models.CharField(
        max_length=8, choices=Formality, default=Formality.DEFAULT, db_default=Formality.DEFAULT.value
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    # Since when all members read it, where it was restricted before; they receive no events from before.
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "slug"], name="channel_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_restricted(self) -> bool:
        """Return whether only members who joined it read it.

        Private channels, and public ones with a password.
        """
        return self.visibility == Visibility.PRIVATE or self.has_password


class ChannelMember(ULIDModel):
    """A member who has joined a channel.

    Needed to read a restricted one, a bookmark for an open one.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="channel_members")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="channel_memberships")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "member"], name="channel_member_once")]


class ChannelReading(models.Model):
    """The language that a member reads in one channel, instead of the workspace's."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="readings", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="channel_readings")
    language = models.CharField(max_length=LANGUAGE_LENGTH)

    class Meta:
        # Serves the audience of a post and the access to a channel.
        constraints = [models.UniqueConstraint(fields=["channel", "member"], name="channel_reading_once")]

    def __str__(self) -> str:
        return f"{self.language} of {self.member_id} in {self.channel_id}"


class Erasure(models.Model):
    """A conversation that nobody can reach, whose content a task is erasing in batches."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    # A deleted workspace's own row is deleted after the last of these.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="erasures")
    created_at = models.DateTimeField(default=timezone.now)
