"""Workspaces for staff: to find, to help and to end. What is said in them is not shown here.

Rows change by the same actions as everywhere, so that nobody misses an event and the last owner stays.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.staff import StaffAdmin
from rosetta.ids import ULIDField, parse_ulid
from workspaces import actions
from workspaces.models import (
    Channel,
    ChannelMember,
    Erasure,
    Event,
    Invite,
    Member,
    ReadMark,
    Suspension,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


class _LookOnly:
    """Nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnlyAdmin(_LookOnly, StaffAdmin):
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An id is looked up as such; other words are looked for in ``search_fields``."""
        ulid = parse_ulid(search_term.strip())
        if ulid is not None and isinstance(self.model._meta.pk, ULIDField):
            return queryset.filter(pk=ulid), False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
        return found


class ChannelInline(_LookOnly, TabularInline):  # type: ignore[misc]
    model = Channel
    fields = ("name", "slug", "visibility", "archived_at", "created_at")
    per_page = 20
    ordering = ("pk",)
    show_change_link = True
    tab = True


@admin.register(Workspace)
class WorkspaceAdmin(LookOnlyAdmin):
    list_display = ("name", "slug", "kind", "visibility", "member_count", "created_at", "deleted_at")
    list_filter = ("kind", "visibility", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("name", "slug", "members__user__email")
    search_help_text = "A name, a slug, a member's email or an id"
    ordering = ("-created_at",)
    exclude = ("password_hash",)
    inlines = (ChannelInline,)
    actions = ("delete_for_everybody",)

    @admin.action(description="Delete for everybody", permissions=["end"])
    def delete_for_everybody(self, request: HttpRequest, queryset: QuerySet[Workspace]) -> None:
        ended = list(queryset.filter(deleted_at=None))
        for workspace in ended:
            actions.delete_workspace(workspace=workspace)
        self.message_user(request, f"{len(ended)} workspaces deleted.")

    def has_end_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("workspaces.delete_workspace"))  # type: ignore[union-attr]


@admin.register(Member)
class MemberAdmin(LookOnlyAdmin):
    list_display = ("user", "workspace", "role", "language", "preferred_language", "joined_at")
    list_filter = ("role", "language")
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "user__name", "workspace__name", "workspace__slug")
    ordering = ("-joined_at",)


@admin.register(Channel)
class ChannelAdmin(LookOnlyAdmin):
    list_display = ("name", "workspace", "visibility", "has_password", "archived_at", "created_at")
    list_filter = ("visibility", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace",)
    search_fields = ("name", "slug", "workspace__name", "workspace__slug")
    ordering = ("-created_at",)
    exclude = ("password_hash",)

    @admin.display(boolean=True)
    def has_password(self, channel: Channel) -> bool:
        return channel.has_password


@admin.register(Invite)
class InviteAdmin(LookOnlyAdmin):
    list_display = ("workspace", "created_by", "expires_at", "revoked_at", "accepted_count", "created_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_at")
    list_select_related = ("workspace", "created_by")
    search_fields = ("workspace__name", "created_by__email")
    ordering = ("-created_at",)
    # Whoever has the token gets in.
    exclude = ("token",)
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invite]) -> None:
        for invite in queryset:
            actions.revoke_invite(invite=invite)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("workspaces.change_invite"))  # type: ignore[union-attr]


@admin.register(Webhook)
class WebhookAdmin(LookOnlyAdmin):
    list_display = ("name", "workspace", "default_channel", "is_active", "last_used_at", "created_at", "deleted_at")
    list_filter = ("is_active", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace", "default_channel")
    search_fields = ("name", "workspace__name")
    ordering = ("-created_at",)
    exclude = ("secret_hash",)


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(LookOnlyAdmin):
    list_display = ("url", "workspace", "is_active", "disabled_reason", "failing_since", "failures", "created_at")
    list_filter = ("is_active", "disabled_reason")
    list_select_related = ("workspace",)
    search_fields = ("url", "workspace__name")
    ordering = ("-created_at",)
    exclude = ("secret",)
    actions = ("switch_off", "switch_on")

    @admin.action(description="Switch off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        self._switch(queryset, is_active=False)

    @admin.action(description="Switch on", permissions=["switch"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        self._switch(queryset, is_active=True)

    def _switch(self, queryset: QuerySet[WebhookSubscription], *, is_active: bool) -> None:
        for subscription in queryset:
            actions.update_subscription(subscription=subscription, is_active=is_active)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("workspaces.change_webhooksubscription"))  # type: ignore[union-attr]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LookOnlyAdmin):
    list_display = ("id", "subscription", "kind", "status", "attempts", "response_status", "error", "due_at")
    list_filter = ("status", "kind")
    list_select_related = ("subscription",)
    search_fields = ("subscription__url", "error")
    ordering = ("-pk",)
    actions = ("send_again",)

    @admin.action(description="Send again", permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        for delivery in queryset:
            actions.replay_delivery(delivery=delivery)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("workspaces.change_webhookdelivery"))  # type: ignore[union-attr]


@admin.register(Event)
class EventAdmin(LookOnlyAdmin):
    list_display = ("stream_id", "seq", "kind", "user_id", "created_at")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(Erasure)
class ErasureAdmin(LookOnlyAdmin):
    list_display = ("conversation", "workspace", "created_at")
    list_select_related = ("workspace",)
    ordering = ("created_at",)


@admin.register(Suspension)
class SuspensionAdmin(LookOnlyAdmin):
    """Made and ended by decisions on reports."""

    list_display = ("user", "workspace", "created_at")
    list_select_related = ("user", "workspace")
    search_fields = ("user__email", "workspace__name")
    ordering = ("-pk",)


@admin.register(ChannelMember)
class ChannelMemberAdmin(LookOnlyAdmin):
    list_display = ("channel", "member", "joined_at")
    list_select_related = ("channel", "member")
    search_fields = ("channel__name", "member__user__email")
    ordering = ("-pk",)


@admin.register(ReadMark)
class ReadMarkAdmin(LookOnlyAdmin):
    list_display = ("user", "conversation", "last_read_seq")
    list_select_related = ("user", "conversation")
    search_fields = ("=user__email",)
    ordering = ("-pk",)
