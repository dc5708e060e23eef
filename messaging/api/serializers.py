"""Bodies of messaging requests."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.serializers import EmailAddress
from messaging.drafts import NewMessage
from messaging.models import MAX_CONTENT, Message, ModeratorDecision, TranslationFeedback
from rosetta import languages

MAX_ATTACHMENTS = 10
# Only keeps bodies small: the glossary says itself which terms are too long for it.
MAX_TERM_FIELD = 1000

POSTED_TYPES = (Message.Type.TEXT, Message.Type.MARKDOWN)


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
    is_broadcast = serializers.BooleanField(
        required=False,
        allow_null=True,
        help_text="Of a reply: show it among the conversation's messages too. False by default.",
    )
    type = serializers.ChoiceField(
        POSTED_TYPES,
        required=False,
        allow_null=True,
        help_text="`text` by default; `markdown` is the subset of CommonMark that docs/markdown.md describes.",
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
    content = ContentField(required=True, help_text="1–8,000 characters.")
    channel_id = StringField(required=False, allow_null=True, max_length=64)


# The languages that a message can be said to be in.
WRITTEN_LANGUAGES = (*languages.CODES, languages.UNKNOWN)


class ReportDecisionSerializer(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(ModeratorDecision.Decision.choices)
    note = StringField(
        max_length=1000, required=False, allow_blank=True, help_text="For the other moderators; nobody else sees it."
    )


class DraftSerializer(serializers.Serializer[Any]):
    content = StringField(
        max_length=MAX_CONTENT, trim_whitespace=False, help_text="1–8,000 characters, as they were typed."
    )
    parent_message_id = StringField(
        required=False, allow_null=True, max_length=64, help_text="The message that the draft replies to."
    )


class EditSerializer(serializers.Serializer[Any]):
    content = ContentField(
        required=False, help_text="The new text. Left out: `language` corrects the message's language."
    )
    language = serializers.ChoiceField(
        WRITTEN_LANGUAGES,
        required=False,
        allow_null=True,
        help_text="The content's language; `und`: none of the others.",
    )
    translations = VariantsField(required=False, help_text="The sender's own new words in other languages.")

    def validate(self, fields: dict[str, Any]) -> dict[str, Any]:
        if "content" not in fields and (not fields.get("language") or "translations" in fields):
            raise serializers.ValidationError({"content": [self.fields["content"].error_messages["required"]]})
        return fields


class ReadSerializer(serializers.Serializer[Any]):
    message_id = StringField(max_length=64)


class ThreadReadSerializer(serializers.Serializer[Any]):
    message_id = StringField(max_length=64, help_text="A reply of the thread.")


class ReportSerializer(serializers.Serializer[Any]):
    reason = StringField(max_length=1000)


class OpenDirectSerializer(serializers.Serializer[Any]):
    participant_user_id = serializers.CharField(max_length=32, help_text="A user's id, as a string or a number.")


class ResolveSerializer(serializers.Serializer[Any]):
    email = EmailAddress()


class CorrectionSerializer(serializers.Serializer[Any]):
    text = ContentField(help_text="1–8,000 characters, with the original's mentions, links, code and emoji.")


class FeedbackSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(TranslationFeedback.Verdict.choices)


class AcceptedTermSerializer(serializers.Serializer[Any]):
    term = serializers.CharField(required=False, max_length=MAX_TERM_FIELD, help_text="As proposed unless given.")
    rendering = serializers.CharField(required=False, max_length=MAX_TERM_FIELD, help_text="As proposed unless given.")


class PreviewSerializer(serializers.Serializer[Any]):
    text = ContentField(help_text="1–8,000 characters.")
    target = serializers.ChoiceField(languages.CODES)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        languages.CODES, required=False, allow_null=True, help_text="Detected from the text where it is not given."
    )


class TermSerializer(serializers.Serializer[Any]):
    term = StringField(max_length=MAX_TERM_FIELD, help_text="The text in messages.")
    rendering = StringField(
        max_length=MAX_TERM_FIELD,
        required=False,
        allow_blank=True,
        help_text="Its translation; empty: the term is kept as it is.",
    )
    source = StringField(  # type: ignore[assignment]
        max_length=16, required=False, allow_blank=True, help_text="The language of the term; empty: any."
    )
    target = StringField(
        max_length=16, required=False, allow_blank=True, help_text="The language of the rendering; empty: any."
    )
    case_sensitive = serializers.BooleanField(required=False)
    inside_words = serializers.BooleanField(
        required=False, help_text="Found in longer words of Chinese, Japanese and Thai too."
    )


class TermChangeSerializer(TermSerializer):
    term = StringField(max_length=MAX_TERM_FIELD, required=False)


class ImportSerializer(serializers.Serializer[Any]):
    csv = serializers.CharField(
        trim_whitespace=False,
        help_text="A header line, `term,rendering,source,target,case_sensitive,inside_words`, and one line for each term.",
    )


def draft_of(body: dict[str, Any]) -> NewMessage:
    """Return the message that the body of a post describes, as a ``PostSerializer`` read it."""
    return NewMessage(
        content=body.get("content") or "",
        type=body.get("type") or Message.Type.TEXT,
        attachment_ids=tuple(body.get("attachment_ids") or ()),
        parent_message_id=body.get("parent_message_id"),
        is_broadcast=bool(body.get("is_broadcast") and body.get("parent_message_id")),
        skip_translation=bool(body.get("skip_translation")),
        language=body.get("language"),
        translations=body.get("translations") or {},
        client_id=body.get("client_id"),
    )
