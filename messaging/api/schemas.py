"""The shapes of what messaging answers, for the schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.api.schemas import ProfileResource
from messaging.models import Message, MessageTranslation, ModeratorDecision, TranslationFeedback
from rosetta import languages
from rosetta.http.schema import AnyIdField, data_of
from workspaces.api.schemas import PageMeta

SENDER_KINDS = ("user", "guest", "webhook", "automation")
REACTOR_KINDS = ("user", "guest")
MENTION_KINDS = ("user", "channel")
DISPLAY_SOURCES = ("original", "translation")
PREVIEW_STATES = ("ready", "failed", "skipped")


class SenderResource(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(SENDER_KINDS)
    id = AnyIdField(help_text="A number for users and automation, a ULID otherwise.")
    name = serializers.CharField()
    avatar_url = serializers.URLField(allow_null=True)


class AttachmentResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    client_name = serializers.CharField()
    mime_type = serializers.CharField()
    size = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True, help_text="In pixels, of a picture; else null.")
    height = serializers.IntegerField(allow_null=True)
    download_url = serializers.URLField()
    thumbnail_url = serializers.URLField(allow_null=True, help_text="Of a picture; a 404 until it is made.")


class SharedFileResource(AttachmentResource):
    message_id = serializers.CharField()
    conversation_id = serializers.CharField()
    channel_id = serializers.CharField(allow_null=True)
    workspace_id = serializers.CharField(allow_null=True)
    sender = SenderResource(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When the message was posted.")


class MentionResource(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(MENTION_KINDS)
    id = AnyIdField()
    name = serializers.CharField()


class ReactorResource(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(REACTOR_KINDS)
    id = AnyIdField(help_text="A number for users, a ULID for guests.")
    name = serializers.CharField()


class ReactionResource(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    count = serializers.IntegerField()
    reacted = serializers.BooleanField()
    people = ReactorResource(many=True, help_text="The first ten who chose it; a list of its own has all.")


class ThreadResource(serializers.Serializer[Any]):
    last_reply_at = serializers.DateTimeField(allow_null=True)
    repliers = SenderResource(many=True, help_text="Who wrote the first replies: at most five.")
    is_following = serializers.BooleanField(allow_null=True, help_text="Null in events, and to guests and webhooks.")
    unread_count = serializers.IntegerField(
        allow_null=True, help_text="Replies that the caller, following, has not read; null as `is_following`."
    )


class ThreadStateResource(serializers.Serializer[Any]):
    is_following = serializers.BooleanField()
    last_read_seq = serializers.IntegerField(help_text="The number of the last reply that was read.")
    unread_count = serializers.IntegerField()


class MessageResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    conversation_id = serializers.CharField()
    workspace_id = serializers.CharField(allow_null=True)
    channel_id = serializers.CharField(allow_null=True)
    seq = serializers.IntegerField()
    type = serializers.ChoiceField(Message.Type.choices)
    sender = SenderResource(allow_null=True)
    original_content = serializers.CharField(allow_null=True)
    original_language = serializers.CharField(
        help_text="The language that the message seems to be in: one of ours, the ISO 639 code of another, or `und`. Only "
        "messages in one of ours are translated."
    )
    display_content = serializers.CharField(allow_null=True)
    display_language = serializers.CharField()
    display_source = serializers.ChoiceField(DISPLAY_SOURCES)
    translation_status = serializers.ChoiceField(Message.TranslationStatus.choices)
    translation_reason = serializers.CharField(
        allow_null=True,
        help_text=(
            "Why it is not shown in the caller's language, once that translation failed or was skipped: `no_engine` (no engine "
            "has the pair yet; it follows by itself when one does), `engines_down`, `budget`, `protection`, "
            "`not_a_translation` and others; else null."
        ),
    )
    translation_confidence = serializers.FloatField(
        allow_null=True,
        help_text="From 0 to 1, how sure the shown translation is; below 0.5 readers should be told. Null: nobody judged it.",
    )
    parent_message_id = serializers.CharField(allow_null=True)
    is_broadcast = serializers.BooleanField(help_text="Whether a reply is shown among the conversation's messages too.")
    reply_count = serializers.IntegerField()
    thread = ThreadResource(allow_null=True, help_text="Of a message with replies; else null.")
    attachments = AttachmentResource(many=True)
    mentions = MentionResource(many=True)
    reactions = ReactionResource(many=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    client_id = serializers.CharField(
        required=False,
        help_text="As the sender posted it; only in the answer of the post and in the sender's own events.",
    )


class ListedMessageResource(MessageResource):
    """A message in a list of messages of any conversations."""


class FoundMessageResource(MessageResource):
    snippet = serializers.CharField(help_text="Plain text around the first hit, in the language in which it was found.")


class RevisionResource(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    content = serializers.CharField()
    created_at = serializers.DateTimeField(help_text="When it was replaced.")


class CursorMeta(serializers.Serializer[Any]):
    has_more = serializers.BooleanField()
    next_before = serializers.CharField(allow_null=True)
    next_after = serializers.CharField(allow_null=True)
    last_seq = serializers.IntegerField()


class WebhookForm(serializers.Serializer[Any]):
    payload = serializers.CharField(help_text="JSON, such as Slack's or GitHub's.")


class SearchMeta(CursorMeta):
    last_seq = serializers.IntegerField(allow_null=True, help_text="Null: results are from several conversations.")
    ignored = serializers.ListField(
        child=serializers.CharField(), help_text="Emoji and signs of `q`, which cannot be looked for."
    )


class SharedFilesMeta(CursorMeta):
    last_seq = serializers.IntegerField(allow_null=True, help_text="Null: files have no numbers.")


class ReadStateResource(serializers.Serializer[Any]):
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
    unread_reply_count = serializers.IntegerField(help_text="How many of the unread are shown in threads alone.")


class ListedMeta(serializers.Serializer[Any]):
    has_more = serializers.BooleanField()
    next_before = serializers.CharField(allow_null=True, help_text="Where the next page begins: give it as `before`.")


class PersonResource(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    avatar_url = serializers.URLField(allow_null=True)


class PersonProfileResource(ProfileResource):
    language = serializers.ChoiceField(
        languages.CODES, help_text="What the person reads where they chose nothing else."
    )
    also_reads = serializers.ListField(
        child=serializers.ChoiceField(languages.CODES), help_text="Read as written, never translated."
    )


class SharedChannelResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    workspace_id = serializers.CharField()


class PersonCardResource(PersonProfileResource):
    shared_channels = SharedChannelResource(many=True)
    direct_conversation_id = serializers.CharField(allow_null=True)
    is_blocked = serializers.BooleanField(help_text="Whether the caller blocks the person.")


class DirectConversationResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    participant = PersonProfileResource()
    unread_count = serializers.IntegerField()
    unread_reply_count = serializers.IntegerField(help_text="How many of the unread are shown in threads alone.")
    last_message_at = serializers.DateTimeField(allow_null=True)


class TranslationResource(serializers.Serializer[Any]):
    language = serializers.CharField()
    state = serializers.ChoiceField(MessageTranslation.State.choices)
    text = serializers.CharField(allow_null=True)
    engine = serializers.CharField(
        allow_null=True, help_text="An engine, or `human`, `author`, `correction`, `phrasebook`, `glossary`."
    )
    confidence = serializers.FloatField(allow_null=True, help_text="From 0 to 1; null where nobody judged it.")
    is_corrected = serializers.BooleanField()
    corrected_by = PersonResource(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why there is none.")
    attempts = serializers.IntegerField()
    retry_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again.")
    translated_at = serializers.DateTimeField(allow_null=True)


class FeedbackResource(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(TranslationFeedback.Verdict.choices)
    engine = serializers.CharField(allow_null=True, help_text="Whose translation it was.")
    created_at = serializers.DateTimeField()


class RejectedTranslationResource(serializers.Serializer[Any]):
    message_id = serializers.CharField()
    channel_id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    engine = serializers.CharField(allow_null=True)
    original_content = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    bad_count = serializers.IntegerField(help_text="How many readers called it bad.")
    last_at = serializers.DateTimeField()


class TermProposalResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    term = serializers.CharField(help_text="A word that all texts have in which the rendering was corrected.")
    rendering = serializers.CharField(help_text="What people wrote.")
    instead_of = serializers.CharField(help_text="What engines had written.")
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    created_at = serializers.DateTimeField()


class PreviewResource(serializers.Serializer[Any]):
    state = serializers.ChoiceField(PREVIEW_STATES)
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    text = serializers.CharField(allow_null=True)
    back_translation = serializers.CharField(allow_null=True, help_text="The result, translated back into `source`.")
    engine = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why there is none.")


class ModeratedReportResource(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reason = serializers.CharField()
    content = serializers.CharField(allow_null=True, help_text="What the message said when it was reported.")
    message_id = serializers.CharField()
    channel_id = serializers.CharField()
    channel_name = serializers.CharField()
    language = serializers.CharField(help_text="Of the content.")
    sender = SenderResource(allow_null=True)
    is_deleted = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(ModeratorDecision.Decision.choices, allow_null=True)
    note = serializers.CharField(help_text="For moderators alone.")
    decided_by = PersonResource(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class DraftResource(serializers.Serializer[Any]):
    conversation_id = serializers.CharField()
    workspace_id = serializers.CharField(allow_null=True, help_text="Null in a direct conversation.")
    parent_message_id = serializers.CharField(allow_null=True, help_text="The message that it replies to.")
    content = serializers.CharField()
    updated_at = serializers.DateTimeField()


class TermResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    term = serializers.CharField()
    rendering = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    case_sensitive = serializers.BooleanField()
    inside_words = serializers.BooleanField(help_text="Found in longer words of Chinese, Japanese and Thai too.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ImportedResource(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()


MessageAnswer = data_of(MessageResource)
ReactorsAnswer = data_of(ReactorResource, many=True)
RevisionsAnswer = data_of(RevisionResource, many=True)
ListedMessagesAnswer = data_of(ListedMessageResource, many=True, meta=ListedMeta)
ThreadStateAnswer = data_of(ThreadStateResource)
MessagesAnswer = data_of(MessageResource, many=True, meta=CursorMeta)
SharedFilesAnswer = data_of(SharedFileResource, many=True, meta=SharedFilesMeta)
FoundMessagesAnswer = data_of(FoundMessageResource, many=True, meta=SearchMeta)
ReadAnswer = data_of(ReadStateResource)
PersonAnswer = data_of(PersonResource)
PeopleAnswer = data_of(PersonResource, many=True)
ProfileAnswer = data_of(PersonCardResource)
ProfilesAnswer = data_of(PersonProfileResource, many=True, meta=PageMeta)
ModeratedReportAnswer = data_of(ModeratedReportResource)
ReportsAnswer = data_of(ModeratedReportResource, many=True, meta=PageMeta)
DraftAnswer = data_of(DraftResource)
DraftsAnswer = data_of(DraftResource, many=True, meta=PageMeta)
DirectConversationAnswer = data_of(DirectConversationResource)
DirectConversationsAnswer = data_of(DirectConversationResource, many=True)
TranslationAnswer = data_of(TranslationResource)
TranslationsAnswer = data_of(TranslationResource, many=True)
FeedbackAnswer = data_of(FeedbackResource)
RejectedTranslationsAnswer = data_of(RejectedTranslationResource, many=True)
TermProposalsAnswer = data_of(TermProposalResource, many=True)
PreviewAnswer = data_of(PreviewResource)
TermAnswer = data_of(TermResource)
TermsAnswer = data_of(TermResource, many=True)
ImportedAnswer = data_of(ImportedResource)

# ── Examples ──

MESSAGE = {
    "id": "01kr9w0c2v6f3q8m5y1t7h4b9d",
    "conversation_id": "01kr9vzj5x8n2c4w6p0s3e7g1a",
    "workspace_id": "01kr9vz7b3m9d5k1r8f6t2q4hx",
    "channel_id": "01kr9vzj5x8n2c4w6p0s3e7g1a",
    "seq": 42,
    "type": "text",
    "sender": {"kind": "user", "id": 7, "name": "Olivia", "avatar_url": None},
    "original_content": "Thank you",
    "original_language": "en",
    "display_content": "ขอบคุณ",
    "display_language": "th",
    "display_source": "translation",
    "translation_status": "completed",
    "translation_reason": None,
    "translation_confidence": 0.95,
    "parent_message_id": None,
    "is_broadcast": False,
    "reply_count": 0,
    "thread": None,
    "attachments": [],
    "mentions": [],
    "reactions": [
        {
            "emoji": "👍",
            "count": 2,
            "reacted": True,
            "people": [{"kind": "user", "id": 8, "name": "Mali"}, {"kind": "user", "id": 7, "name": "Olivia"}],
        }
    ],
    "created_at": "2026-05-11T05:00:00+00:00",
    "edited_at": None,
    "deleted_at": None,
}
POSTED = MESSAGE | {
    "display_content": "Thank you",
    "display_language": "en",
    "display_source": "original",
    "translation_status": "pending",
    "translation_confidence": None,
    "reactions": [],
}
PAGE_META = {"has_more": True, "next_before": MESSAGE["id"], "next_after": None, "last_seq": 42}
MESSAGE_EXAMPLE = OpenApiExample(
    "A message, read in Thai", value={"data": MESSAGE}, response_only=True, status_codes=["200"]
)
POSTED_EXAMPLE = OpenApiExample(
    "A new message, not translated yet", value={"data": POSTED}, response_only=True, status_codes=["201"]
)
PAGE_EXAMPLE = OpenApiExample(
    "The newest page of one message",
    value={"data": [MESSAGE], "meta": PAGE_META},
    response_only=True,
    status_codes=["200"],
)
POST_EXAMPLE = OpenApiExample("A text", value={"content": "Thank you"}, request_only=True)

SLACK = {
    "text": "Deploy of <https://ci.example.com/41|build 41> failed",
    "attachments": [{"title": "api", "title_link": "https://ci.example.com/41", "text": "2 tests failed"}],
}
GITHUB_ISSUE = {
    "action": "opened",
    "issue": {"number": 7, "title": "The crane is stuck", "html_url": "https://github.com/acme/app/issues/7"},
    "repository": {"full_name": "acme/app"},
    "sender": {"login": "olivia"},
}
GITLAB_PIPELINE = {
    "object_kind": "pipeline",
    "object_attributes": {"id": 31, "ref": "main", "status": "failed"},
    "project": {"path_with_namespace": "acme/app", "web_url": "https://gitlab.com/acme/app"},
}
ALERTS = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "status": "firing",
    "receiver": "rosetta",
    "commonLabels": {"alertname": "DiskFull"},
    "alerts": [
        {"status": "firing", "labels": {"instance": "db-1"}, "annotations": {"summary": "Disk of db-1 is 95% full"}}
    ],
    "externalURL": "https://alerts.example.com",
}
GRAFANA = {**ALERTS, "version": "1", "orgId": 1, "title": "[FIRING:1] DiskFull", "state": "alerting"}
SENTRY = {
    "action": "triggered",
    "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
    "installation": {"uuid": "7a485448-a9e2-4c85-8a3c-4f44175783c9"},
    "data": {
        "event": {"title": "KeyError: 'id'", "web_url": "https://sentry.io/issues/1/events/2/", "level": "error"},
        "triggered_rule": "New errors",
    },
}
UPTIME_KUMA = {
    "heartbeat": {"status": 0, "msg": "connect ECONNREFUSED"},
    "monitor": {"name": "Shop", "url": "https://shop.example.com"},
    "msg": "[Shop] [🔴 Down] connect ECONNREFUSED",
}
# The route takes other senders' JSON under any content type. In the schema it has a type of its own, so that a client that writes
# ``application/json`` is told what Rosetta's own body needs.
FOREIGN = "*/*"
WEBHOOK_EXAMPLES = [
    OpenApiExample(name, value=value, request_only=True, media_type=FOREIGN)
    for name, value in {
        "Made for Slack": SLACK,
        "GitHub, with X-GitHub-Event: issues": GITHUB_ISSUE,
        "GitLab": GITLAB_PIPELINE,
        "Alertmanager": ALERTS,
        "Grafana": GRAFANA,
        "Sentry, with Sentry-Hook-Resource: event_alert": SENTRY,
        "Uptime Kuma": UPTIME_KUMA,
    }.items()
]
