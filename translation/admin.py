"""Show staff memories, glossaries, budgets, usage and engines."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.staff import audit
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may
from accounts.staff.reason_prompt import ReasonForm, require_reason
from rosetta.errors import Invalid
from rosetta.ids import NO_ID, parse_ulid
from rosetta.languages import CODES
from translation import actions, engines, health
from translation.engines.base import EngineError
from translation.engines.local import PIVOT
from translation.glossary import csv_exchange
from translation.glossary.terms import check_term
from translation.local_models import fetching, packages
from translation.memory import tmx
from translation.models import (
    EngineState,
    GlossaryTerm,
    LocalModel,
    MemoryEntry,
    RefusedAnswers,
    TranslationPolicy,
    Usage,
    this_month,
)
from translation.service import pairs_of
from translation.status import percent


class ScopeForm(forms.Form):
    scope_id = forms.CharField(
        label="Workspace", widget=UnfoldAdminTextInputWidget, help_text="The id of a workspace or direct conversation."
    )

    def clean_scope_id(self) -> str:
        scope_id = parse_ulid(self.cleaned_data["scope_id"].strip())
        if scope_id is None:
            raise ValidationError("This is not an id.")
        return scope_id


class UploadForm(ScopeForm):
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget)


class ExportForm(ReasonForm, ScopeForm):
    field_order = ("scope_id", "reason")


def _form_page(
    model_admin: StaffAdmin, request: HttpRequest, *, form: forms.Form, title: str, description: str, button: str
) -> HttpResponseBase:
    context = {**model_admin.admin_site.each_context(request), "form": form, "title": title, "description": description}
    return render(request, "admin/translation/form.html", context | {"button": button})


def upload_page(
    model_admin: StaffAdmin,
    request: HttpRequest,
    *,
    title: str,
    description: str,
    import_file: Callable[[str, Any], str],
) -> HttpResponseBase:
    """Show a form for a scope and a file, and import the file when it is posted.

    ``import_file(scope_id, file)`` returns a sentence about the result, or raises Invalid, which the form shows.
    """
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            result = import_file(form.cleaned_data["scope_id"], form.cleaned_data["file"])
        except Invalid as error:
            for name, sentences in error.errors.items():
                form.add_error(name if name in form.fields else None, [str(sentence) for sentence in sentences])
        else:
            messages.success(request, result)
            meta = model_admin.model._meta
            return redirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    return _form_page(model_admin, request, form=form, title=title, description=description, button="Import")


@admin.register(MemoryEntry)
class MemoryEntryAdmin(ReadOnlyAdmin):
    """List memory entries.

    Their texts are what people wrote, so reading and exporting them takes a recorded reason.
    """

    list_display = ("scope_id", "source", "target", "origin", "engine", "hits", "last_used_at", "created_at")
    by_id = ("scope_id",)
    exclude = ("source_text", "text", "key")
    actions_detail = ("read",)
    actions_list = ("import_tmx", "export_tmx")

    has_read_permission = may("translation.read_memory")
    has_import_permission = may("translation.add_memoryentry")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return StaffAdmin.has_delete_permission(self, request, obj)  # type: ignore[no-any-return]

    @action(description="Read texts", permissions=["read"], url_path="read")
    def read(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show an entry's texts after staff gave a reason.

        The reason is recorded in the audit log.
        """
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        title = f"Memory entry {entry.pk}"

        def show() -> HttpResponseBase:
            context = {**self.admin_site.each_context(request), "title": title, "entry": entry}
            return render(request, "admin/translation/read.html", context)

        return require_reason(self, request, action="read memory", target=entry, title=title, show=show)

    @action(description="Export TMX", permissions=["read"])
    def export_tmx(self, request: HttpRequest) -> HttpResponseBase:
        """Send a scope's memory as a file after staff gave a reason.

        The reason is recorded in the audit log.
        """
        form = ExportForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            description = "The file contains texts that people wrote in this workspace."
            return _form_page(self, request, form=form, title="Export TMX", description=description, button="Export")
        scope_id, out = form.cleaned_data["scope_id"], BytesIO()
        detail = {"scope": scope_id, "reason": form.cleaned_data["reason"]}
        audit.record_request(request, action="export memory", detail=detail)
        tmx.write(MemoryEntry.objects.filter(scope_id=scope_id).order_by("pk").iterator(), out)
        headers = {"Content-Disposition": 'attachment; filename="memory.tmx"'}
        return HttpResponse(out.getvalue(), content_type="application/x-tmx+xml", headers=headers)

    @action(description="Import TMX", permissions=["import"])
    def import_tmx(self, request: HttpRequest) -> HttpResponseBase:
        def import_file(scope_id: str, file: Any) -> str:
            result = tmx.read(scope_id=scope_id, document=file)
            return f"{result.added} imported, {result.left_out} left out."

        description = (
            "People's translations in the file replace existing ones, engines' results do not. "
            "A unit is left out if links, mentions or other protected pieces differ between its two sides."
        )
        return upload_page(self, request, title="Import TMX", description=description, import_file=import_file)


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = GlossaryTerm
        fields = ("scope_id", "term", "rendering", "source", "target", "case_sensitive", "inside_words")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        values: dict[str, str] = {name: cleaned.get(name) or "" for name in ("term", "rendering", "source", "target")}
        try:
            source, target, folded = check_term(
                term=values["term"], rendering=values["rendering"], source=values["source"], target=values["target"]
            ).identity
        except Invalid as error:
            raise ValidationError(
                {name: [str(sentence) for sentence in sentences] for name, sentences in error.errors.items()}
            ) from error
        others = GlossaryTerm.objects.filter(source=source, target=target, folded=folded).exclude(pk=self.instance.pk)
        if others.filter(scope_id=cleaned.get("scope_id") or self.instance.scope_id or NO_ID).exists():
            raise ValidationError({"term": "This term is in the glossary already."})
        return cleaned


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(StaffAdmin):
    form = TermForm
    list_display = ("term", "rendering", "source", "target", "case_sensitive", "inside_words", "scope_id", "updated_at")
    by_id = ("pk", "scope_id")
    # The order of a unique index, which lists a workspace's terms together.
    ordering = ("scope_id", "source", "target", "folded")
    actions = ("export_csv",)
    actions_list = ("import_csv",)

    has_import_permission = may("translation.add_glossaryterm")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scope_id",) if obj else ()

    def save_model(self, request: HttpRequest, obj: GlossaryTerm, form: Any, change: bool) -> None:
        values = {name: getattr(obj, name) for name in csv_exchange.COLUMNS}
        if change:
            actions.change_term(scope_id=obj.scope_id, term_id=obj.pk, **values)
        else:
            obj.pk = actions.add_term(scope_id=obj.scope_id, **values).pk

    def delete_model(self, request: HttpRequest, obj: GlossaryTerm) -> None:
        actions.remove_term(scope_id=obj.scope_id, term_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[GlossaryTerm]) -> None:
        for term in queryset:
            actions.remove_term(scope_id=term.scope_id, term_id=term.pk)

    @admin.action(description="Export the workspace's glossary as CSV", permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[GlossaryTerm]) -> HttpResponse | None:
        scope_ids = set(queryset.values_list("scope_id", flat=True))
        if len(scope_ids) != 1:
            audit.mark_audited(request)
            self.message_user(request, "Choose terms of one workspace.", messages.ERROR)
            return None
        headers = {"Content-Disposition": 'attachment; filename="glossary.csv"'}
        return HttpResponse(
            actions.export_terms_csv(scope_id=scope_ids.pop()), content_type="text/csv; charset=utf-8", headers=headers
        )

    @action(description="Import CSV", permissions=["import"])
    def import_csv(self, request: HttpRequest) -> HttpResponseBase:
        def import_file(scope_id: str, file: Any) -> str:
            try:
                content = file.read().decode("utf-8")
            except UnicodeDecodeError:
                raise Invalid({"file": ["The file is not UTF-8."]}) from None
            result = actions.import_terms_csv(scope_id=scope_id, content=content)
            return f"{result.added} added, {result.changed} changed."

        description = (
            f"Columns: {', '.join(csv_exchange.COLUMNS)}. All but the first may be left out. "
            "Nothing is imported if any line is invalid."
        )
        return upload_page(self, request, title="Import a glossary", description=description, import_file=import_file)


