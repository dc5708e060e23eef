"""Rooms, their owners' limits, and plans, for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may, staff_of
from accounts.staff.rank import check_is_below, is_below
from rooms import actions as room_actions
from rooms.models import LIMIT_NAMES, Plan, Room, RoomLimits
from rosetta.errors import Conflict


@admin.register(Plan)
class PlanAdmin(StaffAdmin):
    list_display = ("name", *LIMIT_NAMES)
    by_words = ("name__icontains",)
    ordering = ("name",)


class RoomLimitsForm(forms.ModelForm):  # type: ignore[type-arg]
    actor: User

    def clean_owner(self) -> User:
        owner: User = self.cleaned_data["owner"]
        try:
            check_is_below(owner, self.actor)
        except Conflict as error:
            raise forms.ValidationError(error.message) from error
        return owner


@admin.register(RoomLimits)
class RoomLimitsAdmin(StaffAdmin):
    """An empty limit is the plan's, or else the default."""

    form = RoomLimitsForm
    list_display = ("owner", "plan", *LIMIT_NAMES)
    list_filter = ("plan",)
    list_select_related = ("owner", "plan")
    by_number = ("pk",)
    by_email = ("owner__email",)
    raw_id_fields = ("owner",)

    def account_of(self, row: RoomLimits) -> User:
        return row.owner

    def has_change_permission(self, request: HttpRequest, obj: RoomLimits | None = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or is_below(obj.owner, staff_of(request)))

    def get_form(self, request: HttpRequest, obj: RoomLimits | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # a new class for each request
        form.actor = staff_of(request)
        return form


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
        actor = staff_of(request)
        self.each(
            request,
            queryset.select_related("owner"),
            lambda room: room_actions.close_room(owner=room.owner, room_id=room.pk, actor=actor),
            action="close",
        )
