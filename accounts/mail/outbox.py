"""Owing a mail: the row is written with the change that causes it, a worker sends it after the commit."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from rosetta.queue.nudge import nudge

from accounts.models import OutgoingMail


def owe_mail(*, kind: OutgoingMail.Kind, email: str, language: str, lives: timedelta, topic: str = "") -> None:
    """Owe ``email`` a mail of ``kind`` for as long as ``lives``: after that it would tell of what has expired.

    A notice has a ``topic``, one of ``mails.NOTICES``; an empty ``language`` is the account's.
    """
    from accounts.tasks import deliver_mail  # tasks call actions

    mail = OutgoingMail.objects.create(
        kind=kind, topic=topic, email=email, language=language, expires_at=timezone.now() + lives
    )
    transaction.on_commit(lambda: nudge(deliver_mail, mail.pk))
