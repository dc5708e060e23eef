"""The base classes of every admin page of the project."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.models import Permission
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from unfold.admin import ModelAdmin
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.views import ChangeList

from accounts.actions.tokens import end_access
from accounts.api.limits import SIGN_IN
from accounts.identity.email_addresses import canonical_or_lower
from accounts.models import User
from accounts.staff import audit
from accounts.staff.paginators import EstimatingPaginator
from accounts.staff.rank import is_below
from rosetta.db import replica
from rosetta.errors import DomainError
from rosetta.http.throttles import hit
from rosetta.ids import ULIDField, parse_ulid

NAMED = 50


class StaffChangeList(ChangeList):  # type: ignore[misc]
    """A list that is ordered by its page's sortable columns alone, and filtered by what the database can store."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows from the replica where there is one; not staff's own changes of the last seconds."""

        def results() -> None:
            super(StaffChangeList, self).get_results(request)
            len(self.result_list)  # which reads the rows, and not later, where they are shown

        replica.read(results, reader=replica.key_of(request.user))

    def get_filters_params(self, params: Any = None) -> Any:
        """Raise IncorrectLookupParameters, which Django answers with the whole list, for null characters."""
        chosen = super().get_filters_params(params)
        if any("\0" in value for values in chosen.values() for value in values):
            raise IncorrectLookupParameters
        return chosen

    def get_ordering_field(self, field_name: Any) -> Any:
        """Return None for what the page does not sort by.

        Django leaves out the link, but obeys ``?o=``.
        """
        is_sortable = self.sortable_by is None or field_name in self.sortable_by
        return super().get_ordering_field(field_name) if is_sortable else None


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
        """Allow exactly the parameters that the page's own filters write into their links.

        Django allows every column, also those that no page shows, and below a filter by a relation every column of the
        other model. Whoever may ask whether a hidden column begins with this or that letter reads a password's hash, an
        invite's token or a session's key in some hundred requests.
        """
        return request is not None and lookup in self._filter_parameters(request)

    def _filter_parameters(self, request: HttpRequest) -> set[str]:
        """Return the names of all parameters that the page's filters produce."""
        by_page: dict[Any, set[str]] = request.__dict__.setdefault("_filter_parameters", {})
        if (
            self not in by_page
        ):  # kept, because Django asks for each value, and filters by relations query their choices
            by_page[self] = {name for spec in self._filters(request) for name in spec.expected_parameters()}
            if self.date_hierarchy:
                by_page[self] |= {f"{self.date_hierarchy}__{unit}" for unit in ("year", "month", "day")}
        return by_page[self]

    def _filters(self, request: HttpRequest) -> Iterator[Any]:
        """Yield the page's filters with nothing chosen, made as Django's ChangeList makes them."""
        for item in self.get_list_filter(request):
            if callable(item):
                yield item(request, {}, self.model, self)
                continue
            path, filter_class = item if isinstance(item, (list, tuple)) else (item, admin.FieldListFilter.create)
            field = get_fields_from_path(self.model, path)[-1]
            yield filter_class(field, request, {}, self.model, self, field_path=path)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffChangeList]:
        return StaffChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return None for what can be no row's id.

        Django asks the database for it, which refuses some of it.
        """
        if not _may_be_value(self.model, from_field, object_id):
            return None
        return super().get_object(request, object_id, from_field)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Load each permission's content type with it, because its label needs both."""
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
        matches = Q()
        for lookup in self._lookups(term):
            # Addresses are stored in one form; staff type them in any.
            matches |= Q(**{lookup: canonical_or_lower(term) if lookup in self.by_email else parse_ulid(term) or term})
        return (queryset.filter(matches) if matches else queryset.none()), False

    def _ids(self) -> tuple[str, ...]:
        return self.by_id or (("pk",) if isinstance(self.model._meta.pk, ULIDField) else ())

    def _lookups(self, term: str) -> tuple[str, ...]:
        if parse_ulid(term) and self._ids():
            return self._ids()
        if term.isascii() and term.isdigit() and len(term) < 19 and self.by_number:
            return self.by_number
        return self.by_email if "@" in term and self.by_email else self.by_words

    def account_of(self, row: Any) -> User | None:
        """Return the account that ``row`` belongs to, where the page's rows belong to accounts."""
        return None

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the rows of accounts that are not below the caller as protected, so that nothing is deleted."""
        to_delete, model_count, perms_needed, protected = super().get_deleted_objects(objs, request)
        actor = staff_of(request)
        protected = [*protected, *(str(row) for row in objs if not is_below(self.account_of(row), actor))]
        return to_delete, model_count, perms_needed, protected

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        audit.record_request(request, action="add", target=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        fields = [
            name for part in message if isinstance(part, dict) for name in part.get("changed", {}).get("fields", [])
        ]
        audit.record_request(request, action="change", target=obj, detail={"fields": fields})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            audit.record_request(request, action="delete", target=row)
        return super().log_deletions(request, queryset)

    def each(
        self,
        request: HttpRequest,
        rows: Iterable[Any],
        act: Callable[[Any], object],
        *,
        action: str | None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Call ``act`` for each of ``rows``, with an audit entry ``action`` for each.

        None when ``act`` writes its own.

        A refused row gets a message and no entry; the others are done all the same.
        """
        audit.mark_audited(request)
        done = 0
        for row in rows:
            try:
                with transaction.atomic():
                    target = copy(row)  # because a deleted row forgets its key
                    act(row)
                    if action is not None:
                        audit.record_request(request, action=action, target=target, detail=detail)
            except DomainError as error:
                self.message_user(request, f"{row}: {error}", messages.WARNING)
            else:
                done += 1
        if done:
            self.message_user(request, f"Done: {done}.")

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Write one entry for a bulk action that is not audited by row (see ``each``).

        Its name and the chosen rows.
        """
        name = request.POST.get("action") or ""
        chosen = request.POST.getlist("_selected_action")
        if not all(_may_be_value(self.model, None, one) for one in chosen):
            raise SuspiciousOperation("A chosen row's id can be none.")
        response = super().response_action(request, queryset)
        if response is None:  # nothing was chosen, or an action that is not offered
            audit.mark_audited(request)
        elif not audit.is_audited(request) and name != "delete_selected":
            detail = {"model": self.model._meta.label_lower, "rows": len(chosen), "ids": chosen[:NAMED]}
            audit.record_request(request, action=name, detail=detail)
        return response


def _may_be_value(model: type[Model], field_name: str | None, raw: str) -> bool:
    """Tell whether a row of ``model`` can have ``raw`` in its field, or as its key if ``field_name`` is None."""
    field: Any = model._meta.get_field(field_name) if field_name else model._meta.pk
    while field.is_relation:
        field = field.target_field
    try:
        field.run_validators(field.to_python(raw))  # of numbers: what the database's type can hold
    except (ValidationError, ValueError):
        return False
    return "\0" not in raw  # PostgreSQL stores it in no text


class ReadOnlyMixin:
    """Forbid adding, changing and deleting by hand, on a page or an inline of one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, StaffAdmin):
    """Rows that staff only read.

    What they may do about them are actions with permissions of their own.
    """


def staff_of(request: HttpRequest) -> User:
    """Return the staff member who sent ``request``."""
    assert isinstance(request.user, User)  # noqa: S101  (admin refuses everybody else)
    return request.user


def may(permission: str) -> Callable[..., bool]:
    """Return a page's ``has_…_permission`` method for an action that needs ``permission``."""

    def has_permission(page: Any, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(permission))  # type: ignore[union-attr]

    return has_permission


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Sign staff in under the rate limits of every sign-in."""

    def clean(self) -> Any:
        by_address, by_account = SIGN_IN
        try:
            by_address.hit(Request(self.request))
            hit(by_account.scope, by_account.rate, canonical_or_lower(str(self.cleaned_data.get("username", ""))))
        except Throttled:
            raise ValidationError("Too Many Attempts.") from None
        return super().clean()


class PasswordChange(PasswordChangeView):
    """Change one's own password; every other session and token ends, as in the API."""

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
