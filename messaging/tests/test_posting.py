"""Two people in two languages post and read."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message
from messaging.tests.client import path_of, post
from rosetta import languages
from workspaces.models import Channel, Event, Member, Workspace

pytestmark = pytest.mark.django_db


def test_a_posted_message_has_every_field_of_the_contract(as_owner: APIClient, channel: Channel, owner: User) -> None:
    answer = post(as_owner, channel, "The rocket leaves at dawn from the northern harbour.")
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data.pop("id") and data.pop("created_at").endswith("+00:00")
    assert data == {
        "conversation_id": channel.pk,
        "workspace_id": channel.workspace_id,
        "channel_id": channel.pk,
        "seq": 1,
        "type": "text",
        "sender": {"kind": "user", "id": owner.pk, "name": "Olivia", "avatar_url": None},
        "original_content": "The rocket leaves at dawn from the northern harbour.",
        "original_language": "en",
        "display_content": "The rocket leaves at dawn from the northern harbour.",
        "display_language": "en",
        "display_source": "original",
        "translation_status": "pending",
        "translation_reason": None,
        "translation_confidence": None,
        "parent_message_id": None,
        "is_broadcast": False,
        "reply_count": 0,
        "thread": None,
        "attachments": [],
        "mentions": [],
        "reactions": [],
        "edited_at": None,
        "deleted_at": None,
    }


def test_the_documentation_shows_every_field_of_a_message(as_owner: APIClient, channel: Channel) -> None:
    page = (settings.BASE_DIR / "docs" / "messages.md").read_text(encoding="utf-8")
    shown = json.loads(page.split("```json\n")[1].split("```")[0])
    assert list(shown) == list(post(as_owner, channel).json()["data"])


def audience(workspace: Workspace, size: int) -> None:
    """``size`` more members, who read all languages."""
    start = User.objects.count()
    users = User.objects.bulk_create(
        User(email=f"p{start + n}@example.com", name=f"P{n}", password="") for n in range(size)
    )
    spoken = [languages.CODES[n % len(languages.CODES)] for n in range(size)]
    Member.objects.bulk_create(
        Member(workspace=workspace, user=user, language=code) for user, code in zip(users, spoken, strict=True)
    )


@pytest.mark.parametrize("size", [0, 1, 500])
def test_posting_takes_eight_queries_for_any_audience(
    as_owner: APIClient, owner: User, channel: Channel, settings: Settings, size: int
) -> None:
    settings.WEB_PUSH = False  # a push request is one more, which waits for no answer of its own
    audience(channel.workspace, size)
    parent = post(as_owner, channel).json()["data"]["id"]
    upload = {"file": SimpleUploadedFile("note.txt", b"hello")}
    file_id = as_owner.post("/api/v1/files", upload, format="multipart").json()["data"]["id"]
    for more, limit in (
        ({}, 8),
        ({"content": "Good morning"}, 8),
        # What comes with a message has its own price, whoever reads it.
        ({"content": f"@[Olivia](user:{owner.pk}) is here, and @channel too"}, 8 + 1),
        ({"parent_message_id": parent}, 8 + 3),
        ({"attachment_ids": [file_id]}, 8 + 4),
    ):
        with CaptureQueriesContext(connection) as seen:
            assert post(as_owner, channel, **more).status_code == 201
        queries = [one["sql"] for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]
        assert len(queries) <= limit, "\n".join(queries)


def test_a_workspaces_storage_ends_where_its_operator_says(
    as_owner: APIClient, channel: Channel, workspace: Workspace, settings: Settings
) -> None:
    settings.FILES_WORKSPACE_QUOTA_BYTES = 8

    def send() -> Any:
        upload = {"file": SimpleUploadedFile("note.txt", b"hello")}
        file_id = as_owner.post("/api/v1/files", upload, format="multipart").json()["data"]["id"]
        return post(as_owner, channel, attachment_ids=[file_id])

    assert send().status_code == 201
    refused = send()
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["attachment_ids"])


def test_seq_counts_from_one_and_last_seq_is_the_highest(as_owner: APIClient, channel: Channel) -> None:
    assert [post(as_owner, channel).json()["data"]["seq"] for _ in range(3)] == [1, 2, 3]
    page = as_owner.get(path_of(channel)).json()
    assert [row["seq"] for row in page["data"]] == [3, 2, 1]
    assert page["meta"] == {"has_more": False, "next_before": None, "next_after": None, "last_seq": 3}


def test_an_outsider_is_told_nothing(as_outsider: APIClient, as_owner: APIClient, channel: Channel) -> None:
    unknown = f"/api/v1/workspaces/{channel.workspace_id}/channels/{'0' * 26}/messages"
    for asked in (as_outsider.get(path_of(channel)), post(as_outsider, channel)):
        assert (asked.status_code, asked.json()) == (404, as_owner.get(unknown).json())


def test_an_event_is_stored_with_the_message(as_owner: APIClient, channel: Channel) -> None:
    message_id = post(as_owner, channel).json()["data"]["id"]
    event = Event.objects.get(stream_id=channel.pk)
    assert (event.seq, event.kind, event.data) == (1, "message.created", {"message_id": message_id})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"content": "   "}, "content"),
        ({"content": None}, "content"),
        ({"content": 5}, "content"),
        ({"content": ["x"]}, "content"),
        ({"content": {"a": 1}}, "content"),
        ({"content": "x" * 8001}, "content"),
        ({"content": "\ud800"}, "content"),
        ({"content": "x" * 900_000}, "content"),
        ({"content": "hi", "type": "system"}, "type"),
        ({"content": "hi", "language": "xx"}, "language"),
        ({"content": "hi", "translations": {"xx": "y"}}, "translations"),
        ({"content": "hi", "translations": {"th": " "}}, "translations"),
        ({"content": "hi", "translations": {"th": "x" * 8001}}, "translations"),
        ({"content": "hi", "translations": {"th": None}}, "translations"),
        ({"content": "hi", "translations": {"th": "\ud800"}}, "translations"),
        ({"content": "hi", "translations": ["th"]}, "translations"),
        ({"content": "hi", "parent_message_id": "nope"}, "parent_message_id"),
        ({"content": "hi", "parent_message_id": 7}, "parent_message_id"),
        ({"content": "hi", "attachment_ids": "x"}, "attachment_ids"),
        ({"content": "hi", "skip_translation": "maybe"}, "skip_translation"),
    ],
)
def test_a_careless_body_is_refused_by_field(as_owner: APIClient, channel: Channel, body: Any, field: str) -> None:
    answer = as_owner.generic("POST", path_of(channel), json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["message"] == "The given data was invalid."
    assert any(name.split(".")[0] == field for name in answer.json()["errors"])
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b'{"content": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "application/json", 400),
        (b'{"content": "' + b"x" * (1 << 20) + b'"}', "application/json", 413),
        (b"content=hi", "application/x-www-form-urlencoded", 415),
        (b"hi", "text/plain", 415),
    ],
)
def test_what_is_no_json_object_is_refused(
    as_owner: APIClient, channel: Channel, raw: bytes, kind: str, status: int
) -> None:
    answer = as_owner.generic("POST", path_of(channel), raw, content_type=kind)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_control_characters_go_and_line_feeds_stay(as_owner: APIClient, channel: Channel) -> None:
    data = post(as_owner, channel, " \x00a\x07\r\nb\tc\x1b ").json()["data"]
    assert data["original_content"] == "a\nb\tc"


def test_the_senders_own_translations_are_kept_like_what_it_says(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    post(as_owner, channel, "Hello", translations={"th": " \x00ส\x07วัสดี\r\n "})
    assert as_member.get(path_of(channel)).json()["data"][0]["display_content"] == "สวัสดี"


def test_the_same_key_makes_one_message_and_replays_it(as_owner: APIClient, channel: Channel) -> None:
    first = as_owner.post(path_of(channel), {"content": "once"}, headers={"Idempotency-Key": "k1"})
    again = as_owner.post(path_of(channel), {"content": "once"}, headers={"Idempotency-Key": "k1"})
    other = as_owner.post(path_of(channel), {"content": "twice"}, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert again.json() == first.json()
    assert (other.status_code, other.json()["errors"]["code"]) == (409, ["idempotency_key_reused"])


def test_a_replay_shows_the_message_as_it_is_by_then(as_owner: APIClient, channel: Channel) -> None:
    first = as_owner.post(path_of(channel), {"content": "once"}, headers={"Idempotency-Key": "k3"}).json()["data"]
    as_owner.patch(f"{path_of(channel)}/{first['id']}", {"content": "twice"})
    again = as_owner.post(path_of(channel), {"content": "once"}, headers={"Idempotency-Key": "k3"})
    assert (again.json()["data"]["id"], again.json()["data"]["original_content"]) == (first["id"], "twice")


def test_a_refusal_does_not_use_the_key_up(as_owner: APIClient, channel: Channel) -> None:
    headers = {"Idempotency-Key": "k2"}
    assert as_owner.post(path_of(channel), {"content": ""}, headers=headers).status_code == 422
    assert as_owner.post(path_of(channel), {"content": "now"}, headers=headers).status_code == 201


def test_a_reply_is_counted_and_names_its_parent(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    parent = post(as_owner, channel).json()["data"]["id"]
    reply = post(as_member, channel, "answer", parent_message_id=parent).json()["data"]
    assert reply["parent_message_id"] == parent
    assert as_owner.get(f"{path_of(channel)}/{parent}").json()["data"]["reply_count"] == 1
    nested = post(as_owner, channel, "deeper", parent_message_id=reply["id"])
    assert nested.status_code == 422
    replies = as_owner.get(f"{path_of(channel)}/{parent}/replies").json()["data"]
    assert [row["id"] for row in replies] == [reply["id"]]
    flat = as_owner.get(path_of(channel) + "?threads=collapsed").json()["data"]
    assert [row["id"] for row in flat] == [parent]


def test_cursors_walk_the_whole_conversation(as_owner: APIClient, channel: Channel) -> None:
    ids = [post(as_owner, channel, f"message {n}").json()["data"]["id"] for n in range(1, 8)]
    seen, cursor = [], ""
    while True:
        page = as_owner.get(f"{path_of(channel)}?limit=3{cursor}").json()
        seen += [row["id"] for row in page["data"]]
        assert page["meta"]["has_more"] == (page["meta"]["next_before"] is not None)
        if not page["meta"]["has_more"]:
            break
        cursor = f"&before={page['meta']['next_before']}"
    assert seen == ids[::-1]
    after = as_owner.get(f"{path_of(channel)}?limit=2&after={ids[2]}").json()
    assert [row["id"] for row in after["data"]] == [ids[4], ids[3]]
    assert (after["meta"]["has_more"], after["meta"]["next_after"]) == (True, ids[4])
    around = as_owner.get(f"{path_of(channel)}?limit=3&around={ids[3]}").json()
    assert [row["id"] for row in around["data"]] == [ids[4], ids[3], ids[2]]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "before=nope", "before={0}&after={0}", "language=xx", "threads=zz"]
)
def test_a_wrong_cursor_is_refused(as_owner: APIClient, channel: Channel, query: str) -> None:
    message_id = post(as_owner, channel).json()["data"]["id"]
    assert as_owner.get(f"{path_of(channel)}?{query.format(message_id)}").status_code == 422


def test_a_page_takes_the_same_queries_for_one_row_and_for_fifty(as_owner: APIClient, channel: Channel) -> None:
    counts = []
    for rows in (1, 50):
        for _ in range(rows):
            post(as_owner, channel, skip_translation=True)
        with CaptureQueriesContext(connection) as seen:
            as_owner.get(path_of(channel))
        counts.append(len(seen))
    assert counts[0] == counts[1], seen.captured_queries


def refused(client: APIClient, channel: Channel, language: str) -> str:
    """The sentence for what cannot be a parent, to a client that asks for ``language``."""
    body = {"content": "Hello", "parent_message_id": "x" * 65}
    answer = client.post(path_of(channel), body, headers={"Accept-Language": language})
    return str(answer.json()["errors"]["parent_message_id"][0])


def test_a_refusal_is_told_to_each_in_their_own_language(as_owner: APIClient, channel: Channel) -> None:
    english = refused(as_owner, channel, "en")
    assert english.isascii() and not refused(as_owner, channel, "ja").isascii()
    assert refused(as_owner, channel, "en") == english


@pytest.mark.parametrize("header", ["*", "fr", "", "fr, th;q=0", "th;q=x"])
def test_a_client_that_asks_for_no_language_of_ours_is_told_in_the_accounts(
    as_owner: APIClient, owner: User, channel: Channel, header: str
) -> None:
    User.objects.filter(pk=owner.pk).update(preferred_language="ja")
    assert refused(as_owner, channel, header) == refused(as_owner, channel, "fr, ja;q=0.2, th;q=0.1")
    assert refused(as_owner, channel, header) != refused(as_owner, channel, "en")


def test_the_posters_own_name_of_a_message_comes_back_to_the_poster_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    names = {"client_id": "tab-1/7 ~"}
    assert post(as_owner, channel, **names).json()["data"]["client_id"] == "tab-1/7 ~"
    # It is a name, not a key: the same one twice is two messages.
    assert post(as_owner, channel, **names).json()["data"]["seq"] == 2
    assert "client_id" not in post(as_owner, channel).json()["data"]
    assert "client_id" not in post(as_owner, channel, client_id=None).json()["data"]
    for reader in (as_owner, as_member):
        assert [row for row in reader.get(path_of(channel)).json()["data"] if "client_id" in row] == []


def test_a_repeated_post_answers_with_the_posters_own_name_of_the_message(
    as_owner: APIClient, channel: Channel
) -> None:
    body = {"content": "Once", "client_id": "c" * 64}
    first, again = (as_owner.post(path_of(channel), body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert again.json()["data"]["client_id"] == "c" * 64


@pytest.mark.parametrize("name", ["", "c" * 65, "é", "a\nb", "a\x7f", 7, ["a"], {}])
def test_a_name_of_a_message_that_is_none_is_refused(as_owner: APIClient, channel: Channel, name: Any) -> None:
    answer = post(as_owner, channel, client_id=name)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["client_id"])
