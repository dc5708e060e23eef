"""What was said in private is shown, and what cannot be undone is done, for a reason that staff give and that is written down."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.staff import audit

Answer = TypeVar("Answer")
# What the form has fields for itself.
OURS = ("reason", "csrfmiddlewaretoken")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget,
        help_text="It is written to the audit log with your name, before anything else.",
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

    def read(reason: str) -> HttpResponseBase:
        audit.record(actor=request.user, action=action, target=target, detail={"reason": reason})  # type: ignore[arg-type]
        return show()

    return once_told_why(page, request, title=title, question="Why do you need to read this?", button="Read", do=read)


def once_told_why(
    page: ModelAdmin,
    request: HttpRequest,
    *,
    title: str,
    question: str,
    button: str,
    do: Callable[[str], Answer],
) -> HttpResponseBase | Answer:
    """A form that asks ``question``, or, once it was answered, what ``do`` makes of the reason, which it writes down.

    The form sends what it came for again, such as the rows chosen in a list.
    """
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        return do(form.cleaned_data["reason"])
    audit.record_nothing()
    asked_for = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    context: dict[str, Any] = {**page.admin_site.each_context(request), "title": title, "form": form}
    context |= {"question": question, "button": button, "asked_for": asked_for}
    return render(request, "admin/accounts/reason.html", context)
