"""People who are mentioned are shown by the names that they have now, wherever a message or event is shown."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.actions.deletion import DELETED_NAME, delete_account
from accounts.models import User
from conftest import PASSWORD, token_client
from messaging import account_lifecycle
from messaging.models import Message, MessageTranslation, Reaction
from messaging.tests.client import found, newest, path_of, post, search
from messaging.tests.pushing import Told, phone
from workspaces.models import Channel, Event, WebhookDelivery, Workspace
from workspaces.tests.factories import MemberFactory
from workspaces.webhooks.collecting import collect
from workspaces.webhooks.sending import body_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(workspace: Workspace) -> User:
    """Somebody whom Olivia mentions, and who has reacted."""
    user: User = MemberFactory.create(workspace=workspace, user__name="Ann Baker").user
    return user


def rename(user: User) -> str:
    assert token_client(user).patch("/api/v1/me", {"name": "Ann [Cook]"}).status_code == 200
    return "Ann [Cook]"


def delete(user: User) -> str:
    delete_account(user=user, password=PASSWORD)
    return DELETED_NAME


Ending = Callable[[User], str]
endings = pytest.mark.parametrize("ending", [rename, delete])


def mention(ann: User, name: str = "Ann Baker") -> str:
    return f"@[{name}](user:{ann.pk})"


def events_of(client: APIClient, stream_id: str, kind: str = "conversations") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/v1/{kind}/{stream_id}/events").json()["data"]
    return rows


@endings
def test_a_message_tells_the_present_name(as_owner: APIClient, channel: Channel, ann: User, ending: Ending) -> None:
    sent = post(as_owner, channel, f"Ask {mention(ann)} about the crane").json()["data"]
    assert sent["mentions"] == [{"kind": "user", "id": ann.pk, "name": "Ann Baker"}]
    name = ending(ann)
    shown = newest(as_owner, channel)
    assert shown["mentions"] == [{"kind": "user", "id": ann.pk, "name": name}]
    assert shown["original_content"] == f"Ask {mention(ann, name.replace(']', ' '))} about the crane"
    for answer in (as_owner.get(path_of(channel)), as_owner.get(f"{path_of(channel)}/{sent['id']}")):
        assert "Baker" not in answer.content.decode()
    assert "Baker" not in json.dumps(events_of(as_owner, channel.pk))


@endings
def test_a_translation_tells_the_present_name(
    as_owner: APIClient, as_member: APIClient, channel: Channel, ann: User, ending: Ending
) -> None:
    post(as_owner, channel, f"Ask {mention(ann)} about the crane")
    MessageTranslation.objects.update(state="ready", text=f"ถาม {mention(ann)} เรื่องปั้นจั่น")
    ending(ann)
    shown = newest(as_member, channel)
    assert shown["display_language"] == "th"
    assert "Baker" not in shown["display_content"]


@endings
def test_a_kept_event_tells_the_present_name(as_owner: APIClient, channel: Channel, ann: User, ending: Ending) -> None:
    sent = post(as_owner, channel, "The crane is broken").json()["data"]["id"]
    token_client(ann).put(f"{path_of(channel)}/{sent}/reactions/👍")
    Event.objects.filter(kind="reaction.added").update(
        data={**Event.objects.get(kind="reaction.added").data, "emoji": "❤"}
    )
    name = ending(ann)
    told = events_of(as_owner, channel.pk)[-1]
    assert (told["event"], told["data"]["user"]) == ("reaction.added", {"id": ann.pk, "name": name})
    assert told["data"]["emoji"] == "❤️"
    of_members = [
        one["data"]["user"]["name"]
        for one in events_of(as_owner, channel.workspace_id, "workspaces")
        if one["event"].startswith("member.") and one["data"]["user"]["id"] == ann.pk
    ]
    assert set(of_members) == {name}


@endings
def test_a_reply_a_pin_and_a_found_message_tell_the_present_name(
    as_owner: APIClient, channel: Channel, workspace: Workspace, ann: User, ending: Ending
) -> None:
    parent = post(as_owner, channel, "The parent").json()["data"]["id"]
    reply = post(as_owner, channel, f"Ask {mention(ann)} about the crane", parent_message_id=parent).json()["data"][
        "id"
    ]
    as_owner.put(f"{path_of(channel)}/{reply}/pin")
    ending(ann)
    assert len(found(as_owner, workspace, "crane")) == 1
    for answer in (
        as_owner.get(f"{path_of(channel)}/{parent}/replies"),
        as_owner.get(f"{path_of(channel).removesuffix('messages')}pins"),
        search(as_owner, workspace, "crane"),
    ):
        assert len(answer.json()["data"]) == 1
        assert "Baker" not in answer.content.decode()


@endings
def test_an_outgoing_webhook_tells_the_present_name(
    as_owner: APIClient, channel: Channel, ann: User, ending: Ending
) -> None:
    subscription = {"url": "https://example.com/hook", "event_types": ["*"]}
    as_owner.post(f"/api/v1/workspaces/{channel.workspace_id}/webhook-subscriptions", subscription)
    sent = post(as_owner, channel, f"Ask {mention(ann)} about the crane").json()["data"]["id"]
    token_client(ann).put(f"{path_of(channel)}/{sent}/reactions/👍")
    ending(ann)
    collect()
    bodies = [body_of(one) or "" for one in WebhookDelivery.objects.order_by("pk")]
    assert len(bodies) >= 2
    assert not any("Baker" in body for body in bodies)


@endings
def test_a_push_tells_the_present_name(
    as_owner: APIClient, channel: Channel, ann: User, member_user: User, told: Told, ending: Ending
) -> None:
    phone(member_user)
    post(as_owner, channel, f"@channel ask {mention(ann)}", skip_translation=True)
    name = ending(ann)
    assert [one["body"] for one in told()] == [f"@channel ask @{name.replace(']', ' ')}"]


@endings
def test_an_export_tells_the_present_name(
    as_owner: APIClient, channel: Channel, owner: User, ann: User, ending: Ending
) -> None:
    post(as_owner, channel, f"Ask {mention(ann)} about the crane")
    ending(ann)
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        exporter = next(one for one in account_lifecycle.EXPORTERS if one.name == "messages")
        exporter.write(owner, archive, lambda count: None)
    text = ZipFile(packed).read("messages.jsonl").decode()
    assert "about the crane" in text
    assert "Baker" not in text


def test_a_quotation_names_a_deleted_person_as_deleted_and_keeps_other_names(
    as_owner: APIClient, channel: Channel, ann: User, outsider: User
) -> None:
    quoted = f"> {mention(ann)} and @[Somebody](user:{outsider.pk}) said so\nI agree"
    sent = post(as_owner, channel, quoted).json()["data"]
    assert (sent["mentions"], sent["original_content"]) == ([], quoted)
    delete(ann)
    shown = newest(as_owner, channel)["original_content"]
    assert shown == f"> {mention(ann, DELETED_NAME)} and @[Somebody](user:{outsider.pk}) said so\nI agree"


def test_code_stays_as_it_was_written(as_owner: APIClient, channel: Channel, ann: User) -> None:
    text = f"`{mention(ann)}` is how you mention {mention(ann)}"
    post(as_owner, channel, text)
    rename(ann)
    assert newest(as_owner, channel)["original_content"].startswith(f"`{mention(ann)}` is")


def test_a_renamed_channel_is_mentioned_by_its_new_name(as_owner: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "@channel lunch")
    path = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}"
    assert as_owner.put(path, {"name": "Kitchen"}).status_code == 200
    assert newest(as_owner, channel)["mentions"] == [{"kind": "channel", "id": channel.pk, "name": "Kitchen"}]


def test_what_was_shown_with_a_new_name_is_sent_back_without_a_change(
    as_owner: APIClient, as_member: APIClient, channel: Channel, ann: User
) -> None:
    asked = f"Ask {mention(ann)}, {mention(ann, 'the boss')}, about the crane"
    sent = post(as_owner, channel, asked).json()["data"]["id"]
    MessageTranslation.objects.update(state="ready", text=f"ถาม {mention(ann)} {mention(ann, 'the boss')} เรื่องปั้นจั่น")
    rename(ann)
    shown = newest(as_owner, channel)
    edited = as_owner.patch(f"{path_of(channel)}/{sent}", {"content": shown["original_content"]}).json()["data"]
    assert edited["edited_at"] is None
    corrected = newest(as_member, channel)["display_content"].replace("เรื่อง", "ถึง")
    answer = as_member.put(f"{path_of(channel)}/{sent}/translations/th", {"text": corrected})
    assert answer.status_code == 200, answer.json()
    assert newest(as_member, channel)["display_content"] == corrected


def test_a_page_with_many_mentions_takes_no_more_queries(
    as_owner: APIClient, workspace: Workspace, channel: Channel
) -> None:
    people = [member.user for member in MemberFactory.create_batch(10, workspace=workspace)]
    counts = []
    for users in (people[:1], people[1:]):
        for user in users:
            sent = post(as_owner, channel, f"@channel ask {mention(user)}").json()["data"]["id"]
            Reaction.objects.create(message=Message.objects.get(pk=sent), user=user, emoji="👍")
            Message.objects.filter(pk=sent).update(reaction_count=1)
        for path in (path_of(channel), f"/api/v1/conversations/{channel.pk}/events"):
            as_owner.get(path)
            with CaptureQueriesContext(connection) as seen:
                as_owner.get(path)
            counts.append(len(seen))
    assert counts[2] <= counts[0] and counts[3] <= counts[1]
