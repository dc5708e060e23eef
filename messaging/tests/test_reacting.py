"""Reactions, pins, read marks and mentions.

Counted right, limited, and done twice without harm.
"""

from collections import Counter
from functools import partial
from importlib import import_module
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from conftest import token_client
from messaging.erasure import erase
from messaging.models import Message, Reaction
from messaging.push import badges
from messaging.tests.client import last_event, path_of, post
from messaging.tests.together import at_once, same_caller
from workspaces import actions
from workspaces.models import Channel, Workspace
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
KINDS = [chr(0x1F600 + n) for n in range(40)]


@pytest.fixture
def message(as_owner: APIClient, channel: Channel) -> str:
    return f"{path_of(channel)}/{post(as_owner, channel).json()['data']['id']}"


def test_reactions_are_counted_and_say_whether_it_was_me(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str, member_user: User, owner: User
) -> None:
    assert as_owner.put(f"{message}/reactions/👍").status_code == 200
    as_member.put(f"{message}/reactions/👍")
    as_member.put(f"{message}/reactions/❤️")
    olivia, mali = ({"kind": "user", "id": user.pk, "name": user.name} for user in (owner, member_user))
    assert as_owner.get(message).json()["data"]["reactions"] == [
        {"emoji": "👍", "count": 2, "reacted": True, "people": [olivia, mali]},
        {"emoji": "❤️", "count": 1, "reacted": False, "people": [mali]},
    ]
    kind, data = last_event(channel)
    assert kind == "reaction.added"
    assert (data["emoji"], data["count"], data["user"]) == ("❤️", 1, {"id": member_user.pk, "name": "Mali"})
    assert as_member.delete(f"{message}/reactions/❤️").status_code == 204
    assert last_event(channel)[0] == "reaction.removed"
    assert [row["count"] for row in as_owner.get(message).json()["data"]["reactions"]] == [2]


def test_ten_who_reacted_are_named_with_the_message_and_the_others_in_pages(
    as_owner: APIClient, channel: Channel, message: str
) -> None:
    users = [MemberFactory(workspace=channel.workspace).user for _ in range(12)]
    for user in users:
        assert token_client(user).put(f"{message}/reactions/❤").status_code == 200
    [reaction] = as_owner.get(message).json()["data"]["reactions"]
    assert (reaction["count"], [person["id"] for person in reaction["people"]]) == (12, [u.pk for u in users[:10]])
    page = as_owner.get(f"{message}/reactions/❤️?per_page=5&page=3").json()
    assert [person["name"] for person in page["data"]] == [user.name for user in users[10:]]
    assert page["meta"]["total"] == 12
    assert as_owner.get(f"{message}/reactions/nothing").json()["data"] == []


def test_reacting_twice_is_reacting_once(as_owner: APIClient, channel: Channel, message: str) -> None:
    for _ in range(2):
        assert as_owner.put(f"{message}/reactions/👍").status_code == 200
    assert Reaction.objects.count() == 1
    for _ in range(2):
        assert as_owner.delete(f"{message}/reactions/👍").status_code == 204
    assert as_owner.get(message).json()["data"]["reactions"] == []


# What may be sent, and the one spelling that it is kept and shown in.
SPELLINGS = {
    "\u2764": "\u2764\ufe0f",
    "\u2764\ufe0f": "\u2764\ufe0f",
    "\u2764\ufe0e": "\u2764\ufe0f",
    "\U0001f44d\ufe0f": "\U0001f44d",
    "\U0001f44d\U0001f3fd": "\U0001f44d\U0001f3fd",
    "\u261d\ufe0f\U0001f3fd": "\u261d\U0001f3fd",
    "#\u20e3": "#\ufe0f\u20e3",
    "7\ufe0f\u20e3": "7\ufe0f\u20e3",
    "\U0001f1f9\U0001f1ed": "\U0001f1f9\U0001f1ed",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": (
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    ),
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466": (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    ),
    "\U0001f575\u200d\u2642": "\U0001f575\ufe0f\u200d\u2642\ufe0f",
    "\U0001f575\U0001f3fd\u200d\u2642": "\U0001f575\U0001f3fd\u200d\u2642\ufe0f",
    "\U0001f3f3\u200d\U0001f308": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\u00a9": "\u00a9\ufe0f",
}


