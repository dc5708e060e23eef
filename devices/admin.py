"""Admin pages of devices, without their tokens, and of pending pushes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, staff_of
from devices import actions
from devices.models import Announcement, Delivery, Device, Receipt


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "platform", "provider", "device_name", "app_version", "last_used_at")
    list_select_related = ("user",)
    by_number = ("user",)
    by_email = ("user__email",)
    exclude = ("push_token", "token_hash", "p256dh", "auth")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StaffAdmin.has_delete_permission(self, request, obj)  # type: ignore[no-any-return]

    def account_of(self, row: Device) -> User:
        return row.user

    def delete_model(self, request: HttpRequest, obj: Device) -> None:
        actions.remove_device(device=obj, actor=staff_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        for device in queryset:
            actions.remove_device(device=device, actor=staff_of(request))


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("subject_id", "device", "due_at", "attempts", "created_at")
    list_select_related = ("device",)
    by_id = ("subject_id",)
    ordering = ("due_at",)


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    list_display = ("subject_id", "due_at")
    ordering = ("due_at",)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "device", "due_at", "created_at")
    list_select_related = ("device",)
    ordering = ("due_at",)
