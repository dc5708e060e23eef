"""Shapes of answers, for the OpenAPI document; ``resources`` creates them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, inline_serializer
from rest_framework import serializers

from accounts.api.schemas import ProfileResource
from rosetta import languages
from rosetta.http.schema import MESSAGE, data_of
from workspaces.models import (
    ChannelOrder,
    Formality,
    Role,
    Visibility,
    WebhookDelivery,
    WebhookSubscription,
    Workspace,
)


class WorkspaceResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.ChoiceField(Workspace.Kind.choices)
    visibility = serializers.ChoiceField(Visibility.choices)
    has_password = serializers.BooleanField()
    role = serializers.ChoiceField(Role.choices, allow_null=True, help_text="The caller's; null for non-members.")
    member_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    icon_url = serializers.CharField(allow_null=True)
    default_language = serializers.CharField(
        allow_null=True, help_text="Of mails to people who have no account yet; null: English."
    )
    retention_days = serializers.IntegerField(
        allow_null=True, help_text="Days that messages are kept; null: for ever, or for non-members."
    )
    demo_channel_id = serializers.CharField(allow_null=True, help_text="The channel of the demo, until it is removed.")


class EngineUsageResource(serializers.Serializer[Any]):
    engine = serializers.CharField()
    characters = serializers.IntegerField()
    is_metered = serializers.BooleanField(help_text="Whether they count towards the budget.")


class TranslationUsageResource(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="In UTC, such as `2026-11`.")
    limit = serializers.IntegerField(
        allow_null=True, help_text="Characters that paid engines may translate in a month; null: any number."
    )
    used = serializers.IntegerField(help_text="Characters that paid engines translated.")
    engines = EngineUsageResource(many=True)


class MemberUserResource(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)


class MemberResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    user = MemberUserResource()
    role = serializers.ChoiceField(Role.choices)
    preferred_language = serializers.CharField(allow_null=True, help_text="Null: the account's language.")
    joined_at = serializers.DateTimeField()


class ListedMemberResource(MemberResource):
    user = ProfileResource()  # type: ignore[assignment]
    language = serializers.ChoiceField(languages.CODES, help_text="What the member reads here.")
    also_reads = serializers.ListField(
        child=serializers.ChoiceField(languages.CODES),
        help_text="Languages in which the member reads messages as they were written.",
    )


class SuspensionResource(serializers.Serializer[Any]):
    user = MemberUserResource()
    created_at = serializers.DateTimeField()


class ChannelResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    workspace_id = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    topic = serializers.CharField(help_text="One line about what is talked of now; may be empty.")
    description = serializers.CharField(help_text="What the channel is for; may be empty.")
    visibility = serializers.ChoiceField(Visibility.choices)
    formality = serializers.ChoiceField(Formality.choices, help_text="The tone that translations keep there.")
    has_password = serializers.BooleanField()
    is_member = serializers.BooleanField(help_text="Whether the caller reads it.")
    is_archived = serializers.BooleanField()
    unread_count = serializers.IntegerField()
    unread_reply_count = serializers.IntegerField(help_text="How many of the unread are shown in threads alone.")
    last_message_at = serializers.DateTimeField(allow_null=True)
    reading_language = serializers.ChoiceField(
        languages.CODES,
        allow_null=True,
        help_text="What the caller reads here instead of the workspace's; null: nothing else, and in events.",
    )


class BrowsedChannelResource(ChannelResource):
    member_count = serializers.IntegerField(
        help_text="Members who joined it; where all may read it, all who have not left it."
    )
    is_hidden = serializers.BooleanField(
        help_text="Whether the caller left it, so that their sidebar does not list it."
    )


class SidebarSectionResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField()


class ArrangedWorkspaceResource(serializers.Serializer[Any]):
    workspace_id = serializers.CharField()
    channel_order = serializers.ChoiceField(ChannelOrder.choices)
    sections = SidebarSectionResource(many=True)


class PlacementResource(serializers.Serializer[Any]):
    conversation_id = serializers.CharField()
    is_favourite = serializers.BooleanField()
    is_muted = serializers.BooleanField(help_text="Not counted as unread, and never notified of.")
    is_hidden = serializers.BooleanField(help_text="Not listed.")
    section_id = serializers.CharField(allow_null=True)


class SidebarResource(serializers.Serializer[Any]):
    workspaces = ArrangedWorkspaceResource(many=True)
    placements = PlacementResource(many=True)


class InviteResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    token = serializers.CharField()
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()
    accepted_count = serializers.IntegerField()
    created_by = serializers.IntegerField(allow_null=True)
    role = serializers.ChoiceField(Role.choices, help_text="What whoever joins by it becomes.")
    max_uses = serializers.IntegerField(allow_null=True, help_text="How many may join by it; null: any number.")
    email = serializers.CharField(
        allow_null=True, help_text="Whom it was mailed to, until it is used; null for a link that was copied."
    )


class InvitedToResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    member_count = serializers.IntegerField()


class InviterResource(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class InvitePreviewResource(serializers.Serializer[Any]):
    workspace = InvitedToResource()
    invited_by = InviterResource(allow_null=True)
    expires_at = serializers.DateTimeField()


class WebhookResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    default_channel_id = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewWebhookResource(WebhookResource):
    secret = serializers.CharField(
        required=False, help_text="Present only in the answer that creates or regenerates it."
    )


class SubscriptionResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    disabled_reason = serializers.ChoiceField(
        WebhookSubscription.Disabled.choices,
        allow_null=True,
        help_text="Why the service switched it off: its deliveries failed, it answered 410, or its creator lost the right.",
    )
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewSubscriptionResource(SubscriptionResource):
    secret = serializers.CharField(
        required=False, help_text="Present only in the answer that creates or regenerates it."
    )


class DeliveryResource(serializers.Serializer[Any]):
    id = serializers.CharField()
    message_id = serializers.CharField(help_text="The `webhook-id` that the receiver sees, at every attempt.")
    event_type = serializers.CharField()
    status = serializers.ChoiceField(WebhookDelivery.Status.choices)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    response_status = serializers.IntegerField(allow_null=True)
    response_body = serializers.CharField(help_text="The first kilobyte.")
    error = serializers.CharField(help_text="Why there was no response; empty when there was one.")
    duration_ms = serializers.IntegerField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class PageMeta(serializers.Serializer[Any]):
    current_page = serializers.IntegerField()
    per_page = serializers.IntegerField()
    last_page = serializers.IntegerField()
    total = serializers.IntegerField()


class PageLinks(serializers.Serializer[Any]):
    first = serializers.CharField()
    last = serializers.CharField()
    prev = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)


def _page_of(resource: type[serializers.Serializer[Any]]) -> Any:
    name = resource.__name__.removesuffix("Resource") + "ListAnswer"
    return inline_serializer(name, {"data": resource(many=True), "meta": PageMeta(), "links": PageLinks()})


REFUSAL = OpenApiResponse(MESSAGE, "Refused as things are; `errors.code` says why.")
WorkspaceAnswer = data_of(WorkspaceResource)
WorkspaceListAnswer = _page_of(WorkspaceResource)
MemberAnswer = data_of(ListedMemberResource)
MemberListAnswer = _page_of(ListedMemberResource)
TranslationUsageAnswer = data_of(TranslationUsageResource)
SuspensionAnswer = data_of(SuspensionResource)
SuspensionListAnswer = _page_of(SuspensionResource)
ChannelAnswer = data_of(ChannelResource)
ChannelListAnswer = _page_of(ChannelResource)
BrowsedChannelListAnswer = _page_of(BrowsedChannelResource)
SidebarAnswer = data_of(SidebarResource)
ArrangedWorkspaceAnswer = data_of(ArrangedWorkspaceResource)
SidebarSectionAnswer = data_of(SidebarSectionResource)
PlacementAnswer = data_of(PlacementResource)
InviteAnswer = data_of(InviteResource)
InviteListAnswer = _page_of(InviteResource)
InvitePreviewAnswer = data_of(InvitePreviewResource)
WebhookListAnswer = _page_of(WebhookResource)
NewWebhookAnswer = data_of(NewWebhookResource)
SubscriptionAnswer = data_of(SubscriptionResource)
SubscriptionListAnswer = _page_of(SubscriptionResource)
NewSubscriptionAnswer = data_of(NewSubscriptionResource)
DeliveryAnswer = data_of(DeliveryResource)
DeliveryListAnswer = _page_of(DeliveryResource)
WORKSPACE_EXAMPLE = OpenApiExample(
    "A new workspace",
    {
        "data": {
            "id": "01kr9m2d4e6f8g0h1j2k3m4n5p",
            "name": "Acme",
            "slug": "acme",
            "kind": "team",
            "visibility": "private",
            "has_password": False,
            "role": "owner",
            "member_count": 1,
            "created_at": "2026-05-11T05:00:00+00:00",
            "icon_url": None,
            "default_language": None,
            "retention_days": None,
            "demo_channel_id": None,
        }
    },
    response_only=True,
    status_codes=["201"],
)
