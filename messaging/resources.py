"""Messages as JSON resources, for REST and realtime alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import CharField, FilteredRelation, Q, QuerySet, Value
from django.urls import reverse

from accounts.models import Guest, User
from accounts.resources import profile
from messaging.access import PersonCard
from messaging.context import ConversationContext
from messaging.emoji import folded
from messaging.mentions import PresentNames, present_names
from messaging.models import (
    HUMAN,
    Attachment,
    DirectConversation,
    KeptDraft,
    Message,
    MessageRevision,
    MessageTranslation,
    ModeratorDecision,
    Reaction,
    Report,
    TranslationFeedback,
    WorkspaceExport,
)
from messaging.threads import NOT_FOLLOWED, ThreadState, states_of
from rosetta.db.queries import ULID, CompiledQuery, Unseen
from rosetta.http.links import absolute, link_to
from rosetta.ids import NO_ID
from rosetta.languages import Reading
from rosetta.times import moment
from translation.memory.store import CORRECTION
from translation.models import GlossaryTerm, TermProposal
from translation.service import JobResult, Preview
from workspaces.models import Member, Webhook
from workspaces.resources import person

READY = MessageTranslation.State.READY
# So many of those who chose an emoji are named with it.
REACTORS = 10
_REACTOR_COLUMNS = ("user_id", "guest_id", "user__name", "guest__nickname")
TERM_FIELDS = ("term", "rendering", "source", "target", "case_sensitive", "inside_words")


class MessageRow(NamedTuple):
    """A message with its sender and one translation, as one query reads it (making models takes half the time of a page)."""

    id: str
    conversation_id: str
    seq: int
    type: str
    content: str | None
    language: str
    translation_status: str
    skip_translation: bool
    revision: int
    parent_id: str | None
    is_broadcast: bool
    reply_count: int
    last_reply_at: datetime | None
    repliers: list[dict[str, Any]] | None
    attachment_count: int
    reaction_count: int
    mentions: list[dict[str, Any]]
    is_automation: bool
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    sender_user_id: int | None
    sender_guest_id: str | None
    sender_webhook_id: str | None
    user_name: str | None
    user_avatar_url: str | None
    guest_nickname: str | None
    webhook_name: str | None
    translation_state: str | None
    translation_text: str | None
    translation_revision: int | None
    translation_reason: str | None
    translation_confidence: int | None


# The columns that come from other tables, by the query's names for them.
_JOINED = {
    "user_name": "sender_user__name",
    "user_avatar_url": "sender_user__avatar_url",
    "guest_nickname": "sender_guest__nickname",
    "webhook_name": "sender_webhook__name",
    "translation_state": "translated__state",
    "translation_text": "translated__text",
    "translation_revision": "translated__revision",
    "translation_reason": "translated__reason",
    "translation_confidence": "translated__confidence",
}
_OWN = [name for name in MessageRow._fields if name not in _JOINED]
_COLUMNS = [_JOINED.get(name, name) for name in MessageRow._fields]
# The last columns of a message without a translation into the reader's language.
_UNTRANSLATED = (None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Reader:
    """What whoever messages are shown to reads, and who they are."""

    reading: Reading
    user_id: int | None = None
    guest_id: str | None = None

    @classmethod
    def for_context(cls, context: ConversationContext, language: str | None = None) -> "Reader":
        """Return who reads in ``context``, or who asks for all messages in ``language``."""
        return cls(
            Reading(language) if language else context.reading,
            context.user.pk if context.user is not None else None,
            context.guest.pk if context.guest is not None else None,
        )

    @property
    def language(self) -> str:
        """Return the language into which messages are translated."""
        return self.reading.language


def with_translation(messages: QuerySet[Message], language: str | Unseen) -> QuerySet[Message, tuple[Any, ...]]:
    """Return ``messages`` as tuples for ``MessageRow._make``, with their senders and translations into ``language``."""
    translated = FilteredRelation("translations", condition=Q(translations__language=language))
    rows: QuerySet[Message, tuple[Any, ...]] = messages.annotate(translated=translated).values_list(*_COLUMNS)
    return rows


def rows_of(messages: QuerySet[Message], language: str, limit: int | None = None) -> list[MessageRow]:
    """Return at most ``limit`` of ``messages`` with their translations into ``language``, in one query."""
    return [MessageRow._make(row) for row in with_translation(messages, language)[:limit]]


def rows_by_language(pks: Collection[str], languages: Collection[str]) -> dict[str, list[MessageRow]]:
    """Return the rows of ``pks`` for each of ``languages``.

    Two queries for any number of messages and languages; compiled ones for one message, one query for one language.
    """
    if not pks:
        return {language: [] for language in languages}
    if len(pks) > 1 and len(languages) == 1:
        (language,) = languages
        return {language: rows_again(list(pks), language)}
    if len(pks) == 1:
        (pk,) = pks
        bare, translated = _BARE_ROW.rows(message_id=pk), _TRANSLATIONS.rows(message_id=pk)
    else:
        bare = list(_bare(Message.objects.filter(pk__in=pks)))
        translated = list(_translations(MessageTranslation.objects.filter(message__in=pks, language__in=languages)))
    translations = {(message_id, language): values for message_id, language, *values in translated}
    return {
        language: [MessageRow._make((*row, *translations.get((row[0], language), _UNTRANSLATED))) for row in bare]
        for language in languages
    }


def _bare(messages: QuerySet[Message]) -> QuerySet[Message, tuple[Any, ...]]:
    return messages.values_list(*_COLUMNS[: -len(_UNTRANSLATED)])


def _translations(rows: QuerySet[MessageTranslation]) -> QuerySet[MessageTranslation, tuple[Any, ...]]:
    return rows.values_list("message_id", "language", "state", "text", "revision", "reason", "confidence")


_BARE_ROW = CompiledQuery(lambda message_id: _bare(Message.objects.filter(pk=message_id)), message_id=ULID)
_TRANSLATIONS = CompiledQuery(
    lambda message_id: _translations(MessageTranslation.objects.filter(message=message_id)), message_id=ULID
)


def rows_again(pks: Sequence[str], language: str) -> list[MessageRow]:
    """Return the rows of ``pks`` as they are now, in no order."""
    return rows_of(Message.objects.filter(pk__in=pks), language)


def messages(
    rows: Sequence[MessageRow], workspace_id: str | None, reader: Reader, names: PresentNames | None = None
) -> list[dict[str, Any]]:
    """Return the resources of ``rows``.

    A query each for attachments, reactions, mentioned people, and threads with those who replied there, where there are any.

    ``names`` are theirs, where the caller has them.
    """
    workspaces = dict.fromkeys((row.id for row in rows), workspace_id)
    return _listed([(row, reader.reading) for row in rows], workspaces, reader, names)


def messages_anywhere(user: User, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the resources of messages of any conversations that ``user`` reads, in the order of ``ids``.

    Each in the language that ``user`` reads there. As many queries for any number of conversations, plus one for each
    language.
    """
    places = {
        str(pk): (str(conversation_id), None if workspace_id is None else str(workspace_id))
        for pk, conversation_id, workspace_id in Message.objects.filter(pk__in=ids).values_list(
            "pk", "conversation_id", "conversation__channel__workspace_id"
        )
    }
    workspace_ids = {workspace_id for _conversation, workspace_id in places.values() if workspace_id is not None}
    members = Member.objects.filter(user=user, workspace__in=workspace_ids) if workspace_ids else ()
    of_members = {str(member.workspace_id): member.reading for member in members}
    readings = {pk: of_members.get(workspace_id or "", user.reading) for pk, (_at, workspace_id) in places.items()}
    by_language: dict[str, list[str]] = defaultdict(list)
    for pk, reading in readings.items():
        by_language[reading.language].append(pk)
    rows = {row.id: row for language, pks in by_language.items() for row in rows_again(pks, language)}
    listed = [(rows[pk], readings[pk]) for pk in ids if pk in rows]
    workspaces = {pk: workspace_id for pk, (_conversation, workspace_id) in places.items()}
    return _listed(listed, workspaces, Reader(user.reading, user.pk))


