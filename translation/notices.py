"""The mail that tells staff of a spent budget; in English, as all of admin is."""

from django.conf import settings

from accounts.mail import content

# A topic: with the slash and a scope's id it is as long as one may be.
SPENT = "spent"


def _spent(scope_id: str) -> content.MailContent:
    return content.MailContent(
        subject="Rosetta: a translation budget is spent",
        before=(f"{scope_id} has used the characters that it may have translated this month.",),
        link=f"{settings.PUBLIC_URL}/admin/translation/",
        label="Policies and usage",
        after=(
            "Until the month ends or its policy changes, its messages are translated by engines that cost nothing, "
            "or not at all.",
        ),
    )


def register() -> None:
    """Make the letter known to who sends mail."""
    content.NOTICES[SPENT] = _spent
