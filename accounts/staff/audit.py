"""The audit log: what staff did, written in the same transaction, never changed.

``AuditMiddleware`` writes an entry for each admin request that changes something, unless the request is marked as audited:
by ``record_request``, which writes a better entry, or by ``mark_audited``.
"""

from collections.abc import Callable
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from accounts.models import AuditEntry, User

COMMAND_LINE = "command line"


def record(
    *, actor: User | None, action: str, target: models.Model | None = None, detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Write an entry: ``actor`` (None: the command line) did ``action`` to ``target``.

    Never put a secret in ``detail``.
    """
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor or COMMAND_LINE)[:255],
        action=action[:64],
        target_kind=target._meta.label_lower[:64] if target is not None else "",
        target_id=str(target.pk)[:64] if target is not None else "",
        target_name=str(target)[:255] if target is not None else "",
        detail=detail or {},
    )


def record_request(
    request: HttpRequest, *, action: str, target: models.Model | None = None, detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Write an entry for the staff member who sent ``request``, and mark the request as audited."""
    mark_audited(request)
    return record(actor=request.user, action=action, target=target, detail=detail)  # type: ignore[arg-type]


def mark_audited(request: HttpRequest) -> None:
    """Suppress the automatic entry.

    The action writes its own, was refused, or only showed a confirmation page.
    """
    request.is_audited = True  # type: ignore[attr-defined]


def is_audited(request: HttpRequest) -> bool:
    return getattr(request, "is_audited", False)


def expire(*, before: datetime, batch: int) -> int:
    """Delete up to ``batch`` entries older than ``before``, the oldest first.

    Returns the number deleted.

    Writes an entry that says so.
    """
    # A plain queryset, because the model's own refuses to delete.
    entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
    oldest = entries.order_by("pk").values_list("pk", "created_at")[:batch]
    old = [pk for pk, created_at in takewhile(lambda row: row[1] < before, oldest)]
    deleted = entries.filter(pk__in=old).delete()[0]
    if deleted:
        LogEntry.objects.filter(action_time__lt=before).delete()
        record(actor=None, action="expire audit log", detail={"entries": deleted, "before": before.isoformat()})
    return deleted


class AuditMiddleware:
    """Write an entry for each successful admin request that may change something and is not marked as audited."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/") or request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        response = self.get_response(request)
        user = request.user
        is_unaudited = response.status_code < 400 and not is_audited(request)
        if is_unaudited and isinstance(user, User) and user.is_staff:
            name = request.resolver_match.view_name if request.resolver_match else ""
            # Escaped, because PostgreSQL stores no null character.
            detail = {"path": escape_uri_path(request.path), "status": response.status_code}
            record(actor=user, action=name or "admin", detail=detail)
        return response
