"""Forms that several pages of translation use: a scope, a file, and a page with one form."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from accounts.staff.pages import StaffAdmin
from accounts.staff.reason_prompt import ReasonForm
from rosetta.errors import Invalid
from rosetta.ids import parse_ulid


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


def form_page(
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
    return form_page(model_admin, request, form=form, title=title, description=description, button="Import")
