"""Devices for staff, without their tokens, and what is owed to them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.staff import StaffAdmin
from devices.models import Announcement, Delivery, Device


class LookOnlyAdmin(StaffAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(LookOnlyAdmin):
    list_display = ("id", "user", "platform", "provider", "device_name", "app_version", "last_used_at")
    list_filter = ("platform", "provider", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("=id", "user__email", "device_name", "=device_id")
    ordering = ("-last_used_at",)
    exclude = ("push_token", "token_hash")


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    list_display = ("subject_id", "device", "due_at", "attempts", "created_at")
    list_select_related = ("device",)
    ordering = ("due_at",)


@admin.register(Announcement)
class AnnouncementAdmin(LookOnlyAdmin):
    list_display = ("subject_id", "due_at")
    ordering = ("due_at",)
