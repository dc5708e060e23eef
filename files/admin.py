"""Let staff find and delete files. Contents cannot be read here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.staff.pages import ReadOnlyAdmin, may, staff_of
from files.actions.delete import delete_unclaimed
from files.models import File, Removal


@admin.register(File)
class FileAdmin(ReadOnlyAdmin):
    list_display = ("id", "client_name", "mime_type", "size", "owner_user", "visibility", "claimed_at", "created_at")
    list_select_related = ("owner_user",)
    by_id = ("pk", "workspace_id")
    by_number = ("owner_user",)
    by_email = ("owner_user__email",)
    actions = ("release_unclaimed",)

    has_release_permission = may("files.delete_file")

    @admin.action(description="Delete files that no message holds", permissions=["release"])
    def release_unclaimed(self, request: HttpRequest, queryset: QuerySet[File]) -> None:
        actor = staff_of(request)
        unclaimed = queryset.filter(claimed_at=None, deleted_at=None)
        self.each(request, unclaimed, lambda file: delete_unclaimed(file=file, actor=actor), action="release_unclaimed")


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin):
    list_display = ("storage_name", "due_at", "attempts", "has_begun")
    ordering = ("due_at",)
    search_fields = ()
