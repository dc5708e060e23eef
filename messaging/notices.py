"""The mails that tell people what staff decided, by topic. Nothing that anybody typed goes into them."""

from functools import partial

from django.utils.translation import gettext as _

from accounts.mail import content
from messaging.models import Report

Decision = Report.Decision
DECIDED = "report decided"
TAKEN_BACK = "decision taken back"


def topic_of(decision: str) -> str:
    """What the sender of a reported message is told of."""
    return f"report: {decision}"


def _to_reporter() -> content.Letter:
    return content.Letter(
        subject=_("Your report was looked at"),
        before=(_("Thank you for your report. Staff looked at it and decided."),),
        after=(),
    )


def _to_sender(decision: Decision) -> content.Letter:
    told = {
        Decision.REMOVE_MESSAGE: _("A message of yours was reported, and staff removed it."),
        Decision.WARN: _("A message of yours was reported. Please mind the rules of the place where you write."),
        Decision.SUSPEND_MEMBER: _("A message of yours was reported, and staff suspended you from its workspace."),
        Decision.SUSPEND_ACCOUNT: _("A message of yours was reported, and staff suspended your account."),
        Decision.CLOSE_ROOM: _("A message of yours was reported, and staff closed its room."),
    }
    return content.Letter(subject=_("About a message of yours"), before=(told[decision],), after=())


def _taken_back() -> content.Letter:
    return content.Letter(
        subject=_("About a message of yours"),
        before=(_("Staff took back what they had decided about a message of yours."),),
        after=(),
    )


def register() -> None:
    """Make these letters known to who sends mail."""
    content.NOTICES |= {DECIDED: _to_reporter, TAKEN_BACK: _taken_back}
    content.NOTICES |= {topic_of(one): partial(_to_sender, one) for one in Decision if one != Decision.DISMISS}
