"""Decisions on reports, as staff make them in admin."""

from typing import Any

from django.test import Client
from django.urls import reverse

from messaging.models import Report


def decide(staff: Client, report: Report, decision: str, note: str = "seen it") -> Any:
    path = reverse("admin:messaging_report_change", args=[report.pk])
    answer = staff.post(path, {"decision": decision, "note": note}, follow=True)
    assert answer.status_code == 200
    report.refresh_from_db()
    return answer


def take_back(staff: Client, report: Report) -> None:
    take_back_of(staff, report)


def take_back_of(staff: Client, report: Report) -> str:
    """The page that staff see after taking the decision back."""
    path = reverse("admin:messaging_report_take_back", args=[report.pk])
    assert staff.get(path).status_code == 200
    answer = staff.post(path, follow=True)
    assert answer.status_code == 200
    report.refresh_from_db()
    return answer.content.decode()