@pytest.mark.parametrize(("sent", "kept"), SPELLINGS.items(), ids=map(ascii, SPELLINGS))
def test_an_emoji_has_one_spelling_however_it_is_sent(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str, sent: str, kept: str
) -> None:
    as_member.put(f"{message}/reactions/{quote(kept)}")
    answer = as_owner.put(f"{message}/reactions/{quote(sent)}")
    assert answer.status_code == 200
    [reaction] = answer.json()["data"]["reactions"]
    assert (reaction["emoji"], reaction["count"], reaction["reacted"]) == (kept, 2, True)
    assert (last_event(channel)[1]["emoji"], last_event(channel)[1]["count"]) == (kept, 2)
    assert as_member.delete(f"{message}/reactions/{quote(sent)}").status_code == 204
    assert (last_event(channel)[1]["emoji"], last_event(channel)[1]["count"]) == (kept, 1)


NO_EMOJI = [
    "ok", "👍👍", "1", ":smile:", " ", "👍" + "🏽" * 80, "👍🏽🏽🏽", "👍🏽🏻", "🏽", "🇿🇿", "🇹", "🇹🇭🇯🇵", "\ufe0f",
    "❤\ufe0f\ufe0f", "❤️\u200d", "\u200d❤️", "A\ufe0f\u20e3", "\u20e3", "👨‍👍", "🏴\U000e0067", "🍕🏽",
    "👍\ufe0f" * 20,
]  # fmt: skip


@pytest.mark.parametrize("emoji", NO_EMOJI, ids=map(ascii, NO_EMOJI))
@pytest.mark.parametrize("method", ["put", "delete"])
def test_anything_else_is_none(as_owner: APIClient, message: str, emoji: str, method: str) -> None:
    answer = getattr(as_owner, method)(f"{message}/reactions/{quote(emoji)}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["emoji"])


def test_bytes_that_are_no_text_are_no_emoji(as_owner: APIClient, message: str) -> None:
    answer = as_owner.put(f"{message}/reactions/%F0%9F")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["emoji"])


@pytest.fixture
def spelled_twice(owner: User, member_user: User, message: str) -> str:
    """What the version before wrote.

    Olivia chose one heart in two spellings, and Mali what is no emoji.
    """
    message_id = message.rsplit("/", 1)[1]
    for user, emoji in ((owner, "❤️"), (owner, "❤"), (member_user, "❤"), (member_user, "🇿🇿")):
        Reaction.objects.create(message_id=message_id, user=user, emoji=emoji)
    Message.objects.filter(pk=message_id).update(reaction_count=4)
    return message


def test_reactions_of_the_version_before_are_one_kind_too(
    as_owner: APIClient, as_member: APIClient, channel: Channel, spelled_twice: str
) -> None:
    def shown() -> list[tuple[str, int, bool, int]]:
        rows = as_owner.get(spelled_twice).json()["data"]["reactions"]
        return [(row["emoji"], row["count"], row["reacted"], len(row["people"])) for row in rows]

    assert shown() == [("❤️", 2, True, 2), ("🇿🇿", 1, False, 1)]
    assert as_member.put(f"{spelled_twice}/reactions/❤️").json()["data"]["reactions"][0]["count"] == 2
    assert as_owner.delete(f"{spelled_twice}/reactions/❤").status_code == 204
    assert (last_event(channel)[1]["emoji"], last_event(channel)[1]["count"]) == ("❤️", 1)
    assert as_member.delete(f"{spelled_twice}/reactions/🇿🇿").status_code == 204
    assert shown() == [("❤️", 1, False, 1)]
    assert Message.objects.get().reaction_count == Reaction.objects.count() == 1


def test_the_migration_merges_spellings_once(owner: User, member_user: User, spelled_twice: str) -> None:
    migration = import_module("messaging.migrations.0007_one_spelling_of_an_emoji")
    for _ in range(2):
        migration.merge_spellings(apps, None)
        rows = Reaction.objects.order_by("pk").values_list("user", "emoji")
        assert list(rows) == [(owner.pk, "❤️"), (member_user.pk, "❤️"), (member_user.pk, "🇿🇿")]
        assert Message.objects.get().reaction_count == 3


def test_a_message_takes_twenty_kinds(as_owner: APIClient, as_member: APIClient, message: str) -> None:
    codes = [as_owner.put(f"{message}/reactions/{kind}").status_code for kind in KINDS[:21]]
    assert codes == [200] * 20 + [422]
    assert as_member.put(f"{message}/reactions/{KINDS[0]}").status_code == 200
    as_owner.delete(f"{message}/reactions/{KINDS[1]}")
    assert as_owner.put(f"{message}/reactions/{KINDS[20]}").status_code == 200


