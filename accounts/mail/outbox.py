"""Queue mails: the row is written with the change that causes it, and a worker sends it after the commit."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from rosetta.queue.nudge import nudge


def queue_mail(*, kind: OutgoingMail.Kind, email: str, language: str, lives: timedelta, topic: str = "") -> None:
    """Queue a mail of ``kind`` to ``email``, to be sent within ``lives``.

    Later, its link or code has expired.

    A notice has a ``topic``, whose first part is a key of ``content.NOTICES``. An empty ``language`` is the account's.
    """
    mail = OutgoingMail.objects.create(
        kind=kind, topic=topic, email=email, language=language, expires_at=timezone.now() + lives
    )
    transaction.on_commit(lambda: nudge("accounts.tasks.deliver_mail", mail.pk))
