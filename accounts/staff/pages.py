"""What every admin page of the project is made of."""

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import Permission
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from unfold.admin import ModelAdmin
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from accounts.actions.tokens import end_access
from accounts.api.limits import SIGN_IN
from accounts.staff import audit
from accounts.staff.paginators import EstimatingPaginator
from rosetta.errors import DomainError
from rosetta.http.throttles import hit
from rosetta.ids import ULIDField, parse_ulid

NAMED = 50


def _name_of(one: Any) -> str:
    """What a filter of a list is called in the page's address: its column, or the name that its class gives itself."""
    return str(one if isinstance(one, str) else one[0] if isinstance(one, tuple) else one.parameter_name)


class StaffAdmin(ModelAdmin):  # type: ignore[misc]
    """An admin page whose every change, removal and action stands in the audit log, and whose list stays quick when it is long.

    A list goes by its key, newest first, is never counted to its end, and is searched by what has an index alone: the
    ``by_…`` lookups, of which the one is taken that fits the word typed. A page of few rows may say otherwise.
    """

    paginator = EstimatingPaginator
    show_full_result_count = False
    # Beside each of a filter's choices a count of all that it fits.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering: Any = ("-pk",)
    sortable_by: Any = ()
    # Django shows a search box where this is not empty; what is searched is said by the four below.
    search_fields: Any = ("pk",)
    by_id: ClassVar[tuple[str, ...]] = ()
    by_number: ClassVar[tuple[str, ...]] = ()
    by_email: ClassVar[tuple[str, ...]] = ()
    by_words: ClassVar[tuple[str, ...]] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether the address may filter by ``lookup``: by the page's filters alone.

        Django allows every column, also those that no page shows. A caller who asks whether a hidden one begins with this or
        that letter reads a password's hash, an invite's token or a session's key in some hundred questions.
        """
        filters = self.get_list_filter(request) if request is not None else self.list_filter
        return lookup.partition("__")[0] in map(_name_of, filters)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A right says whose it is: without its model each of them asks for it anew."""
        if db_field.related_model is Permission:
            kwargs.setdefault("queryset", Permission.objects.select_related("content_type"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @property
    def search_help_text(self) -> str:
        kinds = {"an id": self._ids() or self.by_number, "an email address": self.by_email, "words": self.by_words}
        return ", ".join(kind for kind, lookups in kinds.items() if lookups).capitalize()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        wanted = Q()
        for lookup in self._lookups(term):
            # Addresses are kept in small letters, and written as people please.
            wanted |= Q(**{lookup: term.lower() if lookup in self.by_email else parse_ulid(term) or term})
        return (queryset.filter(wanted) if wanted else queryset.none()), False

    def _ids(self) -> tuple[str, ...]:
        return self.by_id or (("pk",) if isinstance(self.model._meta.pk, ULIDField) else ())

    def _lookups(self, term: str) -> tuple[str, ...]:
        if parse_ulid(term) and self._ids():
            return self._ids()
        if term.isascii() and term.isdigit() and len(term) < 19 and self.by_number:
            return self.by_number
        return self.by_email if "@" in term and self.by_email else self.by_words

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record(actor=request.user, action="add", target=obj)  # type: ignore[arg-type]
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        fields = [
            name for part in message if isinstance(part, dict) for name in part.get("changed", {}).get("fields", [])
        ]
        audit.record(actor=request.user, action="change", target=obj, detail={"fields": fields})  # type: ignore[arg-type]
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            audit.record(actor=request.user, action="delete", target=row)  # type: ignore[arg-type]
        return super().log_deletions(request, queryset)

    def each(
        self,
        request: HttpRequest,
        rows: Iterable[Any],
        act: Callable[[Any], object],
        *,
        action: str,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Do ``act`` to each of ``rows``, with its own entry ``action`` in the audit log unless ``act`` writes one.

        Who is refused stands in a message and in no entry; the others are done all the same.
        """
        done = 0
        for row in rows:
            try:
                with transaction.atomic():
                    before, target = audit.written(), copy(row)  # a deleted row forgets its key
                    act(row)
                    if audit.written() == before:
                        audit.record(actor=request.user, action=action, target=target, detail=detail)  # type: ignore[arg-type]
            except DomainError as error:
                self.message_user(request, f"{row}: {error}", messages.WARNING)
            else:
                done += 1
        audit.record_nothing()
        if done:
            self.message_user(request, f"Done: {done}.")

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Bulk actions that go by no row (see ``each``), by name and what was chosen for them."""
        name = request.POST.get("action") or ""
        chosen = request.POST.getlist("_selected_action")
        before = audit.written()
        response = super().response_action(request, queryset)
        if response is None:  # nothing was chosen, or what is not offered
            audit.record_nothing()
        elif audit.written() == before and name != "delete_selected":
            detail = {"model": self.model._meta.label_lower, "rows": len(chosen), "ids": chosen[:NAMED]}
            audit.record(actor=request.user, action=name, detail=detail)  # type: ignore[arg-type]
        return response


class LookOnly:
    """Nothing is added, changed or deleted by hand: a page's, or a part of a page's."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(LookOnly, StaffAdmin):
    """Rows that staff look at; what may be done about them are actions with permissions of their own."""


def may(permission: str) -> Callable[..., bool]:
    """A page's ``has_…_permission`` for an action that ``permission`` opens."""

    def has_permission(page: Any, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(permission))  # type: ignore[union-attr]

    return has_permission


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Staff sign in under the limits that everybody signs in under."""

    def clean(self) -> Any:
        by_address, by_account = SIGN_IN
        try:
            by_address.hit(Request(self.request))
            hit(by_account.scope, by_account.rate, str(self.cleaned_data.get("username", "")).strip().lower())
        except Throttled:
            raise ValidationError("Too Many Attempts.") from None
        return super().clean()


class PasswordChange(PasswordChangeView):
    """Staff's own password; as everywhere, every other session and token ends."""

    form_class = AdminOwnPasswordChangeForm

    def get_success_url(self) -> str:
        return reverse("admin:password_change_done")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **admin.site.each_context(self.request))

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        end_access(user=form.user, but_session=self.request.session.session_key)
        return response


def password_change(request: HttpRequest) -> HttpResponseBase:
    page = PasswordChange.as_view(
        template_name=admin.site.password_change_template or "registration/password_change_form.html"
    )
    return admin.site.admin_view(page)(request)