def test_an_outsider_does_not_react_pin_or_read(as_outsider: APIClient, channel: Channel, message: str) -> None:
    base = path_of(channel).removesuffix("/messages")
    for answer in (
        as_outsider.put(f"{message}/reactions/👍"),
        as_outsider.delete(f"{message}/reactions/👍"),
        as_outsider.put(f"{message}/pin"),
        as_outsider.delete(f"{message}/pin"),
        as_outsider.get(f"{base}/pins"),
        as_outsider.post(f"{base}/read", {"message_id": message.rsplit("/", 1)[1]}),
    ):
        assert answer.status_code == 404


def test_pins_are_listed_and_taken_off(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str
) -> None:
    pins = f"{path_of(channel).removesuffix('messages')}pins"
    for _ in range(2):
        assert as_member.put(f"{message}/pin").status_code == 200
    assert last_event(channel)[0] == "message.pinned"
    assert [row["id"] for row in as_owner.get(pins).json()["data"]] == [message.rsplit("/", 1)[1]]
    for _ in range(2):
        assert as_owner.delete(f"{message}/pin").status_code == 204
    assert last_event(channel)[0] == "message.unpinned"
    assert as_owner.get(pins).json()["data"] == []


def unread(client: APIClient, channel: Channel) -> int:
    rows = client.get(f"/api/v1/workspaces/{channel.workspace_id}/channels").json()["data"]
    return int(next(row["unread_count"] for row in rows if row["id"] == channel.pk))


def test_what_others_say_is_unread_until_it_is_read(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    ids = [post(as_owner, channel, f"Line {n}").json()["data"]["id"] for n in range(5)]
    read = f"{path_of(channel).removesuffix('messages')}read"
    assert (unread(as_owner, channel), unread(as_member, channel)) == (0, 5)
    answer = as_member.post(read, {"message_id": ids[2]})
    assert answer.json() == {"data": {"last_read_seq": 3, "unread_count": 2, "unread_reply_count": 0}}
    back = as_member.post(read, {"message_id": ids[0]})
    assert back.json() == {"data": {"last_read_seq": 3, "unread_count": 2, "unread_reply_count": 0}}
    assert unread(as_member, channel) == 2
    post(as_member, channel, "my own words")
    assert unread(as_member, channel) == 0
    assert unread(as_owner, channel) == 1


def test_a_newcomer_starts_where_it_joined(
    as_owner: APIClient, as_outsider: APIClient, outsider: User, workspace: Workspace, channel: Channel
) -> None:
    post(as_owner, channel)
    actions.add_member(workspace=workspace, user=outsider)
    assert unread(as_outsider, channel) == 0
    post(as_owner, channel)
    assert unread(as_outsider, channel) == 1


def read_up_to(client: APIClient, channel: Channel, message_id: str) -> int:
    answer = client.post(f"{path_of(channel).removesuffix('messages')}read", {"message_id": message_id})
    return int(answer.json()["data"]["unread_count"])


def test_deleted_messages_are_not_unread(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    ids = [post(as_owner, channel, f"Line {n}").json()["data"]["id"] for n in range(6)]
    for deleted, left in ((ids[5], 5), (ids[0], 4), (ids[0], 4), (ids[3], 3)):
        as_owner.delete(f"{path_of(channel)}/{deleted}")
        assert unread(as_member, channel) == left
    # Read up to a deleted message, before one and after all of them.
    assert read_up_to(as_member, channel, ids[0]) == 3
    assert read_up_to(as_member, channel, ids[2]) == 1
    assert unread(as_member, channel) == 1
    as_owner.delete(f"{path_of(channel)}/{ids[4]}")
    assert unread(as_member, channel) == 0
    post(as_owner, channel, "one more")
    assert unread(as_member, channel) == 1


def test_a_deleted_reply_is_not_unread(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    parent = post(as_owner, channel, "The parent").json()["data"]["id"]
    reply = post(as_owner, channel, "A reply", parent_message_id=parent).json()["data"]["id"]
    as_owner.delete(f"{path_of(channel)}/{reply}")
    assert unread(as_member, channel) == 1


def test_deleted_direct_messages_are_not_unread(
    as_owner: APIClient, as_member: APIClient, member_user: User, channel: Channel
) -> None:
    direct = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}).json()["data"]
    path = f"/api/v1/direct-conversations/{direct['id']}/messages"
    ids = [as_owner.post(path, {"content": text}).json()["data"]["id"] for text in ("one", "two")]
    as_owner.delete(f"{path}/{ids[1]}")
    assert [row["unread_count"] for row in as_member.get("/api/v1/direct-conversations").json()["data"]] == [1]
    as_owner.delete(f"{path}/{ids[0]}")
    assert [row["unread_count"] for row in as_member.get("/api/v1/direct-conversations").json()["data"]] == [0]


def test_erased_messages_are_not_unread(
    as_owner: APIClient, as_member: APIClient, channel: Channel, owner: User
) -> None:
    ids = [post(as_owner, channel, f"Line {n}").json()["data"]["id"] for n in range(4)]
    as_owner.delete(f"{path_of(channel)}/{ids[2]}")
    assert unread(as_member, channel) == 3
    erase(ids[:2])
    assert unread(as_member, channel) == 1
    assert badges.unread_of({owner.pk}) == Counter()
    erase(ids[2:])
    assert unread(as_member, channel) == 0
    post(as_owner, channel, "after all that")
    assert unread(as_member, channel) == 1


def test_unread_is_not_counted_by_counting(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    seen = []
    for rows in (1, 20):
        for _ in range(rows):
            gone = post(as_owner, channel, skip_translation=True).json()["data"]["id"]
            post(as_owner, channel, skip_translation=True)
            as_owner.delete(f"{path_of(channel)}/{gone}")
        with CaptureQueriesContext(connection) as queries:
            unread(as_member, channel)
        seen.append([one["sql"] for one in queries.captured_queries])
    assert len(seen[1]) <= len(seen[0])
    # Only deleted messages are counted, which have an index of their own.
    counting = [sql for sql in seen[1] if "messaging_message" in sql and "COUNT(" in sql]
    assert all('"deleted_at" IS NOT NULL' in sql for sql in counting)


@pytest.mark.parametrize("message_id", ["nope", "0" * 26, None, 7, ""])
def test_an_unknown_message_is_not_read(as_owner: APIClient, channel: Channel, message_id: Any) -> None:
    post(as_owner, channel)
    answer = as_owner.post(f"{path_of(channel).removesuffix('messages')}read", {"message_id": message_id})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["message_id"])


def test_fifty_people_are_mentioned_and_one_more_is_refused(as_owner: APIClient, channel: Channel) -> None:
    flood = " ".join(f"@[P{n}](user:{n})" for n in range(1, 52))
    answer = post(as_owner, channel, flood)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["content"])
    assert post(as_owner, channel, flood.rsplit(" ", 1)[0]).status_code == 201


