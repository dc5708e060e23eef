"""Show staff the translation memory and the glossaries of workspaces."""

from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from unfold.decorators import action

from accounts.staff import audit
from accounts.staff.pages import ReadOnlyAdmin, StaffAdmin, may
from accounts.staff.reason_prompt import require_reason
from rosetta.errors import Invalid
from rosetta.ids import NO_ID
from translation import actions
from translation.admin.forms import ExportForm, form_page, upload_page
from translation.glossary import csv_exchange
from translation.glossary.terms import check_term
from translation.memory import tmx
from translation.models import (
    GlossaryTerm,
    MemoryEntry,
)


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
            return form_page(self, request, form=form, title="Export TMX", description=description, button="Export")
        scope_id, out = form.cleaned_data["scope_id"], BytesIO()
        detail = {"scope": scope_id, "reason": form.cleaned_data["reason"]}
        audit.record_request(request, action="export memory", detail=detail)
        tmx.write(MemoryEntry.objects.filter(scope_id=scope_id, is_bound=False).order_by("pk").iterator(), out)
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
