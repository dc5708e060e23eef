"""Threads: where replies are shown, who follows them, and what they have not read."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from messaging.models import Message, ThreadFollower
from messaging.push.recipients import recipients
from messaging.tests.client import path_of, post
from messaging.tests.pushing import phone
from messaging.tests.together import at_once
from workspaces.models import Channel
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
THREADS = "/api/v1/me/threads"


@pytest.fixture
def thread(as_owner: APIClient, channel: Channel) -> str:
    return str(post(as_owner, channel, "Who is at the crane?").json()["data"]["id"])


def reply(client: APIClient, channel: Channel, thread: str, content: str = "I am", **more: Any) -> dict[str, Any]:
    answer = post(client, channel, content, parent_message_id=thread, **more)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json()["data"])


def shown(client: APIClient, channel: Channel, thread: str) -> dict[str, Any]:
    return dict(client.get(f"{path_of(channel)}/{thread}").json()["data"]["thread"])


def followed(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"{THREADS}{query}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["data"]]


def test_a_collapsed_list_has_the_replies_that_were_sent_to_the_conversation_too(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str
) -> None:
    alone = reply(as_member, channel, thread)
    broadcast = reply(as_member, channel, thread, is_broadcast=True)
    assert (alone["is_broadcast"], broadcast["is_broadcast"]) == (False, True)
    rows = as_owner.get(path_of(channel)).json()["data"]
    assert [row["id"] for row in rows] == [broadcast["id"], alone["id"], thread]
    rows = as_owner.get(f"{path_of(channel)}?threads=collapsed").json()["data"]
    assert [row["id"] for row in rows] == [broadcast["id"], thread]
    assert post(as_owner, channel, "No reply", is_broadcast=True).json()["data"]["is_broadcast"] is False


def test_the_parent_shows_the_last_reply_and_who_replied_first(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str, member_user: User, owner: User
) -> None:
    assert as_owner.get(f"{path_of(channel)}/{thread}").json()["data"]["thread"] is None
    first, last = reply(as_member, channel, thread), reply(as_owner, channel, thread)
    state = shown(as_member, channel, thread)
    assert [person["id"] for person in state["repliers"]] == [member_user.pk, owner.pk]
    assert state["last_reply_at"] == last["created_at"]
    as_owner.delete(f"{path_of(channel)}/{last['id']}")
    state = shown(as_member, channel, thread)
    assert [person["id"] for person in state["repliers"]] == [member_user.pk]
    assert state["last_reply_at"] == first["created_at"]


def test_the_author_who_replies_and_who_is_mentioned_follow_by_themselves(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str
) -> None:
    named = MemberFactory(workspace=channel.workspace).user
    bystander = MemberFactory(workspace=channel.workspace).user
    reply(as_member, channel, thread, f"Ask @[{named.name}](user:{named.pk})")
    unread = {
        name: (state["is_following"], state["unread_count"])
        for name, client in (
            ("author", as_owner),
            ("replier", as_member),
            ("named", token_client(named)),
            ("bystander", token_client(bystander)),
        )
        for state in [shown(client, channel, thread)]
    }
    assert unread == {"author": (True, 1), "replier": (True, 0), "named": (True, 1), "bystander": (False, 0)}
    assert followed(token_client(bystander)) == []


def test_whoever_left_a_thread_comes_back_by_replying_only(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str, owner: User
) -> None:
    reply(as_member, channel, thread)
    for _ in range(2):
        assert as_owner.delete(f"{path_of(channel)}/{thread}/follow").status_code == 204
    reply(as_member, channel, thread, f"@[{owner.name}](user:{owner.pk})?")
    assert shown(as_owner, channel, thread)["is_following"] is False
    assert followed(as_owner) == []
    reply(as_owner, channel, thread)
    assert shown(as_owner, channel, thread)["is_following"] is True
    as_owner.delete(f"{path_of(channel)}/{thread}/follow")
    assert as_owner.put(f"{path_of(channel)}/{thread}/follow").json()["data"]["is_following"] is True


def test_replies_are_read_one_after_the_other_and_never_unread_again(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str
) -> None:
    replies = [reply(as_member, channel, thread)["id"] for _ in range(3)]
    assert shown(as_owner, channel, thread)["unread_count"] == 3
    read = f"{path_of(channel)}/{thread}/replies/read"
    for reply_id, left in ((replies[1], 1), (replies[0], 1)):
        assert as_owner.post(read, {"message_id": reply_id}).json()["data"]["unread_count"] == left
    as_member.delete(f"{path_of(channel)}/{replies[2]}")
    assert shown(as_owner, channel, thread)["unread_count"] == 0
    assert as_owner.post(read, {"message_id": thread}).status_code == 422
    assert as_owner.put(f"{path_of(channel)}/{replies[0]}/follow").status_code == 422


def test_followed_threads_are_listed_by_their_last_reply_in_pages(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    threads = [post(as_owner, channel, f"Load {n}").json()["data"]["id"] for n in range(3)]
    for thread in (*threads, threads[0]):
        latest = reply(as_member, channel, thread)["id"]
    expected = [threads[0], threads[2], threads[1]]
    page = as_owner.get(f"{THREADS}?limit=2").json()
    assert [row["id"] for row in page["data"]] == expected[:2]
    assert page["meta"] == {"has_more": True, "next_before": expected[1]}
    assert followed(as_owner, f"?limit=2&before={expected[1]}") == expected[2:]
    as_owner.post(f"{path_of(channel)}/{threads[0]}/replies/read", {"message_id": latest})
    assert followed(as_owner, "?unread=true") == expected[1:]
    for wrong in ("before=nobody", f"before={latest}", "limit=0", "unread=maybe"):
        assert as_owner.get(f"{THREADS}?{wrong}").status_code == 422


def test_a_thread_that_is_no_longer_readable_is_not_listed(
    as_member: APIClient, as_owner: APIClient, channel: Channel, member_user: User
) -> None:
    body = {"name": "Board", "visibility": "private"}
    made = as_member.post(f"/api/v1/workspaces/{channel.workspace_id}/channels", body).json()["data"]
    private_channel = Channel.objects.get(pk=made["id"])
    thread = post(as_member, private_channel, "Between us").json()["data"]["id"]
    reply(as_member, private_channel, thread)
    assert followed(as_member) == [thread]
    private_channel.channel_members.filter(member__user=member_user).delete()
    assert followed(as_member) == []
    for method in ("put", "delete"):
        assert getattr(as_owner, method)(f"{path_of(private_channel)}/{thread}/follow").status_code == 404


def test_the_unread_count_says_how_many_are_shown_in_threads_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str
) -> None:
    last = reply(as_member, channel, thread)["id"]
    reply(as_member, channel, thread, is_broadcast=True)
    as_member.delete(f"{path_of(channel)}/{reply(as_member, channel, thread)['id']}")
    listed = as_owner.get(path_of(channel).removesuffix("/messages")).json()["data"]
    assert (listed["unread_count"], listed["unread_reply_count"]) == (2, 1)
    state = as_owner.post(f"{path_of(channel).removesuffix('messages')}read", {"message_id": last}).json()["data"]
    assert (state["unread_count"], state["unread_reply_count"]) == (1, 0)


def test_a_push_goes_to_who_follows_the_thread_and_not_to_who_left_it(
    as_owner: APIClient, as_member: APIClient, channel: Channel, thread: str, owner: User, member_user: User
) -> None:
    follower, bystander = (MemberFactory(workspace=channel.workspace).user for _ in range(2))
    for user in (owner, member_user, follower, bystander):
        phone(user)
    token_client(follower).put(f"{path_of(channel)}/{thread}/follow")
    first = Message.objects.get(pk=reply(as_member, channel, thread)["id"])
    assert recipients(first) == {owner.pk, follower.pk}
    token_client(follower).delete(f"{path_of(channel)}/{thread}/follow")
    token_client(follower).put(
        f"{path_of(channel).removesuffix('messages')}notifications", {"level": "all", "muted_until": None}
    )
    second = Message.objects.get(pk=reply(as_member, channel, thread)["id"])
    assert recipients(second) == {owner.pk}


@pytest.mark.django_db(transaction=True)
def test_two_who_reply_at_once_are_both_counted_and_follow(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    thread = post(as_owner, channel).json()["data"]["id"]
    at_once(
        lambda: reply(as_owner, channel, thread),
        lambda: reply(as_member, channel, thread),
    )
    message = Message.objects.get(pk=thread)
    assert (message.reply_count, len(message.repliers or [])) == (2, 2)
    assert ThreadFollower.objects.filter(thread=message, is_following=True).count() == 2