def _listed(
    rows: Sequence[tuple[MessageRow, Reading]],
    workspaces: Mapping[str, str | None],
    reader: Reader,
    names: PresentNames | None = None,
) -> list[dict[str, Any]]:
    """Return the resources of rows of several workspaces, each with what is read there."""
    alone = [row for row, _reading in rows]
    attachments = _attachments_of([row.id for row in alone if row.attachment_count])
    reactions = _reactions_of([row.id for row in alone if row.reaction_count], reader)
    names = names or present_names_of(alone)
    threads = _threads_of([row for row in alone if row.reply_count], reader.user_id)
    return [
        _message(
            row,
            workspaces[row.id],
            reading,
            names,
            [attachment(file, workspaces[row.id]) for file in attachments.get(row.id, ())],
            reactions.get(row.id, []),
            threads.get(row.id),
        )
        for row, reading in rows
    ]


def present_names_of(rows: Iterable[MessageRow]) -> PresentNames:
    """Return the names that the people and channels mentioned in ``rows`` have now."""
    return present_names((row.mentions, (row.content, row.translation_text)) for row in rows)


def message(pk: str, workspace_id: str | None, reader: Reader) -> dict[str, Any] | None:
    """Return one message by its id, or None when it was erased."""
    rows = rows_of(Message.objects.filter(pk=pk), reader.language)
    return messages(rows, workspace_id, reader)[0] if rows else None


