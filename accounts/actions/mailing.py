"""Owing a mail: the row is written with the change that causes it, a worker sends it after the commit."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from rosetta.celery import nudge


def owe_mail(*, kind: OutgoingMail.Kind, email: str, language: str, lives: timedelta) -> None:
    """Owe ``email`` a mail of ``kind`` for as long as ``lives``: after that it would tell of what has expired."""
    from accounts.tasks import deliver_mail  # tasks call actions

    mail = OutgoingMail.objects.create(kind=kind, email=email, language=language, expires_at=timezone.now() + lives)
    transaction.on_commit(lambda: nudge(deliver_mail, mail.pk))
