"""Messages are edited and deleted by those who may, and nothing of the old text is left anywhere."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message, MessageRevision, MessageTranslation, Report
from messaging.tests.client import hook, last_event, make_webhook, path_of, post
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(as_member: APIClient, channel: Channel) -> str:
    """Mali's words."""
    return f"{path_of(channel)}/{post(as_member, channel, 'The crane is broken again').json()['data']['id']}"


def test_an_edit_changes_the_words_and_says_so(as_member: APIClient, channel: Channel, message: str) -> None:
    answer = as_member.patch(message, {"content": "The crane is fine"})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["original_content"], data["seq"], bool(data["edited_at"])) == ("The crane is fine", 1, True)
    assert last_event(channel) == ("message.updated", {"message_id": data["id"]})


def test_moderators_see_what_was_said_before(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, message: str
) -> None:
    for text in ("The crane is fine", "The crane is new"):
        as_member.patch(message, {"content": text})
    history = as_owner.get(f"{message}/revisions").json()
    told = [(row["revision"], row["content"]) for row in history["data"]]
    assert told == [(2, "The crane is fine"), (1, "The crane is broken again")]
    assert history["meta"]["total"] == 2
    assert as_member.get(f"{message}/revisions").json() == history
    assert as_outsider.get(f"{message}/revisions").status_code == 404


def test_the_same_words_are_no_edit(as_member: APIClient, channel: Channel, message: str) -> None:
    assert as_member.patch(message, {"content": " The crane is broken again\n"}).json()["data"]["edited_at"] is None
    assert not MessageRevision.objects.exists()
    assert last_event(channel)[0] == "message.created"


def test_an_edit_is_owed_anew_in_every_language(as_member: APIClient, message: str) -> None:
    MessageTranslation.objects.update(state="ready", text="old")
    assert as_member.patch(message, {"content": "The crane is fine"}).json()["data"]["translation_status"] == "pending"
    assert list(MessageTranslation.objects.values_list("state", "text", "revision")) == [("pending", "", 2)]


def test_an_edit_resolves_mentions_anew(
    as_member: APIClient, channel: Channel, message: str, owner: User, outsider: User
) -> None:
    text = f"@[Olivia](user:{owner.pk}) and @[Otto](user:{outsider.pk}) and @channel"
    mentions = as_member.patch(message, {"content": text}).json()["data"]["mentions"]
    assert mentions == [
        {"kind": "user", "id": owner.pk, "name": "Olivia"},
        {"kind": "channel", "id": channel.pk, "name": "general"},
    ]


@pytest.mark.parametrize(
    "text", ["@channel会议现在开始", "大家好@channel 开会", "みなさん@channel会議です", "@channelประชุม"]
)
def test_everybody_is_called_in_languages_without_spaces(as_member: APIClient, message: str, text: str) -> None:
    mentions = as_member.patch(message, {"content": text}).json()["data"]["mentions"]
    assert [one["kind"] for one in mentions] == ["channel"]


@pytest.mark.parametrize("text", ["mail me@channel.example", "@channels", "@@channel", "@[](user:{owner})"])
def test_what_only_looks_like_a_call_calls_nobody(as_member: APIClient, message: str, owner: User, text: str) -> None:
    answer = as_member.patch(message, {"content": text.format(owner=owner.pk)})
    assert answer.json()["data"]["mentions"] == []


QUIET = ["```\n{}\n```", "`{}`", "> {}", "\\{}", "[{}](https://a.example/x)", "https://a.example/{}", "~~~\n{}\n~~~"]


@pytest.mark.parametrize("kind", ["text", "markdown"])
@pytest.mark.parametrize("form", QUIET)
def test_code_quotations_escapes_and_links_call_nobody(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str, owner: User, form: str, kind: str
) -> None:
    webhook = make_webhook(as_owner, channel, default_channel_id=channel.pk)
    for call in ("@channel", "@here", f"@[Olivia](user:{owner.pk})"):
        text = form.format(call)
        for answer in (
            post(as_member, channel, text, type=kind),
            as_member.patch(message, {"content": text}),
            hook(webhook, {"text": text}),
        ):
            assert answer.json()["data"]["mentions"] == [], text
    assert len(as_member.patch(message, {"content": f"{text}\n\n@channel {call}"}).json()["data"]["mentions"]) == 2


