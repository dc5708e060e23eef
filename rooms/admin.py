"""Rooms, their owners' limits, and plans, for staff."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may
from rooms import actions as room_actions
from rooms.models import LIMIT_NAMES, Plan, Room, RoomLimits


@admin.register(Plan)
class PlanAdmin(StaffAdmin):
    list_display = ("name", *LIMIT_NAMES)
    by_words = ("name__icontains",)
    ordering = ("name",)


@admin.register(RoomLimits)
class RoomLimitsAdmin(StaffAdmin):
    """An empty limit is the plan's, or else the default."""

    list_display = ("owner", "plan", *LIMIT_NAMES)
    list_filter = ("plan",)
    list_select_related = ("owner", "plan")
    by_number = ("pk",)
    by_email = ("owner__email",)
    raw_id_fields = ("owner",)


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "external_reference", "created_at", "expires_at", "closed_at", "purged_at")
    list_select_related = ("owner",)
    by_number = ("owner",)
    by_email = ("owner__email",)
    actions = ("close",)

    has_close_permission = may("rooms.close_room")

    @admin.action(description="Close", permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        self.each(
            request,
            queryset.select_related("owner"),
            lambda room: room_actions.close_room(owner=room.owner, room_id=room.pk),
            action="close",
        )
