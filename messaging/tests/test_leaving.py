"""People take their words along; what they said stays where it was said."""

import io
import json
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from accounts import tasks
from accounts.models import AccountExport, User
from messaging.tests.client import path_of, post
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


def test_an_export_has_the_words_that_one_wrote_and_no_others(
    as_owner: APIClient, as_member: APIClient, channel: Channel, owner: User
) -> None:
    first = post(as_owner, channel, "kept").json()["data"]
    gone = post(as_owner, channel, "taken back").json()["data"]
    as_owner.delete(f"{path_of(channel)}/{gone['id']}")
    post(as_member, channel, "somebody else's")
    assert as_owner.post("/api/v1/me/export").status_code == 202
    tasks.make_export(AccountExport.objects.get(user=owner).pk)
    export = AccountExport.objects.get(user=owner)
    with default_storage.open(export.file) as file:
        archive = ZipFile(io.BytesIO(file.read()))
    (line,) = archive.read("messages.jsonl").decode().splitlines()
    assert (json.loads(line)["id"], json.loads(line)["content"]) == (first["id"], "kept")
