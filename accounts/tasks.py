"""Tasks of the queue.

Send mail, erase and export accounts, delete what has expired.
"""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actions import deletion, export, tokens
from accounts.mail import content
from accounts.models import (
    AccountDeletion,
    AccountExport,
    AccountWork,
    OneTimeCode,
    OutgoingMail,
    Session,
    SocialState,
)
from accounts.staff import audit
from rosetta.queue.jobs import in_steps, in_time

log = structlog.get_logger(__name__)

# Longer than a mail server may take to answer.
LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=10)
BATCH = 200
PURGE_BATCH = 5000


@shared_task
def deliver_mail(mail_id: int) -> None:
    """Send a pending mail.

    A temporary failure leaves it pending for a later try; a permanent one deletes it.
    """
    now = timezone.now()
    due = OutgoingMail.objects.filter(pk=mail_id, due_at__lte=now)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return  # it was sent, or another worker has it
    mail = OutgoingMail.objects.get(pk=mail_id)
    try:
        if mail.expires_at > now:
            _send(mail)
    except Exception as error:  # mail backends raise errors of many kinds
        # The error's text may hold the address; its class and SMTP code say enough.
        code = getattr(error, "smtp_code", None)
        log.warning("mail_failed", mail=mail.pk, kind=mail.kind, error=type(error).__name__, code=code)
        if not _is_permanent(error):
            wait = min(timedelta(seconds=5 * 2 ** min(mail.attempts, 10)), LONGEST_WAIT)
            OutgoingMail.objects.filter(pk=mail.pk).update(due_at=timezone.now() + wait)
            return
    OutgoingMail.objects.filter(pk=mail.pk).delete()


def _send(mail: OutgoingMail) -> None:
    message = content.build_message(mail)
    if message is None:
        return
    connection = get_connection()
    connection.send_messages([message])
    # Without a mail server, mails go into files; the console says where.
    log.info("mail_sent", kind=mail.kind, file=str(getattr(connection, "_fname", "") or ""))


def _is_permanent(error: Exception) -> bool:
    """Return whether the mail server refused permanently (a 5xx answer)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


@shared_task
def send_owed_mail() -> int:
    """Send the mails that lost nudges and failures left pending.

    Returns how many were due.
    """
    due_ids = list(
        OutgoingMail.objects.filter(due_at__lte=timezone.now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]
    )
    for mail_id in in_time(due_ids):
        deliver_mail(mail_id)
    return len(due_ids)


@shared_task
def erase_account(user_id: int) -> None:
    deletion.erase(user_id=user_id)


@shared_task
def make_export(export_id: str) -> None:
    export.build_export(export_id=export_id)


@shared_task
def resume_account_work() -> int:
    """Resume deletions and exports whose nudge was lost or whose worker died.

    Returns how many were due.
    """
    due = {"state": AccountWork.State.PENDING, "due_at__lte": timezone.now()}
    user_ids = list(AccountDeletion.objects.filter(**due).values_list("pk", flat=True)[:BATCH])
    export_ids = list(AccountExport.objects.filter(**due).values_list("pk", flat=True)[:BATCH])
    for user_id in in_time(user_ids):
        deletion.erase(user_id=user_id)
    for export_id in in_time(export_ids):
        export.build_export(export_id=export_id)
    return len(user_ids) + len(export_ids)


@shared_task
def purge_accounts() -> int:
    """Delete expired sessions, tokens, codes, states and exports in bounded batches.

    Returns the number deleted.
    """
    now = timezone.now()
    expired_exports = AccountExport.objects.filter(expires_at__lt=now)[:BATCH]
    for row in expired_exports:
        export.remove_export(export=row)
    # Processes of the previous version stored clear keys while this one was being rolled out.
    in_steps(lambda: Session.objects.hash_clear_keys(batch=PURGE_BATCH), size=PURGE_BATCH)
    ended = in_steps(lambda: tokens.end_expired_sessions(batch=PURGE_BATCH), size=PURGE_BATCH)
    ended += in_steps(lambda: tokens.end_expired_tokens(batch=PURGE_BATCH), size=PURGE_BATCH)
    expired = (OneTimeCode.objects.filter(expires_at__lt=now), SocialState.objects.filter(expires_at__lt=now))
    return len(expired_exports) + ended + sum(_purge(rows) for rows in expired)


def _purge(rows: QuerySet[Any]) -> int:
    manager = rows.model._default_manager
    return in_steps(
        lambda: manager.filter(pk__in=list(rows.values_list("pk", flat=True)[:PURGE_BATCH])).delete()[0],
        size=PURGE_BATCH,
    )


@shared_task
def expire_audit() -> int:
    """Delete audit entries older than ``AUDIT_RETENTION_DAYS``.

    Returns the number deleted.
    """
    if not settings.AUDIT_RETENTION_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    return in_steps(lambda: audit.expire(before=before, batch=PURGE_BATCH), size=PURGE_BATCH)
