"""Write the mail that notifies staff of a spent budget.

It is in English, like the admin pages.
"""

from django.conf import settings

from accounts.mail import content

# A mail topic. With a slash and a scope's id it has the greatest length that a topic may have.
SPENT = "spent"


def _spent(scope_id: str) -> content.MailContent:
    return content.MailContent(
        subject="Rosetta: a translation budget is spent",
        before=(f"{scope_id} has used up this month's translation budget.",),
        link=f"{settings.PUBLIC_URL}/admin/translation/",
        label="Policies and usage",
        after=(
            "Until the month ends or the policy is changed, its messages are translated by free engines, or not at all.",
        ),
    )


def register() -> None:
    """Register the mail's topic."""
    content.NOTICES[SPENT] = _spent
