"""Bodies of requests. Rules that need the database are in the actions."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.serializers import Email
from rosetta import languages
from rosetta.errors import Invalid
from rosetta.http.fields import NameField
from rosetta.ids import NO_ID, parse_ulid
from workspaces.models import ChannelOrder, Formality, Role, Visibility
from workspaces.webhooks import ALL, EVENT_TYPES

SUBSCRIBED_TYPES = (ALL, *EVENT_TYPES)
# Nobody becomes an owner by a link.
INVITED_ROLES = (Role.ADMIN.value, Role.MEMBER.value)
MAX_NAME = 120
MAX_RETENTION_DAYS = 36_500
MAX_SLUG = 80
MAX_TOPIC = 250
MAX_DESCRIPTION = 1000
MAX_SECTION_NAME = 60


def query_text(request: Request, name: str) -> str | None:
    """Return the text of query parameter ``name``.

    Raises Invalid when it is too long or has a null character.
    """
    raw = request.query_params.get(name, "").strip()
    if len(raw) > MAX_NAME or "\x00" in raw:
        raise Invalid({name: [_("The query must not be greater than %(max)d characters.") % {"max": MAX_NAME}]})
    return raw or None


class SlugField(serializers.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        messages: dict[str, Any] = {"invalid": _("The slug may only contain letters, numbers, dashes and underscores.")}
        super().__init__(r"^[A-Za-z0-9_-]+\Z", max_length=MAX_SLUG, error_messages=messages, **kwargs)


class PasswordField(serializers.CharField):
    """A password to be set; None removes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=8, max_length=120, trim_whitespace=False, allow_null=True, required=False, **kwargs)


class TopicField(NameField):
    """One line, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        words = "What is talked of in the channel now, on one line."
        super().__init__(max_length=MAX_TOPIC, allow_blank=True, required=False, help_text=words, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data) if str(data).strip() else ""


class DescriptionField(serializers.CharField):
    """What a channel is for: one or several lines."""

    def __init__(self, **kwargs: Any) -> None:
        words = "What the channel is for."
        super().__init__(max_length=MAX_DESCRIPTION, allow_blank=True, required=False, help_text=words, **kwargs)


class IdField(serializers.CharField):
    """The id of another row; what is no ULID is read as an id that no row has."""

    def to_internal_value(self, data: Any) -> str:
        return parse_ulid(super().to_internal_value(data)) or NO_ID


class CreateWorkspaceSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME)
    slug = SlugField(required=False, allow_null=True, help_text="Unique; made of the name unless given.")
    visibility = serializers.ChoiceField(
        Visibility.choices, required=False, allow_null=True, help_text="`private` unless given."
    )
    password = PasswordField(help_text="Asked of those who join a public workspace.")


class UpdateWorkspaceSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME, required=False)
    slug = SlugField(required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    password = PasswordField(help_text="Null removes it.")
    default_language = serializers.ChoiceField(
        languages.CODES, required=False, allow_null=True, help_text="Of mails to people who have no account yet."
    )
    retention_days = serializers.IntegerField(
        min_value=1,
        max_value=MAX_RETENTION_DAYS,
        required=False,
        allow_null=True,
        help_text="Days that messages are kept, for owners to change; older ones are erased for good. Null: for ever.",
    )


class IconSerializer(serializers.Serializer[Any]):
    file_id = IdField(help_text="A picture that the caller uploaded and that nothing holds yet.")


class CreateChannelSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME)
    slug = SlugField(
        required=False, allow_null=True, help_text="Unique in the workspace; made of the name unless given."
    )
    visibility = serializers.ChoiceField(
        Visibility.choices, required=False, allow_null=True, help_text="`public` unless given."
    )
    password = PasswordField(help_text="Asked of those who join a public channel.")
    topic = TopicField()
    description = DescriptionField()


class UpdateChannelSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME, required=False)
    slug = SlugField(required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    password = PasswordField(help_text="Null removes it.")
    formality = serializers.ChoiceField(
        Formality.choices,
        required=False,
        help_text="How people address one another here, for engines that follow it: of what is translated from then on.",
    )
    topic = TopicField()
    description = DescriptionField()


class ChannelOrderSerializer(serializers.Serializer[Any]):
    channel_order = serializers.ChoiceField(ChannelOrder.choices)


class CreateSidebarSectionSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_SECTION_NAME)


class UpdateSidebarSectionSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_SECTION_NAME, required=False)
    position = serializers.IntegerField(min_value=0, max_value=1000, required=False)


class PlacementSerializer(serializers.Serializer[Any]):
    is_favourite = serializers.BooleanField(required=False)
    is_muted = serializers.BooleanField(required=False)
    is_hidden = serializers.BooleanField(required=False)
    section_id = IdField(required=False, allow_null=True, help_text="Of the channel's workspace; null: in none.")


class PasswordSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(required=False, allow_null=True, trim_whitespace=False, max_length=120)


class MemberUpdateSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(Role.choices)
    preferred_language = serializers.ChoiceField(languages.CODES, required=False, allow_null=True)


class ReadingLanguageSerializer(serializers.Serializer[Any]):
    language = serializers.ChoiceField(
        languages.CODES, allow_null=True, help_text="Null: what the caller reads in the workspace."
    )


class MemberIdSerializer(serializers.Serializer[Any]):
    member_id = IdField()


class InviteCreateSerializer(serializers.Serializer[Any]):
    expires_in_days = serializers.IntegerField(min_value=1, max_value=365, required=False, allow_null=True)
    role = serializers.ChoiceField(
        INVITED_ROLES,
        required=False,
        help_text="What whoever joins by it becomes; only owners invite admins.",
    )
    max_uses = serializers.IntegerField(
        min_value=1,
        max_value=10_000,
        required=False,
        allow_null=True,
        help_text="How many may join by it; null: any number.",
    )
    email = Email(required=False, allow_null=True, help_text="Mail the link there, for one person.")
    language = serializers.ChoiceField(
        languages.CODES,
        required=False,
        allow_null=True,
        help_text="The language of the mail, where the address has no account.",
    )


class WebhookCreateSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME)
    default_channel_id = IdField(required=False, allow_null=True)


class WebhookUpdateSerializer(serializers.Serializer[Any]):
    name = NameField(max_length=MAX_NAME, required=False)
    default_channel_id = IdField(required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)
    regenerate_secret = serializers.BooleanField(required=False)


class SubscriptionCreateSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=2048)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(SUBSCRIBED_TYPES), min_length=1, max_length=len(SUBSCRIBED_TYPES)
    )


class SubscriptionUpdateSerializer(SubscriptionCreateSerializer):
    is_active = serializers.BooleanField(required=False)
    regenerate_secret = serializers.BooleanField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields
