"""Many write at once: nothing is lost, doubled or out of order."""

import itertools
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from conftest import answers_until_limited, token_client
from messaging.models import Block, DirectConversation, Message
from messaging.tests.client import path_of, post
from messaging.tests.together import at_once, same_caller
from rosetta.ids import new_ulid
from workspaces.models import Channel, Conversation, Event, Member, Workspace
from workspaces.tests.factories import MemberFactory

DIRECT = "/api/v1/direct-conversations"


@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_leave_no_gap(workspace: Workspace, channel: Channel) -> None:
    clients = [token_client(member.user) for member in MemberFactory.create_batch(16, workspace=workspace)]

    def send(client: APIClient) -> list[int]:
        return [post(client, channel, f"Line {n}").json()["data"]["seq"] for n in range(5)]

    told = at_once(*[partial(send, client) for client in clients])
    assert all(row == sorted(row) for row in told)
    assert sorted(seq for row in told for seq in row) == list(range(1, 81))
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 81))
    events = Event.objects.filter(stream_id=channel.pk).order_by("seq")
    assert list(events.values_list("seq", flat=True)) == list(range(1, 81))
    in_order = [event.data["message_id"] for event in events]
    assert in_order == list(Message.objects.order_by("seq").values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_ten_posts_with_one_key_make_one_message(as_owner: APIClient, channel: Channel) -> None:
    def send(client: APIClient) -> Any:
        return client.post(path_of(channel), {"content": "once"}, headers={"Idempotency-Key": "the same"})

    clients = [same_caller(as_owner) for _ in range(10)]
    answers = at_once(*[partial(send, client) for client in clients])
    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
    assert Message.objects.count() == 1
    assert Conversation.objects.get(pk=channel.pk).last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_messages_with_one_file_one_has_it(as_owner: APIClient, channel: Channel) -> None:
    uploaded = as_owner.post("/api/v1/files", {"file": SimpleUploadedFile("a.txt", b"hi")}, format="multipart")
    file_id = uploaded.json()["data"]["id"]
    clients = [same_caller(as_owner) for _ in range(8)]
    answers = at_once(*[partial(post, client, channel, "", attachment_ids=[file_id]) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    refused = [answer.json()["errors"] for answer in answers if answer.status_code == 422]
    # Word for word what a file that does not exist gets.
    unknown = post(as_owner, channel, "", attachment_ids=[new_ulid()]).json()["errors"]
    assert refused == [unknown] * 7
    assert Message.objects.count() == Conversation.objects.get(pk=channel.pk).last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_eight_openings_of_one_pair_make_one_conversation(
    as_owner: APIClient, as_member: APIClient, owner: User, member_user: User
) -> None:
    def open_it(client: APIClient, other: int) -> Any:
        return client.post(DIRECT, {"participant_user_id": other})

    pairs = [(as_owner, member_user.pk), (as_member, owner.pk)] * 4
    callers = [(same_caller(client), other) for client, other in pairs]
    answers = at_once(*[partial(open_it, caller, other) for caller, other in callers])
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["data"]["id"] for answer in answers}) == 1
    assert DirectConversation.objects.count() == Conversation.objects.filter(channel=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_member_removed_while_posting_leaves_no_half_message(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    writer = same_caller(as_member)

    def write() -> list[int]:
        return [post(writer, channel, f"Line {n}").status_code for n in range(10)]

    def remove() -> int:
        path = f"/api/v1/workspaces/{channel.workspace_id}/members/{membership.pk}"
        return int(as_owner.delete(path).status_code)

    codes, removed = at_once(write, remove)
    assert removed == 204
    assert set(codes) <= {201, 404}
    assert codes == sorted(codes)
    assert Message.objects.count() == codes.count(201) == Conversation.objects.get(pk=channel.pk).last_seq


@pytest.mark.django_db(transaction=True)
def test_replies_while_their_parent_is_deleted_are_all_counted_or_refused(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    parent = post(as_owner, channel, "The parent").json()["data"]["id"]
    writers = [same_caller(as_member) for _ in range(3)]

    def reply(client: APIClient) -> list[int]:
        return [post(client, channel, f"Line {n}", parent_message_id=parent).status_code for n in range(5)]

    def delete() -> int:
        return int(as_owner.delete(f"{path_of(channel)}/{parent}").status_code)

    *codes, deleted = at_once(*[partial(reply, writer) for writer in writers], delete)
    assert deleted == 204
    assert all(row == sorted(row) and set(row) <= {201, 422} for row in codes)
    made = sum(row.count(201) for row in codes)
    assert Message.objects.get(pk=parent).reply_count == Message.objects.filter(parent=parent).count() == made
    assert Conversation.objects.get(pk=channel.pk).last_seq == 1 + made


@pytest.mark.django_db(transaction=True)
def test_reading_while_writing_never_leaves_less_than_nothing_unread(as_owner: APIClient, channel: Channel) -> None:
    first = post(as_owner, channel, "Line").json()["data"]["id"]
    writer = same_caller(as_owner)
    read = f"{path_of(channel).removesuffix('messages')}read"

    def write() -> None:
        for number in range(10):
            post(writer, channel, f"Line {number}", skip_translation=True)

    def mark() -> list[int]:
        return [as_owner.post(read, {"message_id": first}).json()["data"]["unread_count"] for _ in range(20)]

    _, unread = at_once(write, mark)
    assert min(unread) >= 0


@pytest.mark.django_db
def test_a_key_is_the_senders_own_and_the_conversations_own(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    second = as_owner.post(base, {"name": "Second"}).json()["data"]["id"]
    headers = {"Idempotency-Key": "k"}
    answers = [
        as_owner.post(path_of(channel), {"content": "a"}, headers=headers),
        as_member.post(path_of(channel), {"content": "b"}, headers=headers),
        as_owner.post(f"{base}/{second}/messages", {"content": "c"}, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert not any("Idempotent-Replayed" in answer for answer in answers)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "é"])
def test_a_malformed_key_is_refused(as_owner: APIClient, channel: Channel, key: str) -> None:
    answer = as_owner.post(path_of(channel), {"content": "a"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_two_people_talk_on_their_own(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, member_user: User, owner: User
) -> None:
    opened = as_owner.post(DIRECT, {"participant_user_id": str(member_user.pk)})
    again = as_member.post(DIRECT, {"participant_user_id": owner.pk})
    assert (opened.status_code, again.status_code) == (201, 200)
    direct = opened.json()["data"]
    participant = direct["participant"]
    assert (participant["id"], participant["name"], participant["avatar_url"]) == (member_user.pk, "Mali", None)
    assert again.json()["data"]["id"] == direct["id"]
    path = f"{DIRECT}/{direct['id']}/messages"
    message = as_owner.post(path, {"content": "Thank you"}).json()["data"]
    assert (message["workspace_id"], message["channel_id"], message["conversation_id"]) == (None, None, direct["id"])
    assert as_member.get(path).json()["data"][0]["display_content"] == "ขอบคุณ"
    listed = as_member.get(DIRECT).json()["data"]
    assert [(row["id"], row["unread_count"]) for row in listed] == [(direct["id"], 1)]
    read = as_member.post(f"{DIRECT}/{direct['id']}/read", {"message_id": message["id"]})
    assert read.json()["data"]["unread_count"] == 0
    for answer in (
        as_outsider.get(path),
        as_outsider.post(path, {"content": "x"}),
        as_outsider.get(f"{path}/{message['id']}"),
    ):
        assert answer.status_code == 404
    assert as_outsider.get(DIRECT).json()["data"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["nobody", "", "0", "-1", 10**30, None, True, [], "٣"])
def test_a_conversation_with_nobody_is_refused(as_owner: APIClient, other: Any) -> None:
    answer = as_owner.post(DIRECT, {"participant_user_id": other})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["participant_user_id"])


@pytest.mark.django_db
def test_one_does_not_talk_to_oneself(as_owner: APIClient, owner: User) -> None:
    assert as_owner.post(DIRECT, {"participant_user_id": owner.pk}).status_code == 422


@pytest.mark.django_db
def test_who_is_blocked_writes_no_more(
    as_owner: APIClient, as_member: APIClient, owner: User, member_user: User
) -> None:
    path = f"{DIRECT}/{as_owner.post(DIRECT, {'participant_user_id': member_user.pk}).json()['data']['id']}/messages"
    said = as_owner.post(path, {"content": "before"}).json()["data"]["id"]
    for _ in range(2):
        assert as_member.put(f"/api/v1/me/blocks/{owner.pk}").status_code == 204
    for answer in (
        as_owner.post(path, {"content": "hello"}),
        as_owner.patch(f"{path}/{said}", {"content": "hello again"}),
        as_owner.put(f"{path}/{said}/reactions/👍"),
        as_owner.put(f"{path}/{said}/pin"),
        as_owner.delete(f"{path}/{said}/pin"),
        as_owner.put(f"{path}/{said}/translations/th", {"text": "hello again"}),
        as_owner.put(f"/api/v1/messages/{said}/translations/th", {"text": "hello again"}),
    ):
        assert (answer.status_code, answer.json()["errors"]["code"]) == (403, ["blocked"])
    (listed,) = as_member.get("/api/v1/me/blocks").json()["data"]
    assert listed == {"id": owner.pk, "name": "Olivia", "avatar_url": None}
    assert as_owner.get("/api/v1/me/blocks").json()["data"] == []
    assert as_owner.get(path).status_code == 200
    assert as_owner.delete(f"{path}/{said}").status_code == 204
    for _ in range(2):
        assert as_member.delete(f"/api/v1/me/blocks/{owner.pk}").status_code == 204
    assert as_owner.post(path, {"content": "hello"}).status_code == 201
    assert not Block.objects.exists()


@pytest.mark.django_db
def test_somebody_is_found_by_address_without_case(as_owner: APIClient, member_user: User) -> None:
    path = "/api/v1/direct-recipients/resolve"
    found = as_owner.post(path, {"email": "MALI@Example.com"})
    assert found.json() == {"data": {"id": member_user.pk, "name": "Mali", "avatar_url": None}}
    assert as_owner.post(path, {"email": "nobody@example.com"}).status_code == 404
    assert as_owner.post(path, {"email": "nobody"}).status_code == 422


@pytest.mark.django_db
def test_counting_through_the_ids_finds_people_as_slowly_as_guessing_addresses(
    as_owner: APIClient, as_outsider: APIClient, owner: User, member_user: User, channel: Channel
) -> None:
    ids = itertools.count(10_000)
    answers_until_limited(lambda: as_outsider.post(DIRECT, {"participant_user_id": next(ids)}).status_code, 30)
    assert as_outsider.post(DIRECT, {"participant_user_id": owner.pk}).status_code == 429
    for _ in range(40):
        assert as_owner.post(DIRECT, {"participant_user_id": member_user.pk}).status_code in (200, 201)


@pytest.mark.django_db
def test_around_keeps_the_message_in_the_page_at_every_edge(as_owner: APIClient, channel: Channel) -> None:
    ids = [post(as_owner, channel, f"Line {n}", skip_translation=True).json()["data"]["id"] for n in range(9)]

    def around(index: int, limit: int) -> tuple[list[int], bool, bool]:
        page = as_owner.get(f"{path_of(channel)}?around={ids[index]}&limit={limit}").json()
        meta = page["meta"]
        return [row["seq"] for row in page["data"]], bool(meta["next_before"]), bool(meta["next_after"])

    assert around(4, 1) == ([5], True, True)
    assert around(4, 3) == ([6, 5, 4], True, True)
    assert around(0, 3) == ([3, 2, 1], False, True)
    assert around(8, 3) == ([9, 8, 7], True, False)
    assert around(8, 9) == (list(range(9, 0, -1)), False, False)
    assert around(0, 100) == (list(range(9, 0, -1)), False, False)
    for index in range(9):
        for limit in range(1, 10):
            seqs, older, newer = around(index, limit)
            assert len(seqs) == limit
            assert index + 1 in seqs
            assert (older, newer) == (seqs[-1] > 1, seqs[0] < 9)


@pytest.mark.django_db
def test_an_empty_conversation_has_an_empty_page(as_owner: APIClient, channel: Channel) -> None:
    assert as_owner.get(path_of(channel)).json() == {
        "data": [], "meta": {"has_more": False, "next_before": None, "next_after": None, "last_seq": 0},
    }  # fmt: skip
