"""Files for staff: to find and to delete, not to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff import StaffAdmin
from files import actions
from files.models import File, Removal


class ReadOnlyAdmin(StaffAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(File)
class FileAdmin(ReadOnlyAdmin):
    list_display = ("id", "client_name", "mime_type", "size", "owner_user", "visibility", "claimed_at", "created_at")
    list_filter = ("visibility", ("claimed_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=id", "client_name", "owner_user__email", "=sha256")
    list_select_related = ("owner_user",)
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("release_unclaimed",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # rows and bytes go together, by the action

    @admin.action(description="Delete those that no message holds", permissions=["view"])
    def release_unclaimed(self, request: HttpRequest, queryset: QuerySet[File]) -> None:
        files = list(queryset.filter(claimed_at=None, deleted_at=None))
        actions.release(files=files)
        self.message_user(request, f"{len(files)} files deleted.")


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin):
    list_display = ("storage_name", "due_at", "attempts", "has_begun")
    ordering = ("due_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
