"""Admin pages of accounts, tokens, pending mails, account work and the audit log.

They show no secret.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from accounts.actions import staff, tokens
from accounts.actions.profile import CHANGEABLE, change_profile
from accounts.identity.email_addresses import canonical_email
from accounts.models import AccessToken, AccountDeletion, AccountExport, AuditEntry, Guest, OutgoingMail, User
from accounts.staff import audit
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may, staff_of
from rosetta import languages
from rosetta.models import JobRun

# allauth's own pages show secrets and change links without an audit entry.
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    preferred_language = forms.ChoiceField(
        choices=[(language.code, language.native_name) for language in languages.LANGUAGES],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = User
        fields = ("name", "email", "preferred_language", "avatar_url", *POWERS)
        # Pickers with two lists side by side are wider than the page.
        widgets = {"groups": UnfoldAdminCheckboxSelectMultipleWidget}

    def clean_email(self) -> str:
        try:
            return canonical_email(self.cleaned_data["email"])
        except ValueError:
            raise forms.ValidationError("This is no valid email address.") from None


@admin.register(User)
class UserAdmin(StaffAdmin):
    form = UserForm
    list_display = (
        "email",
        "name",
        "preferred_language",
        "is_active",
        "is_staff",
        "email_verified_at",
        "last_login",
        "created_at",
    )
    list_filter = ("is_active", "is_staff", ("email_verified_at", admin.EmptyFieldListFilter))
    # There are far fewer accounts than messages, so a search for a part of a name may read them all.
    by_number = ("pk",)
    by_email = ("email__startswith",)
    by_words = ("email__startswith", "name__icontains")
    readonly_fields = (
        "is_active", "email_verified_at", "last_login", "created_at", "updated_at", "deleted_at",
        "where_signed_in", "linked_accounts",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("name", "email", "preferred_language", "avatar_url")}),
        (
            "State",
            {"fields": ("is_active", "email_verified_at", "last_login", "created_at", "updated_at", "deleted_at")},
        ),
        ("Signed in", {"fields": ("where_signed_in", "linked_accounts")}),
        ("Staff", {"fields": POWERS, "classes": ("collapse",)}),
    )
    actions = ("deactivate", "reactivate", "sign_out")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # accounts come by registration, staff by createsuperuser and set_user

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # messages keep their sender: staff close accounts, owners delete them

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only superusers change staff, because a changed address takes over an account by a password reset.

        Staff do not change their own account here either.
        """
        allowed: bool = super().has_change_permission(request, obj)
        is_staff = obj is not None and (obj.is_staff or obj.is_superuser)
        return allowed and (not is_staff or _is_superuser(request))

    has_suspend_permission = may("accounts.suspend_user")
    has_sign_out_permission = may("accounts.sign_out_user")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Make the address read-only for all but superusers, because it takes over an account by a password reset."""
        return self.readonly_fields if _is_superuser(request) else (*self.readonly_fields, "email", *POWERS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if "email" in form.changed_data:
            obj.email_verified_at = None
            addresses = {"old": form.initial["email"], "new": obj.email}
            audit.record_request(request, action="change address", target=obj, detail=addresses)
        super().save_model(request, obj, form, change)
        change_profile(user=obj, changes={name: getattr(obj, name) for name in form.changed_data if name in CHANGEABLE})

    @admin.display(description="Browsers and tokens")
    def where_signed_in(self, user: User) -> str:
        rows = [
            (f"{row.device_name or 'Browser'} · {row.address or '?'} · last used {row.last_used_at:%Y-%m-%d %H:%M}",)
            for row in user.sessions.order_by("-last_used_at")[:50]
        ]
        return format_html_join("", "<div>{}</div>", [*rows, (f"{user.access_tokens.count()} tokens",)])

    @admin.display(description="Linked accounts")
    def linked_accounts(self, user: User) -> str:
        return ", ".join(SocialAccount.objects.filter(user=user).values_list("provider", flat=True)) or "–"

    @admin.action(description="Deactivate: ends tokens, sessions and sockets", permissions=["suspend"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, is_active=False)

    @admin.action(description="Reactivate", permissions=["suspend"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_active(request, queryset, is_active=True)

    def _set_active(self, request: HttpRequest, queryset: QuerySet[User], *, is_active: bool) -> None:
        actor = staff_of(request)
        self.each(
            request, queryset, lambda user: staff.set_active(user=user, is_active=is_active, actor=actor), action=None
        )

    @admin.action(description="Sign out everywhere", permissions=["sign_out"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        actor = staff_of(request)
        self.each(request, queryset, lambda user: staff.sign_out(user=user, actor=actor), action=None)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


@admin.register(Group)
class GroupAdmin(StaffAdmin):
    by_words = ("name__icontains",)
    filter_horizontal = ("permissions",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)  # a group's rights are those of its members

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "user", "abilities", "last_used_at", "expires_at", "created_at")
    fields = ("id", "name", "user", "abilities", "last_used_at", "expires_at", "created_at")
    by_number = ("pk",)
    by_email = ("user__email",)
    list_select_related = ("user",)
    actions = ("revoke",)

    has_revoke_permission = may("accounts.delete_accesstoken")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessToken]) -> None:
        actor = staff_of(request)
        self.each(request, queryset, lambda token: tokens.revoke_token(token=token, actor=actor), action="revoke")


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "topic", "email", "created_at", "due_at", "attempts", "expires_at")
    list_filter = ("kind",)
    by_email = ("email",)
    ordering = ("due_at",)


@admin.register(AccountDeletion)
class AccountDeletionAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "state", "progress", "attempts", "created_at", "due_at")
    by_number = ("pk",)


@admin.register(AccountExport)
class AccountExportAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "state", "progress", "attempts", "created_at", "expires_at")
    fields = list_display
    by_number = ("user",)
    by_email = ("user__email",)
    list_select_related = ("user",)


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """The last runs of the periodic jobs."""

    list_display = ("name", "every", "succeeded_at", "seconds", "done", "failures", "failed_at", "error")
    ordering = ("name",)
    search_fields = ()

    @admin.display(description="every")
    def every(self, run: JobRun) -> str:
        job = settings.CELERY_BEAT_SCHEDULE.get(run.name)
        return str(job["schedule"].run_every) if job else "no longer"


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor_name", "action", "target_kind", "target_name")
    by_id = by_number = ("target_id",)
    by_email = ("actor_name",)
    by_words = ("action",)


@admin.register(Guest)
class GuestAdmin(ReadOnlyAdmin):
    """Visitors of temporary rooms."""

    list_display = ("nickname", "workspace_id", "preferred_language", "joined_at", "last_seen_at", "removed_at")
    by_id = ("pk", "workspace_id")
    exclude = ("token_hash",)
