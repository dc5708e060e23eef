"""Find the languages in which a channel is read, with one index probe per language however many members it has."""

from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from rosetta import languages
from workspaces.models import Channel

# Correlated with the channel of the outer query. A restricted channel is read by the members who joined it, an open one by
# all members; guests read the channel of their room. Raw SQL, because the ORM's form (an Exists per language and kind)
# takes longer to compile and plan than to run.
_HEARD = """(
    SELECT {aggregate}(spoken.column1, ' ') FROM (VALUES {codes}) AS spoken WHERE EXISTS (
        SELECT 1 FROM workspaces_member m WHERE m.workspace_id = workspaces_channel.workspace_id
        AND m.language = spoken.column1
        AND workspaces_channel.visibility = 'public' AND workspaces_channel.password_hash = ''
    ) OR EXISTS (
        SELECT 1 FROM workspaces_channelmember cm JOIN workspaces_member m ON m.id = cm.member_id
        WHERE cm.channel_id = workspaces_channel.conversation_id AND m.language = spoken.column1
    ) OR EXISTS (
        SELECT 1 FROM accounts_guest g WHERE g.workspace_id = workspaces_channel.workspace_id
        AND g.preferred_language = spoken.column1 AND g.removed_at IS NULL
    )
)"""


def heard_languages() -> Any:
    """Return an annotation for channels with the codes of their readers' languages, which ``languages_in`` reads."""
    aggregate = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    codes = ", ".join(f"('{code}')" for code in languages.CODES)
    return RawSQL(_HEARD.format(aggregate=aggregate, codes=codes), [], output_field=TextField())  # noqa: S611


def languages_in(channel: Channel) -> frozenset[str]:
    """Return the languages in the annotation of ``heard_languages``."""
    return frozenset((channel.heard or "").split())  # type: ignore[attr-defined]