def fresh_message(
    row: Message,
    translations: Iterable[MessageTranslation],
    attachments: Sequence[Attachment],
    workspace_id: str | None,
    reader: Reader,
) -> dict[str, Any]:
    """Return the resource of a message that was just posted, without a query."""
    translation = next((row for row in translations if row.language == reader.language), None)
    user, guest, webhook = row.sender_user, row.sender_guest, row.sender_webhook
    posted = MessageRow(
        **{name: getattr(row, name) for name in _OWN},
        user_name=user.name if user else None,
        user_avatar_url=user.avatar_url if user else None,
        guest_nickname=guest.nickname if guest else None,
        webhook_name=webhook.name if webhook else None,
        translation_state=translation.state if translation else None,
        translation_text=translation.text if translation else None,
        translation_revision=translation.revision if translation else None,
        translation_reason=translation.reason if translation else None,
        translation_confidence=translation.confidence if translation else None,
    )
    shown = [attachment(file, workspace_id) for file in attachments]
    return _message(posted, workspace_id, reader.reading, PresentNames.stored(row.mentions), shown, [], None)


def is_translated(row: MessageRow, reading: Reading) -> bool:
    """Return whether ``row`` is shown to such a reader in a translation rather than as it was written."""
    return (
        row.deleted_at is None
        and row.content is not None
        and reading.needs(row.language)
        and row.translation_state == READY
        and row.translation_revision == row.revision
    )


def _message(
    row: MessageRow,
    workspace_id: str | None,
    reading: Reading,
    names: PresentNames,
    attachments: list[Any],
    reactions: list[Any],
    thread: dict[str, Any] | None,
) -> dict[str, Any]:
    original = names.text(row.content, row.mentions) if row.deleted_at is None else None
    translated = is_translated(row, reading)
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "workspace_id": workspace_id,
        "channel_id": row.conversation_id if workspace_id is not None else None,
        "seq": row.seq,
        "type": row.type,
        "sender": _sender(row),
        "original_content": original,
        "original_language": row.language,
        "display_content": names.text(row.translation_text, row.mentions) if translated else original,
        "display_language": reading.language if translated else row.language,
        "display_source": "translation" if translated else "original",
        "translation_status": row.translation_status,
        "translation_reason": None if translated else _reason(row, reading),
        "translation_confidence": _share(row.translation_confidence) if translated else None,
        "parent_message_id": row.parent_id,
        "is_broadcast": row.is_broadcast,
        "reply_count": row.reply_count,
        "thread": thread,
        "attachments": attachments,
        "mentions": names.mentions(row.mentions),
        "reactions": reactions,
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at),
        "deleted_at": moment(row.deleted_at),
    }


def _reason(row: MessageRow, reading: Reading) -> str | None:
    """Return why the present text is not translated for such a reader, once its translation failed or was skipped."""
    if not row.translation_reason or row.deleted_at is not None or not reading.needs(row.language):
        return None
    is_given_up = row.translation_state in (MessageTranslation.State.FAILED, MessageTranslation.State.SKIPPED)
    return row.translation_reason if is_given_up and row.translation_revision == row.revision else None


