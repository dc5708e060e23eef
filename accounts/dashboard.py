"""Mail that is owed, for the dashboard."""

from accounts.models import OutgoingMail
from rosetta.observability.dashboard import count, figure


@figure("mails_owed", "Mails owed", page=("accounts.outgoingmail", ""))
def _owed() -> int:
    return count(OutgoingMail.objects.all())
