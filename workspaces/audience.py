"""Find how a channel is read, with a few index probes per language however many members it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from rosetta import languages
from rosetta.languages import Reading
from workspaces.models import Channel


@dataclass(frozen=True, slots=True)
class Audience:
    """The readings of everybody who reads a conversation."""

    readings: frozenset[Reading] = frozenset()

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Audience":
        return cls(frozenset(readings))

    @classmethod
    def in_languages(cls, codes: Iterable[str]) -> "Audience":
        """Return the audience of people who read one language each."""
        return cls.of(map(Reading, codes))

    def needs(self, written_in: str) -> set[str]:
        """Return the languages that somebody needs a text in which was ``written_in`` a language."""
        return {reading.language for reading in self.readings if reading.needs(written_in)}


# Correlated with the channel of the outer query, and with a language, ``spoken.column1``. A restricted channel is read by
# the members who joined it, an open one by all members, in a language that they may have chosen for it; guests read the
# channel of their room.
_READERS = (
    """
    SELECT m.also_reads AS also FROM workspaces_member m
    WHERE m.workspace_id = workspaces_channel.workspace_id AND m.language = spoken.column1
    AND workspaces_channel.visibility = 'public' AND workspaces_channel.password_hash = ''
    AND NOT EXISTS (
        SELECT 1 FROM workspaces_channelreading r
        WHERE r.channel_id = workspaces_channel.conversation_id AND r.member_id = m.id
    )
    """,
    """
    SELECT m.also_reads AS also FROM workspaces_channelmember cm JOIN workspaces_member m ON m.id = cm.member_id
    WHERE cm.channel_id = workspaces_channel.conversation_id AND m.language = spoken.column1
    AND NOT EXISTS (
        SELECT 1 FROM workspaces_channelreading r
        WHERE r.channel_id = workspaces_channel.conversation_id AND r.member_id = m.id
    )
    """,
    """
    SELECT m.also_reads AS also FROM workspaces_channelreading r JOIN workspaces_member m ON m.id = r.member_id
    WHERE r.channel_id = workspaces_channel.conversation_id AND r.language = spoken.column1
    AND (
        (workspaces_channel.visibility = 'public' AND workspaces_channel.password_hash = '') OR EXISTS (
            SELECT 1 FROM workspaces_channelmember cm WHERE cm.channel_id = r.channel_id AND cm.member_id = r.member_id
        )
    )
    """,
    """
    SELECT '' AS also FROM accounts_guest g
    WHERE g.workspace_id = workspaces_channel.workspace_id
    AND g.preferred_language = spoken.column1 AND g.removed_at IS NULL
    """,
)
# For each language that is read: the language where somebody reads nothing else, which is mostly so. Else it with each set
# of further languages, because a text in a language that all of them read needs no translation. Raw SQL, because the
# ORM's form (an Exists per language and kind) takes longer to compile and plan than to run.
_HEARD = """(
    SELECT {aggregate}(CASE
        WHEN {only} THEN spoken.column1
        WHEN {anybody} THEN spoken.column1 || '+' || (
            SELECT {aggregate}(further.column1, '|') FROM (VALUES {sets}) AS further WHERE {further}
        )
    END, ' ') FROM (VALUES {codes}) AS spoken
)"""


def heard_languages() -> Any:
    """Return an annotation for channels with the readings of their readers, which ``audience_of`` reads."""
    sql = _HEARD.format(
        aggregate="string_agg" if connection.vendor == "postgresql" else "group_concat",
        only=_exists("also = ''"),
        anybody=_exists(),
        further=_exists("also = further.column1"),
        codes=_values(languages.CODES),
        sets=_values(languages.sets_of_further_languages()),
    )
    return RawSQL(sql, [], output_field=TextField())  # noqa: S611


def _exists(condition: str = "") -> str:
    where = f" WHERE {condition}" if condition else ""
    return " OR ".join(f"EXISTS (SELECT 1 FROM ({readers}) AS readers{where})" for readers in _READERS)  # noqa: S608


def _values(texts: Iterable[str]) -> str:
    return ", ".join(f"('{text}')" for text in texts)


def audience_of(channel: Channel) -> Audience:
    """Return the audience in the annotation of ``heard_languages``."""
    heard: str = channel.heard or ""  # type: ignore[attr-defined]
    return Audience.of(_readings(heard))


def _readings(heard: str) -> Iterable[Reading]:
    for group in heard.split():
        language, _, sets = group.partition("+")
        for also in sets.split("|"):
            yield Reading(language, languages.split(also))