def _share(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def _sender(row: MessageRow) -> dict[str, Any] | None:
    if row.sender_user_id is not None:
        kind = "automation" if row.is_automation else "user"
        name, avatar = row.user_name, row.user_avatar_url
        return {"kind": kind, "id": row.sender_user_id, "name": name, "avatar_url": avatar}
    if row.sender_guest_id is not None:
        return {
            "kind": "guest",
            "id": row.sender_guest_id,
            "name": row.guest_nickname,
            "avatar_url": None,
        }
    if row.sender_webhook_id is not None:
        return {
            "kind": "webhook",
            "id": row.sender_webhook_id,
            "name": row.webhook_name,
            "avatar_url": None,
        }
    return None


def attachment(row: Attachment, workspace_id: str | None) -> dict[str, Any]:
    basename = "message-attachment" if workspace_id is not None else "direct-message-attachment"
    return {
        "id": row.pk,
        "client_name": row.file.client_name,
        "mime_type": row.file.mime_type,
        "size": row.file.size,
        "width": row.file.width,
        "height": row.file.height,
        "download_url": _attachment_link(f"{basename}-download", row.pk),
        "thumbnail_url": _attachment_link(f"{basename}-thumbnail", row.pk) if row.file.is_image else None,
    }


def _attachment_link(name: str, attachment_id: str) -> str:
    """Return what ``link_to`` returns, faster.

    Reversing a page's hundred links takes longer than reading the page.
    """
    return absolute(_attachment_path(name).replace(NO_ID, attachment_id))


@cache
def _attachment_path(name: str) -> str:
    return reverse(name, kwargs={"attachment_id": NO_ID})


def shared_files(rows: Sequence[MessageRow], workspace_id: str | None, reader: Reader) -> list[dict[str, Any]]:
    """Return the files of ``rows``, each with the message that brought it."""
    return [
        file
        | {
            "message_id": row["id"],
            "conversation_id": row["conversation_id"],
            "channel_id": row["channel_id"],
            "workspace_id": row["workspace_id"],
            "sender": row["sender"],
            "created_at": row["created_at"],
        }
        for row in messages(rows, workspace_id, reader)
        for file in row["attachments"]
    ]


def _attachments_of(message_ids: list[str]) -> dict[str, list[Attachment]]:
    by_message: dict[str, list[Attachment]] = defaultdict(list)
    if message_ids:
        for row in Attachment.objects.select_related("file").filter(message__in=message_ids).order_by("position"):
            by_message[row.message_id].append(row)
    return by_message


def _reactions_of(message_ids: list[str], reader: Reader) -> dict[str, list[dict[str, Any]]]:
    """Return reactions by message, each emoji in the order in which it first came, with how many people chose it.

    The first REACTORS of them are named.
    """
    # Who chose it, by message and emoji: rows of an earlier version may spell one emoji in several ways.
    chosen: dict[str, dict[str, dict[Any, dict[str, Any]]]] = defaultdict(lambda: defaultdict(dict))
    if message_ids:
        rows = Reaction.objects.filter(message__in=message_ids).order_by("pk")
        for message_id, emoji, *who in rows.values_list("message_id", "emoji", *_REACTOR_COLUMNS):
            person_there = _reactor(*who)
            chosen[message_id][folded(emoji)].setdefault(person_there["id"], person_there)
    own = reader.user_id or reader.guest_id
    return {
        message_id: [
            {
                "emoji": emoji,
                "count": len(people),
                "reacted": own in people,
                "people": list(islice(people.values(), REACTORS)),
            }
            for emoji, people in by_emoji.items()
        ]
        for message_id, by_emoji in chosen.items()
    }


def _reactor(user_id: int | None, guest_id: str | None, name: str | None, nickname: str | None) -> dict[str, Any]:
    if user_id is not None:
        return {"kind": "user", "id": user_id, "name": name}
    return {"kind": "guest", "id": guest_id, "name": nickname}


def reactors_of(message: Message, emoji: str) -> QuerySet[Reaction, tuple[Any, ...]]:
    """Return the reactions to ``message`` with ``emoji`` in any of its spellings, the first one first, for ``reactor``."""
    spellings = message.reactions.order_by().values_list("emoji", flat=True).distinct()
    rows = message.reactions.filter(emoji__in=[one for one in spellings if folded(one) == folded(emoji)])
    reactors: QuerySet[Reaction, tuple[Any, ...]] = rows.order_by("pk").values_list(*_REACTOR_COLUMNS)
    return reactors


def reactor(row: tuple[Any, ...]) -> dict[str, Any]:
    """Return a person who reacted, given a row of ``reactors_of``."""
    return _reactor(*row)


def _threads_of(rows: Sequence[MessageRow], user_id: int | None) -> dict[str, dict[str, Any]]:
    """Return what messages with replies show of their threads.

    To a user also whether they follow them, and what they have not read there.
    """
    if not rows:
        return {}
    repliers = [replier for row in rows for replier in row.repliers or []]
    people = _people_of(repliers)
    states = states_of(user_id, [row.id for row in rows])
    is_user = user_id is not None
    threads: dict[str, dict[str, Any]] = {}
    for row in rows:
        state = states.get(row.id, NOT_FOLLOWED)
        known = (people.get((replier["kind"], replier["id"])) for replier in row.repliers or [])
        threads[row.id] = {
            "last_reply_at": moment(row.last_reply_at),
            "repliers": [one for one in known if one is not None],
            "is_following": state.is_following if is_user else None,
            "unread_count": state.unread_count if is_user else None,
        }
    return threads


def _people_of(senders: Sequence[dict[str, Any]]) -> dict[tuple[str, Any], dict[str, Any]]:
    """Return senders as messages show them, by kind and id; a query for each kind that there is."""
    ids: dict[str, set[Any]] = defaultdict(set)
    for sender in senders:
        ids[sender["kind"]].add(sender["id"])
    people: dict[tuple[str, Any], dict[str, Any]] = {}
    for kind, rows in (
        ("user", User.objects.values_list("pk", "name", "avatar_url")),
        ("guest", Guest.objects.values_list("pk", "nickname", Value(None, output_field=CharField()))),
        ("webhook", Webhook.objects.values_list("pk", "name", Value(None, output_field=CharField()))),
    ):
        if ids[kind]:
            for pk, name, avatar in rows.filter(pk__in=ids[kind]):
                people[kind, pk] = {"kind": kind, "id": pk, "name": name, "avatar_url": avatar}
    return people


def thread_state(state: ThreadState) -> dict[str, Any]:
    """Return what a thread is to the caller."""
    return {
        "is_following": state.is_following,
        "last_read_seq": state.last_read_seq,
        "unread_count": state.unread_count,
    }


def revision(row: MessageRevision) -> dict[str, Any]:
    """Return a revision: the text that a message had until ``created_at``."""
    return {"revision": row.revision, "content": row.content, "created_at": moment(row.created_at)}


def translation(row: MessageTranslation) -> dict[str, Any]:
    """Return the state of a message's translation into one language."""
    is_ready, is_failed = row.state == READY, row.state == MessageTranslation.State.FAILED
    return {
        "language": row.language,
        "state": row.state,
        "text": row.text if is_ready else None,
        "engine": row.engine or None,
        "confidence": _share(row.confidence) if is_ready else None,
        "is_corrected": row.engine in (HUMAN, CORRECTION),
        "corrected_by": person(row.corrected_by) if row.corrected_by is not None else None,
        "reason": row.reason or None,
        "attempts": row.attempts,
        "retry_at": moment(row.due_at) if is_failed else None,
        "translated_at": moment(row.ready_at) if is_ready else None,
    }


def feedback(row: TranslationFeedback) -> dict[str, Any]:
    """Return what the caller said of a translation."""
    return {"verdict": row.verdict, "engine": row.engine or None, "created_at": moment(row.created_at)}


def rejected_translation(row: MessageTranslation) -> dict[str, Any]:
    """Return a translation that readers called bad, given a row of ``access.rejected_translations``."""
    return {
        "message_id": row.message_id,
        "channel_id": row.message.conversation_id,
        "source": row.message.language,
        "target": row.language,
        "engine": row.engine or None,
        "original_content": row.message.content,
        "text": row.text,
        "bad_count": row.bad,  # type: ignore[attr-defined]
        "last_at": moment(row.last_at),  # type: ignore[attr-defined]
    }


def term_proposal(row: TermProposal) -> dict[str, Any]:
    """Return a term that corrections propose."""
    return {
        "id": row.pk,
        "term": row.term,
        "rendering": row.rendering,
        "instead_of": row.was,
        "source": row.source,
        "target": row.target,
        "created_at": moment(row.created_at),
    }


def preview(result: Preview | JobResult, source: str, target: str) -> dict[str, Any]:
    """Return a text's translation into ``target``, and that translated back into ``source``."""
    back, reason = (result.back, None) if isinstance(result, Preview) else (None, result.reason)
    return {
        "state": "ready" if isinstance(result, Preview) else result.state,
        "source": source,
        "target": target,
        "text": result.text or None,
        "back_translation": back,
        "engine": result.engine or None,
        "reason": reason,
    }


def workspace_export(row: WorkspaceExport) -> dict[str, Any]:
    is_ready = row.state == WorkspaceExport.State.READY
    return {
        "status": row.state,
        "progress": row.progress,
        "download_url": link_to("workspace-export-file", workspace_id=row.workspace_id) if is_ready else None,
        "expires_at": moment(row.expires_at),
    }


def moderated_report(row: Report) -> dict[str, Any]:
    """Return a report as moderators see it: not who reported, which may be a friend of the sender's."""
    message = row.message
    decided: ModeratorDecision | None = getattr(row, "moderator_decision", None)
    return {
        "id": row.pk,
        "reason": row.reason,
        "content": row.content,
        "message_id": message.pk,
        "channel_id": message.conversation_id,
        "channel_name": message.conversation.channel.name,
        "language": message.language,
        "sender": _reported_sender(message),
        "is_deleted": message.deleted_at is not None,
        "created_at": moment(row.created_at),
        "decision": decided.decision if decided else None,
        "note": decided.note if decided else "",
        "decided_by": person(decided.decided_by) if decided and decided.decided_by else None,
        "decided_at": moment(decided.created_at) if decided else None,
    }


def _reported_sender(message: Message) -> dict[str, Any] | None:
    if message.sender_user is not None:
        kind = "automation" if message.is_automation else "user"
        return {"kind": kind, **person(message.sender_user)}
    if message.sender_guest is not None:
        guest = message.sender_guest
        return {"kind": "guest", "id": guest.pk, "name": guest.nickname, "avatar_url": None}
    if message.sender_webhook is not None:
        webhook = message.sender_webhook
        return {"kind": "webhook", "id": webhook.pk, "name": webhook.name, "avatar_url": None}
    return None


def draft(row: KeptDraft) -> dict[str, Any]:
    channel = getattr(row.conversation, "channel", None)
    return {
        "conversation_id": row.conversation_id,
        "workspace_id": channel.workspace_id if channel is not None else None,
        "parent_message_id": row.parent_id,
        "content": row.content,
        "updated_at": moment(row.updated_at),
    }


def glossary_term(row: GlossaryTerm) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in TERM_FIELDS}
    return {"id": row.pk, **fields, "created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}


def person_profile(row: User) -> dict[str, Any]:
    """Return a person's profile, with what they read where they chose nothing else."""
    also_reads = row.also_reads.split(",") if row.also_reads else []
    return {**profile(row), "language": row.preferred_language, "also_reads": also_reads}


def person_card(card: PersonCard) -> dict[str, Any]:
    channels = [{"id": row.pk, "name": row.name, "workspace_id": row.workspace_id} for row in card.shared_channels]
    return {
        **person_profile(card.person),
        "shared_channels": channels,
        "direct_conversation_id": card.direct_id,
        "is_blocked": card.is_blocked,
    }


def direct_conversation(row: DirectConversation, user: User) -> dict[str, Any]:
    """Return a direct conversation, given a row of ``access.read_directs_of(user)``."""
    conversation, other = row.conversation, row.high if row.low_id == user.pk else row.low
    return {
        "id": conversation.pk,
        "participant": person_profile(other),
        "unread_count": row.unread,  # type: ignore[attr-defined]
        "unread_reply_count": row.unread_replies,  # type: ignore[attr-defined]
        "last_message_at": moment(conversation.last_message_at),
    }
