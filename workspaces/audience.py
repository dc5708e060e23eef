"""In which languages a channel is read: one probe a language, however many people read it."""

from functools import cache
from typing import Any

from django.db.models import TextField
from django.db.models.expressions import RawSQL

from rosetta import languages
from workspaces.models import Channel

# Correlated with the channel of the query around it. A restricted channel is read by those who joined it, an open one by
# the whole workspace; guests read the channel of their room. The ORM's own spelling, fifteen Exists, takes longer to
# compile than to run.
_HEARD = """
CASE WHEN EXISTS (
    SELECT 1 FROM workspaces_member m WHERE m.workspace_id = workspaces_channel.workspace_id AND m.language = '{code}'
    AND workspaces_channel.visibility = 'public' AND workspaces_channel.password_hash = ''
) OR EXISTS (
    SELECT 1 FROM workspaces_channelmember cm JOIN workspaces_member m ON m.id = cm.member_id
    WHERE cm.channel_id = workspaces_channel.conversation_id AND m.language = '{code}'
) OR EXISTS (
    SELECT 1 FROM accounts_guest g
    WHERE g.workspace_id = workspaces_channel.workspace_id AND g.preferred_language = '{code}' AND g.removed_at IS NULL
) THEN ' {code}' ELSE '' END
"""


@cache
def _sql() -> str:
    return "(" + " || ".join(_HEARD.format(code=code) for code in languages.CODES) + ")"


def heard_languages() -> Any:
    """An annotation for channels: the codes of the languages they are read in; ``languages_in`` reads it."""
    return RawSQL(_sql(), [], output_field=TextField())  # noqa: S611  (the codes are our own table's)


def languages_in(channel: Channel) -> frozenset[str]:
    """The languages that ``heard_languages`` found for ``channel``."""
    return frozenset(channel.heard.split())  # type: ignore[attr-defined]
