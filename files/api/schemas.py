"""Describe files in responses, for the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from files.models import File
from rosetta.http.schema import data_of


class FileResource(serializers.Serializer[Any]):
    """A file's metadata; its bytes are at ``download_url``."""

    id = serializers.CharField()
    client_name = serializers.CharField(help_text="The name that it was uploaded under.")
    mime_type = serializers.CharField(help_text="Detected from the bytes.")
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    width = serializers.IntegerField(allow_null=True, help_text="Pixels; null for files that are not pictures.")
    height = serializers.IntegerField(allow_null=True)
    visibility = serializers.ChoiceField(choices=File.Visibility.choices)
    meta = serializers.JSONField()
    download_url = serializers.CharField()
    thumbnail_url = serializers.CharField(allow_null=True)
    claimed = serializers.BooleanField(help_text="Whether a message or the account holds it.")
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class FileListAnswer(serializers.Serializer[Any]):
    data = FileResource(many=True)  # type: ignore[assignment]
    meta = serializers.DictField()
    links = serializers.DictField()


FileAnswer = data_of(FileResource)

FILE_EXAMPLE = OpenApiExample(
    "A picture that nothing holds yet",
    response_only=True,
    status_codes=["200", "201"],
    value={
        "data": {
            "id": "01jvkq6b5x8d3n9r4t2w7y0zce",
            "client_name": "harbour.png",
            "mime_type": "image/png",
            "size": 20418,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "width": 1280,
            "height": 720,
            "visibility": "private",
            "meta": {},
            "download_url": "https://chat.example.org/api/v1/files/01jvkq6b5x8d3n9r4t2w7y0zce/download",
            "thumbnail_url": "https://chat.example.org/api/v1/files/01jvkq6b5x8d3n9r4t2w7y0zce/thumbnail",
            "claimed": False,
            "expires_at": "2026-05-12T05:00:00+00:00",
            "created_at": "2026-05-11T05:00:00+00:00",
        }
    },
)
