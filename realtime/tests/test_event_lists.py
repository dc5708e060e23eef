"""What happened, over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message, MessageTranslation
from workspaces import actions
from workspaces.models import Channel, ChannelMember, Event, Member, Workspace
from workspaces.tasks import expire_events

pytestmark = pytest.mark.django_db


def events(client: APIClient, stream_id: str, kind: str = "conversations", **query: Any) -> Any:
    return client.get(f"/api/v1/{kind}/{stream_id}/events", query)


def post(client: APIClient, channel: Channel, content: str) -> dict[str, Any]:
    answer = client.post(
        f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages", {"content": content}
    )
    assert answer.status_code == 201, answer.json()
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_a_message_is_an_event_in_the_readers_language(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    message = post(as_owner, channel, "A sentence that no phrasebook has, number 7")
    row = MessageTranslation.objects.get(message=message["id"], language="th")
    MessageTranslation.objects.filter(pk=row.pk).update(state="ready", text="ประโยค")
    body = events(as_member, channel.pk).json()
    assert body["meta"] == {"has_more": False, "next_after": 1, "last_seq": 1}
    (frame,) = body["data"]
    assert {name: frame[name] for name in ("type", "conversation_id", "seq", "prev", "event")} == {
        "type": "event",
        "conversation_id": channel.pk,
        "seq": 1,
        "prev": 0,
        "event": "message.created",
    }
    assert (frame["data"]["display_content"], frame["data"]["display_source"]) == ("ประโยค", "translation")
    own = events(as_owner, channel.pk).json()["data"][0]["data"]
    assert own["display_content"] == own["original_content"] == "A sentence that no phrasebook has, number 7"


def test_a_translation_concerns_only_its_readers(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    message = post(as_owner, channel, "A sentence that no phrasebook has, number 7")
    from workspaces.streams import events as outbox

    outbox.append(
        channel.conversation,
        outbox.Draft("message.translated", {"message_id": message["id"], "language": "th"}),
        outbox.Draft("message.translated", {"message_id": message["id"], "language": "ja"}),
    )
    post(as_owner, channel, "Another")
    assert [(one["seq"], one["prev"]) for one in events(as_owner, channel.pk).json()["data"]] == [(1, 0), (4, 1)]
    assert [(one["seq"], one["prev"]) for one in events(as_member, channel.pk).json()["data"]] == [
        (1, 0),
        (2, 1),
        (4, 2),
    ]
    japanese = events(as_member, channel.pk, language="ja").json()["data"]
    assert [one["seq"] for one in japanese] == [1, 3, 4]


def test_pages_go_on_after_a_number(as_owner: APIClient, channel: Channel) -> None:
    for number in range(5):
        post(as_owner, channel, f"Message {number}")
    first = events(as_owner, channel.pk, after=1, limit=2).json()
    assert [(one["seq"], one["prev"]) for one in first["data"]] == [(2, 1), (3, 2)]
    assert first["meta"] == {"has_more": True, "next_after": 3, "last_seq": 5}
    rest = events(as_owner, channel.pk, after=3, limit=2).json()
    assert [one["seq"] for one in rest["data"]] == [4, 5]
    assert rest["meta"]["has_more"] is False
    assert events(as_owner, channel.pk, after=5).json()["data"] == []


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"after": "x"}, {"after": -1}, {"language": "xx"}])
def test_a_wrong_query_is_refused_by_field(as_owner: APIClient, channel: Channel, query: dict[str, Any]) -> None:
    answer = events(as_owner, channel.pk, **query)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == list(query)


def test_what_is_no_longer_kept_is_gone(as_owner: APIClient, channel: Channel) -> None:
    for number in range(3):
        post(as_owner, channel, f"Message {number}")
    Event.objects.filter(stream_id=channel.pk, seq__lte=2).update(created_at=timezone.now() - timedelta(days=8))
    expire_events()
    answer = events(as_owner, channel.pk, after=1)
    assert answer.status_code == 410
    assert answer.json()["errors"] == {"code": ["events_expired"]}
    assert [one["seq"] for one in events(as_owner, channel.pk, after=2).json()["data"]] == [3]
    assert [one["seq"] for one in events(as_owner, channel.pk).json()["data"]] == [3]
    assert events(as_owner, channel.pk, after=4).status_code == 410


def test_a_newcomer_is_not_told_what_happened_before(
    as_owner: APIClient, channel: Channel, workspace: Workspace, outsider: User, client_of: Callable[..., APIClient]
) -> None:
    post(as_owner, channel, "Before")
    actions.add_member(workspace=workspace, user=outsider)
    post(as_owner, channel, "After")
    newcomer = client_of(outsider)
    assert [one["seq"] for one in events(newcomer, channel.pk, after=0).json()["data"]] == [2]
    joined = events(newcomer, workspace.pk, "workspaces", after=0).json()["data"]
    assert [(one["event"], one["data"]["user"]["name"]) for one in joined] == [("member.joined", "Otto")]


def test_a_channel_that_opens_shows_only_what_comes_after(
    as_owner: APIClient, as_member: APIClient, channel: Channel, owner: User
) -> None:
    member = Member.objects.get(user=owner)
    secret = actions.create_channel(member=member, name="secret", visibility="private")
    post(as_owner, secret, "Before")
    assert events(as_member, secret.pk).status_code == 404
    path = f"/api/v1/workspaces/{secret.workspace_id}/channels/{secret.pk}"
    as_owner.put(path, {"name": "secret", "slug": "secret", "visibility": "public"})
    post(as_owner, secret, "After")
    assert [one["seq"] for one in events(as_member, secret.pk).json()["data"]] == [2]
    assert [one["seq"] for one in events(as_owner, secret.pk).json()["data"]] == [1, 2]


def test_private_channels_are_told_to_those_in_them(
    as_owner: APIClient, as_member: APIClient, owner: User, workspace: Workspace, membership: Member
) -> None:
    actions.create_channel(member=Member.objects.get(user=owner), name="secret", visibility="private")

    def names(client: APIClient) -> set[str]:
        found = events(client, workspace.pk, "workspaces").json()["data"]
        return {one["data"]["name"] for one in found if one["event"].startswith("channel.")}

    assert "secret" in names(as_owner)
    assert "secret" not in names(as_member)


def test_own_reactions_are_marked(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    message = post(as_owner, channel, "Hello")
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/messages/{message['id']}"
    as_member.put(f"{base}/reactions/👍")
    as_member.put(f"{base}/pin")

    def reacted(client: APIClient) -> list[bool]:
        pinned = next(one for one in events(client, channel.pk).json()["data"] if one["event"] == "message.pinned")
        return [one["reacted"] for one in pinned["data"]["reactions"]]

    assert (reacted(as_owner), reacted(as_member)) == ([False], [True])


def test_an_outsider_is_told_nothing(as_outsider: APIClient, channel: Channel, workspace: Workspace) -> None:
    for kind, pk in (("conversations", channel.pk), ("workspaces", workspace.pk)):
        answer = events(as_outsider, pk, kind)
        unknown = events(as_outsider, "0" * 26, kind)
        assert (
            (answer.status_code, answer.json())
            == (unknown.status_code, unknown.json())
            == (404, {"message": "Not found."})
        )
        assert events(APIClient(), pk, kind).status_code == 401


def test_a_channel_with_a_password_asks_for_it_first(
    as_owner: APIClient, as_member: APIClient, owner: User, member_user: User, membership: Member
) -> None:
    door = actions.create_channel(member=Member.objects.get(user=owner), name="door", password="open sesame")
    post(as_owner, door, "Before")
    assert events(as_member, door.pk).status_code == 403
    ChannelMember.objects.create(channel=door, member=membership)
    post(as_owner, door, "After")
    assert [one["seq"] for one in events(as_member, door.pk).json()["data"]] == [2]


def test_a_purged_message_leaves_no_frame(as_owner: APIClient, channel: Channel) -> None:
    message = post(as_owner, channel, "One")
    post(as_owner, channel, "Two")
    Message.objects.filter(pk=message["id"]).delete()
    assert [(one["seq"], one["prev"]) for one in events(as_owner, channel.pk, after=0).json()["data"]] == [(2, 0)]
