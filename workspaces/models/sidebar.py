"""How people arrange the conversations of their sidebar: the same on all of their devices."""

from django.conf import settings
from django.db import models

from rosetta.ids import ULIDModel
from workspaces.models.stream import Conversation
from workspaces.models.workspace import Member


class SidebarSection(ULIDModel):
    """A heading of a member's own, under which they put channels. ``position`` orders them from 0."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sidebar_sections")
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="sidebar_section_once")]

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """Where a user's sidebar shows a conversation, if not in its usual place, and whether it may call them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="placements", db_index=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="placements")
    is_favourite = models.BooleanField(default=False)
    # Not counted as unread, and never notified of.
    is_muted = models.BooleanField(default=False)
    # Not listed; of an open channel, which all members may read, it stands for having left it.
    is_hidden = models.BooleanField(default=False)
    section = models.ForeignKey(SidebarSection, on_delete=models.SET_NULL, null=True, related_name="placements")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id} of {self.user_id}"