@admin.register(TranslationPolicy)
class TranslationPolicyAdmin(StaffAdmin):
    list_display = (
        "scope_id",
        "local_only",
        "monthly_characters",
        "spent_this_month",
        "glossary_version",
        "told_month",
    )
    list_filter = ("local_only",)
    by_id = ("scope_id",)
    fields = ("scope_id", "local_only", "monthly_characters")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TranslationPolicy]:
        queryset: QuerySet[TranslationPolicy] = super().get_queryset(request)
        usage = Usage.objects.filter(scope_id=OuterRef("scope_id"), month=this_month(), metered=True).order_by()
        spent = usage.values("scope_id").annotate(sum=Sum("characters")).values("sum")
        return queryset.annotate(spent=Coalesce(Subquery(spent), 0))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scope_id",) if obj else ()

    @admin.display(description="spent this month")
    def spent_this_month(self, policy: Any) -> int:
        return int(policy.spent)

    def save_model(self, request: HttpRequest, obj: TranslationPolicy, form: Any, change: bool) -> None:
        actions.set_policy(scope_id=obj.scope_id, local_only=obj.local_only, monthly_characters=obj.monthly_characters)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # The row also has the glossary's version, which must not start again.


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = ("month", "scope_id", "engine", "source", "target", "characters", "calls", "errors", "cost")
    by_id = ("scope_id",)

    @admin.display(ordering="cost_micros")
    def cost(self, usage: Usage) -> str:
        return f"{usage.cost_micros / 1_000_000:.2f}"


