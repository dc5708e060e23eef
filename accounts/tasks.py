"""Mail, leaving and clean-up, for the queue."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actions import leaving, tokens
from accounts.mail import content
from accounts.models import (
    AccountDeletion,
    AccountExport,
    AccountWork,
    OneTimeCode,
    OutgoingMail,
    SocialState,
)
from accounts.staff import audit
from rosetta.queue.jobs import in_steps

log = structlog.get_logger(__name__)

# Longer than a mail server may take to answer.
LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=10)
BATCH = 200
PURGE_BATCH = 5000


@shared_task
def deliver_mail(mail_id: int) -> None:
    """Send a mail that is owed. A failure that may pass leaves it owed, for later; one that will not ends it."""
    now = timezone.now()
    due = OutgoingMail.objects.filter(pk=mail_id, due_at__lte=now)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return  # sent, or another worker is at it
    mail = OutgoingMail.objects.get(pk=mail_id)
    try:
        if mail.expires_at > now:
            _send(mail)
    except Exception as error:  # mail backends raise errors of many kinds
        # The error's own words may hold the address: its kind and SMTP code say enough.
        code = getattr(error, "smtp_code", None)
        log.warning("mail_failed", mail=mail.pk, kind=mail.kind, error=type(error).__name__, code=code)
        if not _is_permanent(error):
            wait = min(timedelta(seconds=5 * 2 ** min(mail.attempts, 10)), LONGEST_WAIT)
            OutgoingMail.objects.filter(pk=mail.pk).update(due_at=timezone.now() + wait)
            return
    OutgoingMail.objects.filter(pk=mail.pk).delete()


def _send(mail: OutgoingMail) -> None:
    message = content.written(mail)
    if message is None:
        return
    connection = get_connection()
    connection.send_messages([message])
    # Embedded, mail goes into files; the console says where.
    log.info("mail_sent", kind=mail.kind, file=str(getattr(connection, "_fname", "") or ""))


def _is_permanent(error: Exception) -> bool:
    """Whether the mail server refused for good (a 5xx answer)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


@shared_task
def send_owed_mail() -> int:
    """Send what lost nudges and failures left owed; returns how many mails were due."""
    due = list(
        OutgoingMail.objects.filter(due_at__lte=timezone.now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]
    )
    for mail_id in due:
        deliver_mail(mail_id)
    return len(due)


@shared_task
def erase_account(user_id: int) -> None:
    leaving.erase(user_id=user_id)


@shared_task
def make_export(export_id: str) -> None:
    leaving.build_export(export_id=export_id)


@shared_task
def resume_account_work() -> int:
    """Go on with the leavers and exports whose nudge was lost or whose worker died; returns how many were due."""
    due = {"state": AccountWork.State.PENDING, "due_at__lte": timezone.now()}
    leavers = list(AccountDeletion.objects.filter(**due).values_list("pk", flat=True)[:BATCH])
    exports = list(AccountExport.objects.filter(**due).values_list("pk", flat=True)[:BATCH])
    for user_id in leavers:
        leaving.erase(user_id=user_id)
    for export_id in exports:
        leaving.build_export(export_id=export_id)
    return len(leavers) + len(exports)


@shared_task
def purge_accounts() -> int:
    """Forget expired sessions, tokens, codes, states and exports, a bounded batch of each; returns how many went."""
    now = timezone.now()
    exports = AccountExport.objects.filter(expires_at__lt=now)[:BATCH]
    for export in exports:
        leaving.remove_export(export=export)
    ended = in_steps(lambda: tokens.end_expired_sessions(batch=PURGE_BATCH), size=PURGE_BATCH)
    ended += in_steps(lambda: tokens.end_expired_tokens(batch=PURGE_BATCH), size=PURGE_BATCH)
    expired = (OneTimeCode.objects.filter(expires_at__lt=now), SocialState.objects.filter(expires_at__lt=now))
    return len(exports) + ended + sum(_purge(rows) for rows in expired)


def _purge(rows: QuerySet[Any]) -> int:
    everybody = rows.model._default_manager
    return in_steps(
        lambda: everybody.filter(pk__in=list(rows.values_list("pk", flat=True)[:PURGE_BATCH])).delete()[0],
        size=PURGE_BATCH,
    )


@shared_task
def expire_audit() -> int:
    """Forget what staff did longer ago than AUDIT_RETENTION_DAYS; returns how many entries went."""
    if not settings.AUDIT_RETENTION_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    return in_steps(lambda: audit.expire(before=before, batch=PURGE_BATCH), size=PURGE_BATCH)
