"""What the OpenAPI and AsyncAPI documents call things.

Who answers for the service, the tags, and the enumerations.
"""

LICENSE = {"name": "Apache License 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}

# In the order in which a client author meets them.
TAGS: dict[str, str] = {
    "App Authentication": "Registration and sign-in of apps, which get a bearer token.",
    "App Authentication - Social": "Sign-in of apps through providers such as Google, and the accounts linked there.",
    "Web Authentication": "Registration and sign-in of browsers, which get a session cookie.",
    "Web Authentication - Social": "Sign-in of browsers through providers such as Google, and the accounts linked there.",
    "Shared Authentication": "Who is signed in, for apps and browsers alike.",
    "Email Verification": "Proving that an address belongs to the account.",
    "Me": "The caller's own profile, sessions, access tokens, settings, export and deletion.",
    "Workspaces": "What a team shares: members, channels, glossary, translation memory.",
    "Members": "Who belongs to a workspace, with their roles and languages.",
    "Invites": "Links into a workspace.",
    "Channels": "Named conversations in a workspace, public or private.",
    "People": "Profiles of people who share a workspace or a conversation with the caller.",
    "Sidebar": "How somebody's list of conversations is arranged: sections, favourites, muted and hidden ones, order.",
    "Direct conversations": "Conversations of two users.",
    "Messages": "What is said in a conversation: posts, edits, replies, reactions, pins, reports, search.",
    "Translation": "Which pairs of languages can be translated, and the models on their way.",
    "Translations": "A message's translations, corrections of them, and previews of messages not posted yet.",
    "Glossary": "A workspace's terms that are kept, or always translated in the same way.",
    "Moderation": "What was reported in a workspace, for its owners and admins to decide about.",
    "Attachments": "The files of messages.",
    "Files": "Uploads and downloads.",
    "Notifications": "What a user is notified of, by conversation and in general.",
    "Devices": "App installations that get push notifications.",
    "Realtime": "What happened, in order, for clients without a socket or after a break.",
    "Automation": "Posts of programs, with a token made for that purpose.",
    "Webhooks": "Addresses at which other programs post.",
    "Outgoing webhooks": "Addresses of other programs that are sent events, and what became of each delivery.",
    "External Temporary Rooms": "Rooms for visitors without an account, opened by a developer and over at a set time.",
}

# Each enumeration of the API and where its values are; whatever has the same values gets the same name.
ENUM_NAMES: dict[str, str] = {
    "ChannelOrder": "workspaces.models.ChannelOrder",
    "DeliveryStatus": "workspaces.models.WebhookDelivery.Status",
    "DevicePlatform": "devices.models.Device.Platform",
    "DeviceSort": "devices.api.serializers.DeviceListQuery.SORTS",
    "DisplaySource": "messaging.api.schemas.DISPLAY_SOURCES",
    "EventType": "workspaces.streams.kinds.EVENT_KINDS",
    "ExportStatus": "accounts.models.AccountExport.State",
    "FileKind": "messaging.search.files.KINDS",
    "FileSort": "files.api.serializers.FileListQuery.SORTS",
    "IncomingFormat": "messaging.incoming.registry.NAMES",
    "InvitedRole": "workspaces.api.serializers.INVITED_ROLES",
    "Language": "rosetta.languages.CODES",
    "LocalModelFetching": "translation.api.schemas.MODES",
    "LocalModelKind": "translation.api.schemas.KINDS",
    "LocalModelState": "translation.api.schemas.STATES",
    "MemberRole": "workspaces.models.Role",
    "MentionKind": "messaging.api.schemas.MENTION_KINDS",
    "ModeratorDecision": "messaging.models.ModeratorDecision.Decision",
    "MessageType": "messaging.models.Message.Type",
    "NotificationLevel": "devices.models.ConversationPreference.Level",
    "OriginalsShown": "accounts.models.User.Originals",
    "PostedMessageType": "messaging.api.serializers.POSTED_TYPES",
    "PreviewState": "messaging.api.schemas.PREVIEW_STATES",
    "PushProvider": "devices.models.Device.Provider",
    "ReactorKind": "messaging.api.schemas.REACTOR_KINDS",
    "RoomStatus": "rooms.access.STATUSES",
    "SearchSort": "messaging.api.viewsets.search.SORTS",
    "SenderKind": "messaging.api.schemas.SENDER_KINDS",
    "SubscribedEventType": "workspaces.api.serializers.SUBSCRIBED_TYPES",
    "SubscriptionDisabledReason": "workspaces.models.WebhookSubscription.Disabled",
    "ThreadsDisplay": "messaging.api.queries.THREADS",
    "TokenAbility": "accounts.identity.abilities.ABILITIES",
    "TranslationState": "messaging.models.MessageTranslation.State",
    "TranslationStatus": "messaging.models.Message.TranslationStatus",
    "Formality": "workspaces.models.Formality",
    "Verdict": "messaging.models.TranslationFeedback.Verdict",
    "Visibility": "workspaces.models.Visibility",
    "WorkspaceKind": "workspaces.models.Workspace.Kind",
    "WrittenLanguage": "messaging.api.serializers.WRITTEN_LANGUAGES",
}

# Whose id a path names: by the parameter's name, or, where that is `id`, by what stands before it.
PATH_IDS: dict[str, str] = {
    "attachment_id": "attachment",
    "channel_id": "channel",
    "channels": "channel",
    "conversation_id": "conversation",
    "delivery_id": "delivery",
    "devices": "device",
    "file_id": "file",
    "files": "file",
    "guest_id": "guest",
    "invites": "invite",
    "member_id": "member",
    "members": "member",
    "message_id": "message",
    "report_id": "report",
    "room_id": "room",
    "section_id": "section",
    "session_id": "session",
    "subscription_id": "subscription",
    "proposal_id": "proposed term",
    "term_id": "glossary entry",
    "token_id": "token",
    "user_id": "user",
    "verify": "user",
    "webhook_id": "webhook",
    "webhooks": "webhook",
    "workspace_id": "workspace",
    "workspaces": "workspace",
}
PATH_PARAMETERS: dict[str, str] = {
    "emoji": "One emoji, percent-encoded.",
    "hash": "From the link of the verification mail.",
    "language": "A language's code, such as `th`.",
    "provider": "A sign-in provider that is configured here, such as `google`.",
    "token": "The invite's token: the end of its link.",
}


def path_parameter(name: str, before: str) -> str:
    """Return the description of a path's parameter, empty for an unknown one.

    ``before``: the segment before it.
    """
    whose = PATH_IDS.get(before if name == "id" else name)
    return f"The {whose}'s id." if whose else PATH_PARAMETERS.get(name, "")


def contact(public_url: str) -> dict[str, str]:
    """Return whom a client author may ask, by the address that people know this instance by."""
    return {"name": "The operators of this instance", "url": public_url}
