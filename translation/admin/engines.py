"""Show staff budgets, usage, engines and local models."""

import time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.staff import audit
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may
from rosetta.languages import CODES
from translation import actions, engines, health
from translation.admin.forms import form_page
from translation.context.text_context import NO_CONTEXT
from translation.engines.base import EngineError
from translation.engines.local import PIVOT
from translation.local_models import fetching, packages
from translation.models import (
    EngineState,
    LocalModel,
    RefusedAnswers,
    TranslationPolicy,
    Usage,
    this_month,
)
from translation.service import pairs_of
from translation.status import percent


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
        return form_page(self, request, form=form, title="Fetch a model", description=told, button="Fetch")

    @action(description="Try a sentence", permissions=["change_models"])
    def try_sentence(self, request: HttpRequest) -> HttpResponseBase:
        """What an engine makes of a sentence, without memory, phrasebook and protection, and how long it takes."""
        form = SentenceForm(request.POST or None)
        told = "The engine alone is asked: no memory, no phrasebook. Nothing is stored."
        if request.method == "POST" and form.is_valid():
            audit.record_request(request, action="try sentence", detail={"engine": form.cleaned_data["engine"]})
            told = _tried(form.cleaned_data)
        return form_page(self, request, form=form, title="Try a sentence", description=told, button="Translate")


def _tried(values: dict[str, Any]) -> str:
    source, target = values["direction"]
    began = time.monotonic()
    try:
        (text,) = engines.engine(values["engine"]).translate(
            [values["sentence"]], source=source, target=target, context=[NO_CONTEXT], timeout=TRY_SECONDS
        )
    except EngineError as error:
        return f"It did not work: {error}"
    return f"{text} ({1000 * (time.monotonic() - began):.0f} ms)"
