"""Pending mails, for the dashboard."""

from accounts.models import OutgoingMail
from rosetta.observability.dashboard import count, figure


@figure("mails_owed", "Pending mails", page=("accounts.outgoingmail", ""))
def _pending() -> int:
    return count(OutgoingMail.objects.all())
