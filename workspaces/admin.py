"""Workspaces for staff. Messages are not shown here.

Rows are changed by the same actions as everywhere, so that every change has its event and the last owner stays.
"""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from unfold.admin import TabularInline

from accounts.staff.pages import ReadOnlyAdmin, ReadOnlyMixin, StaffAdmin, may
from accounts.staff.reason_prompt import ask_reason
from workspaces import actions
from workspaces.models import (
    Channel,
    ChannelMember,
    Erasure,
    Event,
    Invite,
    Member,
    Placement,
    ReadMark,
    SidebarSection,
    Suspension,
    Webhook,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


class ChannelInline(ReadOnlyMixin, TabularInline):  # type: ignore[misc]
    model = Channel
    fields = ("name", "slug", "visibility", "archived_at", "created_at")
    per_page = 20
    ordering = ("pk",)
    show_change_link = True
    tab = True


@admin.register(Workspace)
class WorkspaceAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "kind", "visibility", "member_count", "created_at", "deleted_at")
    list_filter = ("kind", "visibility", ("deleted_at", admin.EmptyFieldListFilter))
    # There are few workspaces compared with messages, so a part of a name may be searched for in all of them.
    by_email = ("members__user__email",)
    by_words = ("name__icontains", "slug__icontains")
    exclude = ("password_hash",)
    inlines = (ChannelInline,)

    def has_change_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        return StaffAdmin.has_change_permission(self, request, obj)  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Workspace | None = None) -> list[str]:
        """Return all fields except the retention of messages.

        Its members decide about the others.
        """
        fields = Workspace._meta.get_fields()
        editable = ("password_hash", "retention_days")
        return [field.name for field in fields if field.concrete and field.name not in editable]

    def save_model(self, request: HttpRequest, obj: Workspace, form: object, change: bool) -> None:
        actions.set_retention(workspace=obj, days=obj.retention_days)

    actions = ("delete_for_everybody",)

    has_end_permission = may("workspaces.delete_workspace")

    @admin.action(description="Delete for everybody", permissions=["end"])
    def delete_for_everybody(self, request: HttpRequest, queryset: QuerySet[Workspace]) -> HttpResponseBase | None:
        """Delete workspaces permanently, after asking for a reason."""
        ending = queryset.filter(deleted_at=None)

        def end(reason: str) -> None:
            self.each(
                request,
                ending,
                lambda workspace: actions.delete_workspace(workspace=workspace),
                action="delete_for_everybody",
                detail={"reason": reason},
            )

        return ask_reason(
            self,
            request,
            title=f"Delete for everybody: {', '.join(map(str, ending))}",
            question="Why are these workspaces deleted? They cannot be restored.",
            button="Delete for everybody",
            do=end,
        )


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("user", "workspace", "role", "language", "preferred_language", "joined_at")
    list_select_related = ("user", "workspace")
    by_id = ("pk", "workspace")
    by_number = ("user",)
    by_email = ("user__email",)
    by_words = ("workspace__slug",)


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "visibility", "has_password", "archived_at", "created_at")
    list_filter = ("visibility", ("archived_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace",)
    by_id = ("pk", "workspace")
    by_words = ("workspace__slug",)
    exclude = ("password_hash",)

    @admin.display(boolean=True)
    def has_password(self, channel: Channel) -> bool:
        return channel.has_password


@admin.register(Invite)
class InviteAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "created_by", "expires_at", "revoked_at", "accepted_count", "created_at")
    list_select_related = ("workspace", "created_by")
    by_id = ("pk", "workspace")
    by_email = ("created_by__email",)
    by_words = ("workspace__slug",)
    # Whoever has the token can join.
    exclude = ("token",)
    actions = ("revoke",)

    has_revoke_permission = may("workspaces.change_invite")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invite]) -> None:
        self.each(request, queryset, lambda invite: actions.revoke_invite(invite=invite), action="revoke")


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("name", "workspace", "default_channel", "is_active", "last_used_at", "created_at", "deleted_at")
    list_filter = ("is_active", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("workspace", "default_channel")
    by_id = ("pk", "workspace")
    by_words = ("workspace__slug",)
    exclude = ("secret_hash",)


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("url", "workspace", "is_active", "disabled_reason", "failing_since", "failures", "created_at")
    list_filter = ("is_active", "disabled_reason")
    list_select_related = ("workspace",)
    by_id = ("pk", "workspace")
    by_words = ("url__icontains", "workspace__slug")
    exclude = ("secret",)
    actions = ("switch_off", "switch_on")

    has_switch_permission = may("workspaces.change_webhooksubscription")

    @admin.action(description="Switch off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description="Switch on", permissions=["switch"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription]) -> None:
        self._switch(request, queryset, is_active=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[WebhookSubscription], *, is_active: bool) -> None:
        self.each(
            request,
            queryset,
            lambda subscription: actions.update_subscription(subscription=subscription, is_active=is_active),
            action="switch_on" if is_active else "switch_off",
        )


class DeliveryFilter(admin.SimpleListFilter):
    """Filter by the statuses that have an index; nearly all rows have the others."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("pending", "Pending"), ("failed", "Failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        return queryset.filter(status=self.value()) if self.value() in ("pending", "failed") else queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "subscription", "kind", "status", "attempts", "response_status", "error", "due_at")
    list_filter = (DeliveryFilter,)
    list_select_related = ("subscription",)
    by_id = ("pk", "subscription")
    actions = ("send_again",)

    has_replay_permission = may("workspaces.change_webhookdelivery")

    @admin.action(description="Send again", permissions=["replay"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        self.each(request, queryset, lambda delivery: actions.replay_delivery(delivery=delivery), action="send_again")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("stream_id", "seq", "kind", "user_id", "created_at")
    by_id = ("stream_id",)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "workspace", "created_at")
    list_select_related = ("workspace",)
    by_id = ("pk", "workspace")


@admin.register(Suspension)
class SuspensionAdmin(ReadOnlyAdmin):
    """Created and ended by decisions on reports, and by moderators of the workspace."""

    list_display = ("user", "workspace", "is_by_staff", "created_at")
    list_filter = ("is_by_staff",)
    list_select_related = ("user", "workspace")
    by_id = ("workspace",)
    by_number = ("user",)
    by_email = ("user__email",)


@admin.register(ChannelMember)
class ChannelMemberAdmin(ReadOnlyAdmin):
    list_display = ("channel", "member", "joined_at")
    list_select_related = ("channel", "member")
    by_id = ("pk", "channel", "member")
    by_email = ("member__user__email",)


@admin.register(Placement)
class PlacementAdmin(ReadOnlyAdmin):
    list_display = ("user", "conversation", "is_favourite", "is_muted", "is_hidden")
    list_select_related = ("user", "conversation")
    by_id = ("conversation",)
    by_number = ("user",)
    by_email = ("user__email",)


@admin.register(SidebarSection)
class SidebarSectionAdmin(ReadOnlyAdmin):
    list_display = ("name", "member", "position")
    list_select_related = ("member",)
    by_id = ("pk", "member")
    by_email = ("member__user__email",)


@admin.register(ReadMark)
class ReadMarkAdmin(ReadOnlyAdmin):
    list_display = ("user", "conversation", "last_read_seq")
    list_select_related = ("user", "conversation")
    by_id = ("conversation",)
    by_number = ("user",)
    by_email = ("user__email",)