@admin.register(RefusedAnswers)
class RefusedAnswersAdmin(ReadOnlyAdmin):
    """List how often engines answered what is no translation, and why."""

    list_display = ("month", "engine", "source", "target", "fault", "count")
    ordering = ("-month", "-count")


UNWELL = {"out of the chain": "danger", "no usable pair": "danger"}


@admin.register(EngineState)
class EngineStateAdmin(ReadOnlyAdmin):
    """List the engines' health and this month's cost.

    Every configured engine is listed, even if it never failed.
    """

    list_display = (
        "engine", "health", "pairs", "characters", "calls", "errors", "cost", "failures", "retry_at", "last_error",
        "last_error_at", "checked_at",
    )  # fmt: skip
    actions = ("check_now",)
    ordering = ("engine",)
    search_fields = ()

    has_check_permission = may("translation.change_enginestate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EngineState]:
        EngineState.objects.bulk_create(
            [EngineState(engine=name) for name in engines.configured()], ignore_conflicts=True
        )
        month = Usage.objects.filter(month=this_month(), engine=OuterRef("engine")).order_by().values("engine")
        sums = {
            f"month_{name}": Subquery(month.annotate(sum=Sum(name)).values("sum"))
            for name in ("characters", "calls", "errors", "cost_micros")
        }
        queryset: QuerySet[EngineState] = super().get_queryset(request).annotate(**sums)
        return queryset

    @display(description="status", label={"well": "success", "resting": "warning", "on trial": "warning"} | UNWELL)
    def health(self, state: EngineState) -> str:
        """An engine that answers, but has no pair, translates nothing."""
        is_idle = state.engine in engines.configured() and not pairs_of(state.engine)
        return "no usable pair" if is_idle and state.status == EngineState.Status.CLOSED else state.get_status_display()

    @admin.display(description="pairs offered")
    def pairs(self, state: EngineState) -> str:
        return str(len(pairs_of(state.engine))) if state.engine in engines.configured() else "not configured"

    @admin.display(description="characters this month")
    def characters(self, state: Any) -> int:
        return state.month_characters or 0

    @admin.display(description="calls")
    def calls(self, state: Any) -> int:
        return state.month_calls or 0

    @admin.display(description="errors")
    def errors(self, state: Any) -> int:
        return state.month_errors or 0

    @admin.display(description="cost this month")
    def cost(self, state: Any) -> str:
        return f"{(state.month_cost_micros or 0) / 1_000_000:.2f}"

    @admin.action(description="Check all unavailable engines now", permissions=["check"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[EngineState]) -> None:
        self.message_user(request, f"Engines that recovered: {health.check_engines()}.")


DIRECTIONS = [
    (f"{source}>{target}", f"{source} → {target}") for source in CODES for target in CODES if source != target
]
# Short, because the page waits for it.
TRY_SECONDS = 10


class DirectionForm(forms.Form):
    direction = forms.ChoiceField(
        choices=[choice for choice in DIRECTIONS if PIVOT in choice[0].split(">")], widget=UnfoldAdminSelectWidget
    )

    def clean_direction(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["direction"].split(">"))


class SentenceForm(DirectionForm):
    field_order = ("engine", "direction", "sentence")
    engine = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    sentence = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["engine"].choices = [(name, name) for name in engines.configured()]  # type: ignore[attr-defined]
        self.fields["direction"].choices = DIRECTIONS  # type: ignore[attr-defined]


@admin.register(LocalModel)
class LocalModelAdmin(ReadOnlyAdmin):
    """The models of the engine ``local``.

    What is installed, on its way or failed, and how each pair does.
    """

    list_display = (
        "direction", "condition", "kind", "version", "size", "memory", "speed", "progress", "calls", "errors", "error", "due_at",
        "installed_at",
    )  # fmt: skip
    ordering = ("position", "source", "target")
    search_fields = ()
    actions = ("fetch_again", "remove")
    actions_list = ("fetch", "try_sentence")

    has_change_models_permission = may("translation.change_localmodel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LocalModel]:
        used = Usage.objects.filter(
            month=this_month(), engine="local", source=OuterRef("source"), target=OuterRef("target")
        ).order_by()
        sums = {
            f"month_{name}": Subquery(used.values("engine").annotate(sum=Sum(name)).values("sum"))
            for name in ("calls", "errors")
        }
        queryset: QuerySet[LocalModel] = super().get_queryset(request).annotate(**sums)
        return queryset

    @admin.display(description="model")
    def direction(self, model: LocalModel) -> str:
        return str(model)

    @display(description="state", label={"ready": "success", "fetching": "info", "wanted": "info", "failed": "danger"})
    def condition(self, model: LocalModel) -> str:
        return str(model.state)

    @admin.display
    def size(self, model: LocalModel) -> str:
        return f"{model.bytes_total / 1e6:.1f} MB" if model.bytes_total else ""

    @admin.display(description="memory")
    def memory(self, model: LocalModel) -> str:
        return "" if model.memory_bytes is None else f"{model.memory_bytes / 1e6:.0f} MB"

    @admin.display(description="a sentence takes")
    def speed(self, model: LocalModel) -> str:
        return "" if model.sentence_ms is None else f"{model.sentence_ms} ms"

    @admin.display
    def progress(self, model: LocalModel) -> str:
        return f"{percent(model)} %"

    @admin.display(description="calls this month")
    def calls(self, model: Any) -> int:
        return model.month_calls or 0

    @admin.display(description="failures this month")
    def errors(self, model: Any) -> int:
        return model.month_errors or 0

    @admin.action(description="Fetch again", permissions=["change_models"])
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[LocalModel]) -> None:
        for model in queryset:
            if model.state != LocalModel.State.READY:
                fetching.request_model(model.source, model.target)
        self.message_user(request, "They are fetched in the background; this page says how it goes.")

    @admin.action(description="Remove, and do not fetch again", permissions=["change_models"])
    def remove(self, request: HttpRequest, queryset: QuerySet[LocalModel]) -> None:
        try:
            removed = sum(fetching.remove_model(model.source, model.target, wait=False) for model in queryset)
        except packages.Busy:
            self.message_user(request, "A model is being fetched: try again when it is there.", messages.ERROR)
        else:
            self.message_user(request, f"{removed} removed.")

    @action(description="Fetch a model", permissions=["change_models"])
    def fetch(self, request: HttpRequest) -> HttpResponseBase:
        form = DirectionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            model = fetching.request_model(*form.cleaned_data["direction"])
            audit.record_request(request, action="fetch model", target=model)
            messages.success(request, f"{model} is fetched in the background; this page says how it goes.")
            return redirect(reverse("admin:translation_localmodel_changelist"))
        told = (
            "Other pairs go through English. A package has 50 to 150 MB; docs/translation.md says which host is asked."
        )
        return _form_page(self, request, form=form, title="Fetch a model", description=told, button="Fetch")

    @action(description="Try a sentence", permissions=["change_models"])
    def try_sentence(self, request: HttpRequest) -> HttpResponseBase:
        """What an engine makes of a sentence, without memory, phrasebook and protection, and how long it takes."""
        form = SentenceForm(request.POST or None)
        told = "The engine alone is asked: no memory, no phrasebook. Nothing is stored."
        if request.method == "POST" and form.is_valid():
            audit.record_request(request, action="try sentence", detail={"engine": form.cleaned_data["engine"]})
            told = _tried(form.cleaned_data)
        return _form_page(self, request, form=form, title="Try a sentence", description=told, button="Translate")


def _tried(values: dict[str, Any]) -> str:
    source, target = values["direction"]
    began = time.monotonic()
    try:
        (text,) = engines.engine(values["engine"]).translate(
            [values["sentence"]], source=source, target=target, context=[()], timeout=TRY_SECONDS
        )
    except EngineError as error:
        return f"It did not work: {error}"
    return f"{text} ({1000 * (time.monotonic() - began):.0f} ms)"
