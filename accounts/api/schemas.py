"""Shapes of the answers about accounts, for the schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from accounts.models import AccountExport, User
from rosetta import languages


class SignedInUserAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.EmailField()


class TokenAnswer(serializers.Serializer[Any]):
    access_token = serializers.CharField(help_text="`{id}|{secret}`, shown only once.")
    token_type = serializers.CharField()
    user = SignedInUserAnswer()


class SessionAnswer(serializers.Serializer[Any]):
    user = SignedInUserAnswer()
    message = serializers.CharField()


class SentenceAnswer(serializers.Serializer[Any]):
    message = serializers.CharField()


class StatusResource(serializers.Serializer[Any]):
    emoji = serializers.CharField()
    text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True, help_text="Null: until it is taken away.")


class ProfileResource(serializers.Serializer[Any]):
    """A person as those see it who share a workspace or a conversation with them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)
    name_reading = serializers.CharField(help_text="The name in Latin letters; may be empty.")
    title = serializers.CharField()
    time_zone = serializers.CharField(help_text="As `Asia/Bangkok`; empty: not told.")
    status = StatusResource(allow_null=True)
    undisturbed_until = serializers.DateTimeField(allow_null=True, help_text="Until then nothing rings.")


class UserAnswer(SignedInUserAnswer):
    email_verified_at = serializers.DateTimeField(allow_null=True)
    is_active = serializers.BooleanField()
    last_login_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    preferred_language = serializers.ChoiceField(choices=languages.CODES)
    also_reads = serializers.ListField(
        child=serializers.ChoiceField(choices=languages.CODES), help_text="Messages in these are never translated."
    )
    show_originals = serializers.ChoiceField(User.Originals.choices)
    avatar_url = serializers.CharField(allow_null=True)
    name_reading = serializers.CharField(help_text="The name in Latin letters; may be empty.")
    title = serializers.CharField()
    time_zone = serializers.CharField(help_text="As `Asia/Bangkok`; empty: not told.")
    status = StatusResource(allow_null=True)
    undisturbed_until = serializers.DateTimeField(allow_null=True, help_text="Until then nothing rings.")
    has_password = serializers.BooleanField()


class RedirectAnswer(serializers.Serializer[Any]):
    redirect_url = serializers.CharField()


class LinkAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    provider = serializers.CharField()
    provider_email = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)


class SocialAccountAnswer(LinkAnswer):
    avatar = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class LinksAnswer(serializers.Serializer[Any]):
    accounts = SocialAccountAnswer(many=True)


class LinkedAnswer(serializers.Serializer[Any]):
    account = LinkAnswer()
    message = serializers.CharField()


class AccountPageAnswer(serializers.Serializer[Any]):
    meta = serializers.DictField(child=serializers.IntegerField(), help_text="current_page, per_page, last_page, total")
    links = serializers.DictField(child=serializers.CharField(allow_null=True), help_text="first, last, prev, next")


class AccessTokenAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    abilities = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ListedTokenAnswer(AccessTokenAnswer):
    current = serializers.BooleanField(help_text="Whether this request uses it.")


class ShownTokenAnswer(AccessTokenAnswer):
    token = serializers.CharField(help_text="`{id}|{secret}`, shown only once.")


class NewTokenAnswer(serializers.Serializer[Any]):
    data = ShownTokenAnswer()  # type: ignore[assignment]


class TokensAnswer(AccountPageAnswer):
    data = ListedTokenAnswer(many=True)  # type: ignore[assignment]


class ListedSessionAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    device_name = serializers.CharField()
    ip_address = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether this request uses it.")


class SessionsAnswer(AccountPageAnswer):
    data = ListedSessionAnswer(many=True)  # type: ignore[assignment]


class ExportState(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=AccountExport.State.values)
    progress = serializers.IntegerField(help_text="0 to 100")
    download_url = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class ExportAnswer(serializers.Serializer[Any]):
    data = ExportState()  # type: ignore[assignment]


INACTIVE = OpenApiResponse(SentenceAnswer, "The account was closed, or the request comes from a page of another site.")

USER_EXAMPLE = OpenApiExample(
    "An account",
    response_only=True,
    value={
        "id": 7,
        "name": "Nina Kovács",
        "email": "nina@example.com",
        "email_verified_at": "2026-01-15T10:30:00.000000Z",
        "is_active": True,
        "last_login_at": "2026-03-02T08:12:45.000000Z",
        "created_at": "2026-01-15T10:28:31.000000Z",
        "updated_at": "2026-03-02T08:12:45.000000Z",
        "preferred_language": "en",
        "also_reads": ["ja"],
        "show_originals": "never",
        "avatar_url": None,
        "name_reading": "",
        "title": "Port master",
        "time_zone": "Europe/Budapest",
        "status": {"emoji": "🏝", "text": "On holiday", "until": "2026-03-09T00:00:00+00:00"},
        "undisturbed_until": None,
        "has_password": True,
    },
)
NEW_TOKEN_EXAMPLE = OpenApiExample(
    "A token for reports",
    response_only=True,
    value={
        "data": {
            "id": 12,
            "name": "nightly report",
            "abilities": ["automation:messages"],
            "expires_at": None,
            "last_used_at": None,
            "created_at": "2026-03-02T08:12:45+00:00",
            "token": "12|q9mZ0vJc2yVtYw1nB7sLr4XeKpDhUgAoTfIiSbNzRxE",
        }
    },
)