def test_nobody_edits_anothers_words(as_owner: APIClient, as_outsider: APIClient, message: str) -> None:
    assert as_owner.patch(message, {"content": "mine"}).status_code == 403
    assert as_outsider.patch(message, {"content": "mine"}).status_code == 404
    assert Message.objects.get().content == "The crane is broken again"


@pytest.mark.parametrize("content", ["", " \n", "x" * 8001, None, 7])
def test_a_careless_edit_is_refused(as_member: APIClient, message: str, content: Any) -> None:
    answer = as_member.patch(message, {"content": content})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["content"])


def test_a_deleted_message_is_a_stub(as_member: APIClient, as_owner: APIClient, channel: Channel, message: str) -> None:
    as_owner.put(f"{message}/reactions/👍")
    as_owner.put(f"{message}/pin")
    as_member.patch(message, {"content": "secret words"})
    assert as_member.delete(message).status_code == 204
    data = as_owner.get(message).json()["data"]
    assert (data["original_content"], data["display_content"], data["mentions"], data["reactions"]) == (
        None, None, [], [],
    )  # fmt: skip
    assert data["deleted_at"] and data["seq"] == 1
    assert last_event(channel) == ("message.deleted", {"message_id": data["id"]})
    assert not MessageRevision.objects.exists()
    assert not MessageTranslation.objects.exists()
    assert as_owner.get(f"{path_of(channel).removesuffix('messages')}pins").json()["data"] == []


def test_a_deleted_message_takes_nothing_more(as_member: APIClient, as_owner: APIClient, message: str) -> None:
    as_member.delete(message)
    assert as_member.delete(message).status_code == 204
    for answer in (
        as_member.patch(message, {"content": "x"}),
        as_owner.put(f"{message}/reactions/👍"),
        as_owner.put(f"{message}/pin"),
    ):
        assert (answer.status_code, answer.json()["errors"]["code"]) == (409, ["message_deleted"])


def test_moderators_delete_and_other_members_do_not(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, channel: Channel, message: str
) -> None:
    own = post(as_owner, channel, "mine").json()["data"]["id"]
    assert as_member.delete(f"{path_of(channel)}/{own}").status_code == 403
    assert as_outsider.delete(message).status_code == 404
    assert as_owner.delete(message).status_code == 204


def test_a_deleted_reply_no_longer_counts(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    parent = post(as_owner, channel).json()["data"]["id"]
    reply = post(as_member, channel, "answer", parent_message_id=parent).json()["data"]["id"]
    as_member.delete(f"{path_of(channel)}/{reply}")
    assert as_owner.get(f"{path_of(channel)}/{parent}").json()["data"]["reply_count"] == 0


def test_nobody_replies_to_what_is_gone_or_elsewhere(as_owner: APIClient, channel: Channel) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    second = as_owner.post(base, {"name": "Second"}).json()["data"]["id"]
    elsewhere = as_owner.post(f"{base}/{second}/messages", {"content": "x"}).json()["data"]["id"]
    gone = post(as_owner, channel).json()["data"]["id"]
    as_owner.delete(f"{path_of(channel)}/{gone}")
    for parent in (elsewhere, gone):
        answer = post(as_owner, channel, "answer", parent_message_id=parent)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["parent_message_id"])
    assert as_owner.get(f"{path_of(channel)}/{elsewhere}").status_code == 404


def test_an_archived_channel_is_only_read(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str
) -> None:
    as_owner.delete(path_of(channel).removesuffix("/messages"))
    for answer in (
        post(as_owner, channel),
        as_member.patch(message, {"content": "x"}),
        as_owner.put(f"{message}/reactions/👍"),
        as_owner.put(f"{message}/pin"),
    ):
        assert (answer.status_code, answer.json()["errors"]["code"]) == (409, ["channel_archived"])
    assert as_owner.get(message).status_code == 200


def test_a_report_is_told_once(as_owner: APIClient, as_outsider: APIClient, message: str) -> None:
    assert as_owner.post(f"{message}/report", {"reason": "rude"}).status_code == 201
    assert as_owner.post(f"{message}/report", {"reason": "still rude"}).status_code == 200
    assert Report.objects.get().reason == "rude"
    for reason in ("", None, "x" * 1001, 7):
        assert as_owner.post(f"{message}/report", {"reason": reason}).status_code == 422
    assert as_outsider.post(f"{message}/report", {"reason": "x"}).status_code == 404
