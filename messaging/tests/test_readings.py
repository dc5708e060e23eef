"""Messages in a language that somebody reads anyway are never translated for them."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import MessageTranslation
from messaging.tests.client import path_of, post
from messaging.tests.pushing import Told
from messaging.tests.pushing import post as post_and_commit
from workspaces.models import Channel, Member
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

THANKS = "Thank you very much"
THANKS_IN_THAI = "ขอบคุณมากค่ะ"


def also_reads(client: APIClient, *codes: str) -> None:
    response = client.patch("/api/v1/me", {"also_reads": codes}, format="json")
    assert response.json()["also_reads"] == list(codes)


def languages_of(client: APIClient, channel: Channel, text: str) -> set[str]:
    """Return the languages into which a new message is translated."""
    message = post(client, channel, text).json()["data"]["id"]
    return set(MessageTranslation.objects.filter(message=message).values_list("language", flat=True))


def newest(client: APIClient, channel: Channel, query: str = "") -> tuple[str, str]:
    message = client.get(f"{path_of(channel)}{query}").json()["data"][0]
    return message["display_source"], message["display_language"]


def test_nobody_is_asked_for_a_translation_that_no_reader_needs(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    assert languages_of(as_owner, channel, "The crane has stopped") == {"th"}
    also_reads(as_member, "en", "ja")
    assert languages_of(as_owner, channel, "The crane has stopped") == set()
    # One more reader of Thai, who reads another further language, needs it.
    MemberFactory(workspace=channel.workspace, user__preferred_language="th", user__also_reads="ja")
    assert languages_of(as_owner, channel, "The crane has stopped") == {"th"}
    assert languages_of(as_owner, channel, "クレーンが止まりました") == {"en"}


def test_those_who_join_or_leave_a_restricted_channel_count_by_all_that_they_read(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    also_reads(as_member, "en")
    url = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    private = as_owner.post(url, {"name": "Board", "visibility": "private"}, format="json").json()["data"]["id"]
    board = Channel.objects.get(pk=private)
    assert languages_of(as_owner, board, "クレーンが止まりました") == {"en"}
    as_owner.post(f"{url}/{private}/members", {"member_id": membership.pk}, format="json")
    assert languages_of(as_owner, board, "クレーンが止まりました") == {"en", "th"}
    assert languages_of(as_owner, board, "The crane has stopped") == set()


def test_pages_show_the_original_unless_a_language_is_asked_for(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    post(as_owner, channel, THANKS)
    assert newest(as_member, channel) == ("translation", "th")
    also_reads(as_member, "en")
    assert newest(as_member, channel) == ("original", "en")
    assert newest(as_member, channel, "?language=th") == ("translation", "th")
    # What is written now is not translated for anybody; asking for Thai requests it.
    post(as_owner, channel, THANKS)
    assert newest(as_member, channel) == ("original", "en")
    assert newest(as_member, channel, "?language=th") == ("translation", "th")


def read_in(client: APIClient, channel: Channel, language: str | None) -> None:
    url = f"/api/v1/workspaces/{channel.workspace_id}/channels/{channel.pk}/language"
    answer = client.put(url, {"language": language}, format="json")
    assert answer.json()["data"]["reading_language"] == language


def test_a_channel_may_be_read_in_a_language_of_its_own(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    read_in(as_member, channel, "ja")
    assert languages_of(as_owner, channel, THANKS) == {"ja"}
    assert newest(as_member, channel) == ("translation", "ja")
    also_reads(as_member, "en")
    assert newest(as_member, channel) == ("original", "en")
    assert languages_of(as_owner, channel, "The crane has stopped") == set()
    read_in(as_member, channel, None)
    also_reads(as_member)
    assert languages_of(as_owner, channel, THANKS) == {"th"}
    assert newest(as_member, channel) == ("translation", "th")


def test_a_language_chosen_for_a_channel_ends_with_the_right_to_read_it(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, channel: Channel, membership: Member
) -> None:
    url = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    private = as_owner.post(url, {"name": "Board", "visibility": "private"}, format="json").json()["data"]["id"]
    board = Channel.objects.get(pk=private)
    assert as_member.put(f"{url}/{private}/language", {"language": "ja"}, format="json").status_code == 404
    assert as_outsider.put(f"{url}/{channel.pk}/language", {"language": "ja"}, format="json").status_code == 404
    as_owner.post(f"{url}/{private}/members", {"member_id": membership.pk}, format="json")
    read_in(as_member, board, "ja")
    assert languages_of(as_owner, board, THANKS) == {"ja"}
    as_member.post(f"{url}/{private}/leave")
    assert languages_of(as_owner, board, THANKS) == set()
    for wrong in ({}, {"language": "xx"}, {"language": ["ja"]}):
        assert as_member.put(f"{url}/{channel.pk}/language", wrong, format="json").status_code == 422


@pytest.mark.usefixtures("expo", "phones")
def test_pushes_follow_a_channels_language(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, membership: Member, told: Told
) -> None:
    read_in(as_member, channel, "ja")
    post_and_commit(as_owner, channel, f"@[Mali](user:{member_user.pk}) Thank you very much")
    assert ["ありがとう" in body["body"] for body in told()] == [True]


def test_direct_conversations_follow_the_account(
    as_owner: APIClient, as_member: APIClient, member_user: User, membership: Member
) -> None:
    also_reads(as_member, "en")
    opened = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}, format="json")
    url = f"/api/v1/direct-conversations/{opened.json()['data']['id']}/messages"
    sent = as_owner.post(url, {"content": THANKS}, format="json").json()["data"]
    assert sent["translation_status"] == "not_needed"
    [received] = as_member.get(url).json()["data"]
    assert (received["display_content"], received["display_source"]) == (THANKS, "original")


@pytest.mark.usefixtures("expo", "phones")
def test_pushes_show_the_original(
    as_owner: APIClient, as_member: APIClient, channel: Channel, member_user: User, told: Told
) -> None:
    also_reads(as_member, "en")
    MemberFactory(workspace=channel.workspace, user__preferred_language="th")
    message = post_and_commit(as_owner, channel, f"@[Mali](user:{member_user.pk}) Thank you very much")
    assert message.translations.get().state == "ready"
    assert [body["body"] for body in told()] == ["@Mali Thank you very much"]


def test_only_our_languages_can_be_named(as_member: APIClient) -> None:
    for wrong in (["xx"], "en", [["en"]], ["en"] * 9):
        assert as_member.patch("/api/v1/me", {"also_reads": wrong}, format="json").status_code == 422
    assert as_member.patch("/api/v1/me", {"also_reads": ["ja", "en", "ja"]}, format="json").json()["also_reads"] == [
        "en",
        "ja",
    ]


def test_members_are_listed_with_what_they_read(
    as_owner: APIClient, as_member: APIClient, channel: Channel, membership: Member
) -> None:
    also_reads(as_member, "en")
    members = as_owner.get(f"/api/v1/workspaces/{channel.workspace_id}/members").json()["data"]
    reading = {member["user"]["name"]: (member["language"], member["also_reads"]) for member in members}
    assert reading == {"Olivia": ("en", []), "Mali": ("th", ["en"])}
