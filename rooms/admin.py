"""Rooms, their owners' limits and the plans behind these, for staff."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff import StaffAdmin
from rooms import actions as room_actions
from rooms.models import LIMIT_NAMES, Plan, Room, RoomLimits


@admin.register(Plan)
class PlanAdmin(StaffAdmin):
    list_display = ("name", *LIMIT_NAMES)
    search_fields = ("name",)


@admin.register(RoomLimits)
class RoomLimitsAdmin(StaffAdmin):
    """An empty limit is the plan's, else everybody's."""

    list_display = ("owner", "plan", *LIMIT_NAMES)
    list_filter = ("plan",)
    list_select_related = ("owner", "plan")
    search_fields = ("owner__email",)
    raw_id_fields = ("owner",)


@admin.register(Room)
class RoomAdmin(StaffAdmin):
    list_display = ("name", "owner", "external_reference", "created_at", "expires_at", "closed_at", "purged_at")
    list_filter = ("created_at", "closed_at")
    list_select_related = ("owner",)
    search_fields = ("=id", "name", "external_reference", "owner__email")
    ordering = ("-created_at",)
    actions = ("close",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.action(description="Close", permissions=["view"])
    def close(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset.select_related("owner"):
            room_actions.close_room(owner=room.owner, room_id=room.pk)
        self.message_user(request, "Closed.")
