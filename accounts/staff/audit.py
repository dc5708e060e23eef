"""The audit log: what staff did, written with it, changed by nobody."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest, HttpResponse

from accounts.models import AuditEntry, User

COMMAND_LINE = "command line"
_recorded: ContextVar[int] = ContextVar("audit_recorded", default=0)


def record(
    *, actor: User | None, action: str, target: models.Model | None = None, detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Write down that ``actor`` (None: the command line) did ``action`` to ``target``. Never put a secret in ``detail``."""
    _recorded.set(_recorded.get() + 1)
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor or COMMAND_LINE)[:255],
        action=action[:64],
        target_kind=target._meta.label_lower[:64] if target is not None else "",
        target_id=str(target.pk)[:64] if target is not None else "",
        target_name=str(target)[:255] if target is not None else "",
        detail=detail or {},
    )


def written() -> int:
    """How many entries this request has made so far; more than a moment ago means that what came between wrote its own."""
    return _recorded.get()


def record_nothing() -> None:
    """Say that what the request asked for was refused, or is asked about first: it did nothing that is to be written down."""
    _recorded.set(_recorded.get() + 1)


def expire(*, before: datetime, batch: int) -> int:
    """Take away up to ``batch`` entries older than ``before``, the oldest first, and leave one that says so; returns how many."""
    # The log's own rows refuse to be deleted; age alone takes them.
    entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
    oldest = entries.order_by("pk").values_list("pk", "created_at")[:batch]
    old = [pk for pk, created_at in takewhile(lambda row: row[1] < before, oldest)]
    gone = entries.filter(pk__in=old).delete()[0]
    if gone:
        LogEntry.objects.filter(action_time__lt=before).delete()
        record(actor=None, action="expire audit log", detail={"entries": gone, "before": before.isoformat()})
    return gone


class AuditMiddleware:
    """Writes down each admin request that changes something and did not write an entry of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/") or request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        before = written()
        response = self.get_response(request)
        user = request.user
        if written() == before and response.status_code < 400 and isinstance(user, User) and user.is_staff:
            name = request.resolver_match.view_name if request.resolver_match else ""
            record(actor=user, action=name or "admin", detail={"path": request.path, "status": response.status_code})
        return response
