"""What was said in private is shown to staff for a reason that they give, written down before they see anything."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import audit
from accounts.models import User


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget,
        help_text="It is written to the audit log with your name, before you see anything.",
    )


def for_a_reason(
    page: ModelAdmin,
    request: HttpRequest,
    *,
    action: str,
    target: Model,
    title: str,
    show: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    """A form that asks why; once it was answered, an entry ``action`` in the audit log and what ``show`` makes."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = request.user
        assert isinstance(actor, User)  # noqa: S101  (admin lets nobody else in)
        audit.record(actor=actor, action=action, target=target, detail={"reason": form.cleaned_data["reason"]})
        return show()
    context: dict[str, Any] = {**page.admin_site.each_context(request), "title": title, "form": form}
    return render(request, "admin/accounts/reason.html", context)