def test_a_message_full_of_mentions_takes_no_more_queries(
    as_owner: APIClient, channel: Channel, workspace: Workspace
) -> None:
    users = [member.user for member in MemberFactory.create_batch(50, workspace=workspace)]
    counts = []
    for number in (1, 50):
        text = " ".join(f"@[P](user:{user.pk})" for user in users[:number])
        text += " the same words" * ((7900 - len(text)) // 15 if number > 1 else 1)
        with CaptureQueriesContext(connection) as seen:
            answer = post(as_owner, channel, text, skip_translation=True)
        assert len(answer.json()["data"]["mentions"]) == number
        counts.append(len(seen))
    assert counts[1] <= counts[0]


def test_the_same_person_is_mentioned_once(as_owner: APIClient, channel: Channel, owner: User) -> None:
    text = f"@[Olivia](user:{owner.pk}) " * 60
    assert len(post(as_owner, channel, text).json()["data"]["mentions"]) == 1


@pytest.mark.django_db(transaction=True)
def test_reading_while_others_delete_ends_with_the_right_count(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    ids = [post(as_owner, channel, f"Line {n}", skip_translation=True).json()["data"]["id"] for n in range(12)]
    deleting, posting = same_caller(as_owner), same_caller(as_owner)

    def delete() -> None:
        for message_id in ids[::2]:
            deleting.delete(f"{path_of(channel)}/{message_id}")

    def write() -> None:
        for number in range(6):
            post(posting, channel, f"More {number}", skip_translation=True)

    def read() -> list[int]:
        return [read_up_to(as_member, channel, ids[2]) for _ in range(10)]

    _, _, counts = at_once(delete, write, read)
    assert all(4 <= count <= 9 + 6 for count in counts)
    # Of the nine after the one that was read four were deleted, and six are new.
    assert unread(same_caller(as_member), channel) == read_up_to(as_member, channel, ids[2]) == 5 + 6


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_reactions_keeps_its_limit_and_its_count(
    as_owner: APIClient, workspace: Workspace, channel: Channel, message: str
) -> None:
    clients = [token_client(member.user) for member in MemberFactory.create_batch(8, workspace=workspace)]

    def react(client: APIClient) -> list[int]:
        return [client.put(f"{message}/reactions/{kind}").status_code for kind in KINDS[:22]]

    codes = at_once(*[partial(react, client) for client in clients])
    assert {code for row in codes for code in row} <= {200, 422}
    shown = same_caller(as_owner).get(message).json()["data"]["reactions"]
    assert len(shown) == 20
    assert sum(row["count"] for row in shown) == Reaction.objects.count() == 160
