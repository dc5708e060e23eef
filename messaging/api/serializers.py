"""Bodies of messaging requests, and the shapes of its answers for the schema."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from messaging.actions.posting import Draft
from messaging.models import Message
from rosetta import languages
from rosetta.http.schema import AnyIdField, data_of

MAX_ATTACHMENTS = 10


class ContentField(serializers.CharField):
    """Message text: control characters are taken out later rather than refused, lone surrogates are refused here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, **kwargs)
        self.validators = [v for v in self.validators if "NullCharacters" not in type(v).__name__]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StringField(serializers.CharField):
    """A string and nothing that could be read as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class ClientIdField(StringField):
    """A name that a client gives to what it posts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not (len(value) <= 64 and value.isascii() and value.isprintable()):
            raise serializers.ValidationError(_("Use 1 to 64 printable ASCII characters."))
        return value


class VariantsField(serializers.DictField):
    """Texts by language."""

    child = ContentField()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        texts: dict[str, str] = super().to_internal_value(data)
        if unknown := sorted(set(texts) - set(languages.CODES)):
            raise serializers.ValidationError({code: [_("The selected language is invalid.")] for code in unknown})
        return texts


class PostSerializer(serializers.Serializer[Any]):
    content = ContentField(
        required=False, allow_null=True, help_text="1–8,000 characters; required without attachments."
    )
    attachment_ids = serializers.ListField(
        child=StringField(max_length=64),
        required=False,
        max_length=MAX_ATTACHMENTS,
        help_text="Files to attach, in order.",
    )
    parent_message_id = StringField(
        required=False, allow_null=True, max_length=64, help_text="The message this answers."
    )
    type = serializers.ChoiceField(
        [Message.Type.TEXT, Message.Type.MARKDOWN], required=False, allow_null=True, help_text="`text` unless said."
    )
    skip_translation = serializers.BooleanField(required=False, allow_null=True)
    language = serializers.ChoiceField(
        languages.CODES, required=False, allow_null=True, help_text="The content's language, where the sender knows it."
    )
    translations = VariantsField(
        required=False, help_text="The sender's own words in other languages; used as they are."
    )
    client_id = ClientIdField(
        required=False,
        allow_null=True,
        help_text="1–64 printable ASCII characters: the sender's own name for the message, told to nobody else.",
    )


class AutomationPostSerializer(PostSerializer):
    pass


class WebhookPostSerializer(PostSerializer):
    """Also takes what Slack-style senders write: ``text`` for ``content``."""

    content = ContentField(required=True, help_text="The text; Slack-style senders may call it `text`.")
    channel_id = StringField(required=False, allow_null=True, max_length=64)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and "content" not in data and "text" in data:
            data = {**data, "content": data["text"]}
        return super().to_internal_value(data)


class EditSerializer(serializers.Serializer[Any]):
    content = ContentField(required=True)
    language = serializers.ChoiceField(languages.CODES, required=False, allow_null=True)
    translations = VariantsField(required=False, help_text="The sender's own new words in other languages.")


class ReadSerializer(serializers.Serializer[Any]):
    message_id = StringField(max_length=64)


class ReportSerializer(serializers.Serializer[Any]):
    reason = StringField(max_length=1000)


class OpenDirectSerializer(serializers.Serializer[Any]):
    participant_user_id = serializers.CharField(max_length=32, help_text="A user's id, as a string or a number.")


class ResolveSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=255)


# ── Answers ──


class SenderResource(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["user", "guest", "webhook", "automation"])
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


class MentionResource(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["user", "channel"])
    id = AnyIdField()
    name = serializers.CharField()


class ReactionResource(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    count = serializers.IntegerField()
    reacted = serializers.BooleanField()


class MessageResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    conversation_id = serializers.CharField()
    workspace_id = serializers.CharField(allow_null=True)
    channel_id = serializers.CharField(allow_null=True)
    seq = serializers.IntegerField()
    type = serializers.ChoiceField(Message.Type.choices)
    sender = SenderResource(allow_null=True)
    original_content = serializers.CharField(allow_null=True)
    original_language = serializers.CharField()
    display_content = serializers.CharField(allow_null=True)
    display_language = serializers.CharField()
    display_source = serializers.ChoiceField(["original", "translation"])
    translation_status = serializers.ChoiceField(Message.TranslationStatus.choices)
    parent_message_id = serializers.CharField(allow_null=True)
    reply_count = serializers.IntegerField()
    attachments = AttachmentResource(many=True)
    mentions = MentionResource(many=True)
    reactions = ReactionResource(many=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    client_id = serializers.CharField(
        required=False,
        help_text="As its sender posted it; only in the answer of the post and in the sender's own events.",
    )


class RevisionResource(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    content = serializers.CharField()
    created_at = serializers.DateTimeField(help_text="When it was replaced.")


class CursorMeta(serializers.Serializer[Any]):
    has_more = serializers.BooleanField()
    next_before = serializers.CharField(allow_null=True)
    next_after = serializers.CharField(allow_null=True)
    last_seq = serializers.IntegerField()


class ReadStateResource(serializers.Serializer[Any]):
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()


class PersonResource(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    avatar_url = serializers.URLField(allow_null=True)


class DirectConversationResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    participant = PersonResource()
    unread_count = serializers.IntegerField()
    last_message_at = serializers.DateTimeField(allow_null=True)


MessageAnswer = data_of(MessageResource)
RevisionsAnswer = data_of(RevisionResource, many=True)
MessagesAnswer = data_of(MessageResource, many=True, meta=CursorMeta)
ReadAnswer = data_of(ReadStateResource)
PersonAnswer = data_of(PersonResource)
PeopleAnswer = data_of(PersonResource, many=True)
DirectConversationAnswer = data_of(DirectConversationResource)
DirectConversationsAnswer = data_of(DirectConversationResource, many=True)


def draft_of(body: dict[str, Any]) -> Draft:
    """What the body of a post says, as ``PostSerializer`` and its kind read it."""
    return Draft(
        content=body.get("content") or "",
        type=body.get("type") or Message.Type.TEXT,
        attachment_ids=tuple(body.get("attachment_ids") or ()),
        parent_message_id=body.get("parent_message_id"),
        skip_translation=bool(body.get("skip_translation")),
        language=body.get("language"),
        translations=body.get("translations") or {},
        client_id=body.get("client_id"),
    )
