"""Every list of what was said costs the same number of queries for one row and for many, whatever hangs on the rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from conftest import make_user
from messaging.models import Message, MessageRevision, MessageTranslation
from messaging.tests.client import path_of, post
from rosetta import languages
from workspaces.models import Channel

pytestmark = pytest.mark.django_db
DIRECT = "/api/v1/direct-conversations"


def queries(client: APIClient, path: str) -> int:
    client.get(path)  # a token's first use of the minute is noted once
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200, answer.json()
    return len(seen)


def say(client: APIClient, path: str, count: int, **more: Any) -> list[str]:
    """Messages with everything that may hang on one.

    A file, a reaction, words in another language, a pin.
    """
    ids = []
    for number in range(count):
        upload = {"file": SimpleUploadedFile("note.txt", b"hello")}
        file_id = client.post("/api/v1/files", upload, format="multipart").json()["data"]["id"]
        body = {
            "content": f"Rocket {number} @channel",
            "attachment_ids": [file_id],
            "translations": {"th": "จรวด"},
            **more,
        }
        answer = client.post(path, body)
        assert answer.status_code == 201, answer.json()
        ids.append(answer.json()["data"]["id"])
        client.put(f"{path}/{ids[-1]}/reactions/👍")
        client.put(f"{path}/{ids[-1]}/pin")
    return ids


def revise(message_id: str, count: int) -> None:
    start = MessageRevision.objects.count()
    MessageRevision.objects.bulk_create(
        MessageRevision(message_id=message_id, revision=start + n, content="x") for n in range(count)
    )


def translate(message_id: str, count: int) -> None:
    codes = [code for code in languages.CODES if code not in ("en", "th")][:count]
    MessageTranslation.objects.bulk_create(
        (MessageTranslation(message_id=message_id, language=code) for code in codes), ignore_conflicts=True
    )


def open_directs(client: APIClient, count: int) -> None:
    start = User.objects.count()
    for number in range(count):
        other = make_user(f"Person{start + number}")
        direct = client.post(DIRECT, {"participant_user_id": other.pk}).json()["data"]["id"]
        client.post(f"{DIRECT}/{direct}/messages", {"content": "Hello", "skip_translation": True})


@pytest.mark.parametrize(
    "name",
    ["", "?threads=collapsed", "?around={m}", "?after={m}", "replies", "pins", "revisions", "translations", "events",
     "search", "directs"],
)  # fmt: skip
def test_a_list_costs_the_same_for_one_row_and_for_many(
    as_owner: APIClient, as_member: APIClient, channel: Channel, name: str
) -> None:
    path = path_of(channel)
    first = post(as_owner, channel, "The first", skip_translation=True).json()["data"]["id"]
    addresses = {
        "replies": f"{path}/{first}/replies?limit=100",
        "pins": f"{path.removesuffix('messages')}pins?limit=100",
        "revisions": f"{path}/{first}/revisions?per_page=100",
        "translations": f"{path}/{first}/translations?per_page=100",
        "events": f"/api/v1/conversations/{channel.pk}/events?limit=500",
        "search": f"/api/v1/workspaces/{channel.workspace_id}/search?q=rocket&limit=100",
        "directs": f"{DIRECT}?per_page=100",
    }
    more: dict[str, Callable[[int], object]] = {
        "replies": lambda count: say(as_owner, path, count, parent_message_id=first),
        "revisions": lambda count: revise(first, count),
        "translations": lambda count: translate(first, count),
        "directs": lambda count: open_directs(as_owner, count),
    }
    address = addresses.get(name, path + name.format(m=first))
    add = more.get(name, lambda count: say(as_owner, path, count))
    add(1)
    few = queries(as_owner, address)
    add(6)
    assert queries(as_owner, address) == few <= (13 if name == "events" else 8)


def test_a_direct_conversations_page_costs_the_same_for_one_row_and_for_many(
    as_owner: APIClient, member_user: User
) -> None:
    direct = as_owner.post(DIRECT, {"participant_user_id": member_user.pk}).json()["data"]["id"]
    path = f"{DIRECT}/{direct}/messages"
    say(as_owner, path, 1)
    few = queries(as_owner, path)
    say(as_owner, path, 6)
    assert queries(as_owner, path) == few <= 6


def test_deep_pages_read_no_more_rows_than_the_first(as_owner: APIClient, channel: Channel) -> None:
    """The cursor is the index's own key.

    No page skips over the newer ones by counting them.
    """
    ids = [post(as_owner, channel, f"Line {n}", skip_translation=True).json()["data"]["id"] for n in range(30)]
    with CaptureQueriesContext(connection) as seen:
        as_owner.get(f"{path_of(channel)}?before={ids[5]}&limit=5")
    assert not any("OFFSET" in one["sql"] and Message._meta.db_table in one["sql"] for one in seen.captured_queries)
