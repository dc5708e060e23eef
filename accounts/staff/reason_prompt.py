"""Ask staff for a reason before private content is shown or something irreversible is done; the audit log keeps it."""

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
# Fields of the form itself.
OWN_FIELDS = ("reason", "csrfmiddlewaretoken")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget,
        help_text="It is written to the audit log with your name, before anything else.",
    )


def require_reason(
    page: ModelAdmin,
    request: HttpRequest,
    *,
    action: str,
    target: Model,
    title: str,
    show: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    """Answer with a form that asks for a reason.

    Once it is given, write an audit entry ``action`` and answer by ``show``.
    """

    def read(reason: str) -> HttpResponseBase:
        audit.record_request(request, action=action, target=target, detail={"reason": reason})
        return show()

    return ask_reason(page, request, title=title, question="Why do you need to read this?", button="Read", do=read)


def ask_reason(
    page: ModelAdmin,
    request: HttpRequest,
    *,
    title: str,
    question: str,
    button: str,
    do: Callable[[str], Answer],
) -> HttpResponseBase | Answer:
    """Answer with a form that asks ``question``.

    Once a reason is given, return ``do(reason)``, which has to audit it.

    The form repeats the fields of the request that it interrupts, such as the rows chosen in a list.
    """
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        return do(form.cleaned_data["reason"])
    audit.mark_audited(request)
    repeated_fields = [
        (name, value) for name, values in request.POST.lists() if name not in OWN_FIELDS for value in values
    ]
    context: dict[str, Any] = {**page.admin_site.each_context(request), "title": title, "form": form}
    context |= {"question": question, "button": button, "repeated_fields": repeated_fields}
    return render(request, "admin/accounts/reason.html", context)
