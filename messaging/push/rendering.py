"""Render the pushes of messages, in the languages of their recipients."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import presence
from devices.models import Delivery
from devices.transports import Notification
from messaging.markdown import readable
from messaging.mentions import PresentNames, present_names
from messaging.models import Message, MessageTranslation
from messaging.push.badges import unread_of
from rosetta.languages import Reading
from workspaces.models import Channel, ChannelReading, Member, ReadMark


@dataclass(frozen=True, slots=True)
class _Subject:
    """A message with what its pushes show of it."""

    message: Message
    channel: Channel | None
    sender: str
    translations: dict[str, MessageTranslation]
    names: PresentNames


def render(deliveries: Sequence[Delivery]) -> dict[int, Notification | None]:
    """Return what each delivery shows, by key.

    None while a translation may still come.

    Deliveries that are no longer needed are left out: the message was deleted, its recipient has read it or is connected.
    """
    subjects = _subjects({str(delivery.subject_id) for delivery in deliveries})
    readings = _readings(deliveries, subjects)
    user_ids = {delivery.device.user_id for delivery in deliveries}
    connected = presence.online(user_ids)
    read = _read_positions(user_ids, subjects.values())
    bodies: dict[int, str | None] = {}
    for delivery in deliveries:
        subject, user_id = subjects.get(str(delivery.subject_id)), delivery.device.user_id
        if subject is None or user_id in connected:
            continue
        if read.get((user_id, subject.message.conversation_id), 0) >= subject.message.seq:
            continue
        bodies[delivery.pk] = _body(subject, readings[delivery.pk])
    return _with_badges([delivery for delivery in deliveries if delivery.pk in bodies], subjects, bodies, readings)


def _with_badges(
    deliveries: Sequence[Delivery],
    subjects: dict[str, _Subject],
    bodies: dict[int, str | None],
    readings: dict[int, Reading],
) -> dict[int, Notification | None]:
    """Return what each delivery shows.

    Badges are counted only for those that show something now.
    """
    badges = unread_of({delivery.device.user_id for delivery in deliveries if bodies[delivery.pk] is not None})
    return {
        delivery.pk: None
        if (body := bodies[delivery.pk]) is None
        else _notification(
            subjects[str(delivery.subject_id)], body, readings[delivery.pk].language, badges[delivery.device.user_id]
        )
        for delivery in deliveries
    }


def _read_positions(user_ids: set[int], subjects: Iterable[_Subject]) -> dict[tuple[int, str], int]:
    """Return how far each of ``user_ids`` has read each conversation of ``subjects``."""
    conversations = {subject.message.conversation_id for subject in subjects}
    marks = ReadMark.objects.filter(user__in=user_ids, conversation__in=conversations)
    rows = marks.values_list("user_id", "conversation_id", "last_read_seq")
    return {(user_id, conversation_id): seq for user_id, conversation_id, seq in rows}


def _subjects(message_ids: set[str]) -> dict[str, _Subject]:
    rows = Message.objects.select_related("sender_user", "sender_guest", "sender_webhook")
    messages = list(rows.filter(pk__in=message_ids, deleted_at=None))
    channels = Channel.objects.select_related("workspace").in_bulk([message.conversation_id for message in messages])
    translations: dict[str, dict[str, MessageTranslation]] = defaultdict(dict)
    for row in MessageTranslation.objects.filter(message__in=messages):
        translations[row.message_id][row.language] = row
    texts = {message.pk: [row.text for row in translations[message.pk].values()] for message in messages}
    names = present_names((message.mentions, (message.content, *texts[message.pk])) for message in messages)
    return {
        message.pk: _Subject(
            message, channels.get(message.conversation_id), _sender_name(message), translations[message.pk], names
        )
        for message in messages
    }


def _sender_name(message: Message) -> str:
    if message.sender_user is not None:
        return message.sender_user.name
    if message.sender_guest is not None:
        return message.sender_guest.nickname
    return message.sender_webhook.name if message.sender_webhook is not None else ""


def _readings(deliveries: Sequence[Delivery], subjects: dict[str, _Subject]) -> dict[int, Reading]:
    """Return what the recipient of each delivery reads in its workspace, else by their account."""
    workspace_ids = {subject.channel.workspace_id for subject in subjects.values() if subject.channel is not None}
    user_ids = {delivery.device.user_id for delivery in deliveries}
    members = Member.objects.filter(workspace__in=workspace_ids, user__in=user_ids)
    of_members = {
        (member.workspace_id, member.user_id): member.reading
        for member in members.only("workspace_id", "user_id", "language", "also_reads")
    }
    chosen = ChannelReading.objects.filter(
        channel__in=[subject.channel for subject in subjects.values() if subject.channel is not None],
        member__user__in=user_ids,
    )
    in_channels = {(row[0], row[1]): row[2] for row in chosen.values_list("channel_id", "member__user_id", "language")}
    readings = {}
    for delivery in deliveries:
        subject = subjects.get(str(delivery.subject_id))
        channel = subject.channel if subject is not None else None
        user = delivery.device.user
        reading, language = user.reading, None
        if channel is not None:
            reading = of_members.get((channel.workspace_id, user.pk), reading)
            language = in_channels.get((channel.pk, user.pk))
        readings[delivery.pk] = replace(reading, language=language) if language else reading
    return readings


def _body(subject: _Subject, reading: Reading) -> str | None:
    """Return the text as its recipient reads it.

    The original where there is no translation, or None while one may still come.
    """
    message, language = subject.message, reading.language
    text = message.content or ""
    if not text:
        with _speaking(language):
            return _("Sent a file.")
    row = subject.translations.get(language)
    if reading.needs(message.language) and row is not None and row.revision == message.revision:
        if row.state == MessageTranslation.State.READY:
            text = row.text
        elif row.state == MessageTranslation.State.PENDING and timezone.now() < _deadline_of(message):
            return None
    return readable(subject.names.text(text, message.mentions) or "", message.type)


def _deadline_of(message: Message) -> datetime:
    """Return until when a push waits for its translation."""
    return message.created_at + timedelta(seconds=settings.PUSH_WORDS_SECONDS)


def _speaking(language: str) -> translation.override:
    return translation.override("zh-hans" if language == "zh-CN" else language)


def _labels(language: str) -> dict[str, str]:
    """Return what a browser's buttons below a notification say."""
    with _speaking(language):
        return {"open": _("Open"), "read": _("Mark as read"), "reply": _("Reply")}


def _notification(subject: _Subject, body: str, language: str, badge: int) -> Notification:
    message, channel = subject.message, subject.channel
    title = subject.sender if channel is None else f"{subject.sender} (#{channel.name})".strip()
    data: dict[str, Any] = {
        "conversation_id": message.conversation_id,
        "message_id": message.pk,
        "workspace_id": channel.workspace_id if channel is not None else None,
        "channel_id": channel.pk if channel is not None else None,
    }
    return Notification(
        title=title,
        body=body,
        data=data,
        collapse=message.conversation_id,
        badge=badge,
        language=language,
        labels=_labels(language),
        parent_id=message.parent_id,
    )
