"""Blocks tell nobody who has an account, and what they are called."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conftest import answers_until_limited, make_user, token_client
from messaging.models import Block
from workspaces.models import Channel, Member
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

BLOCKS = "/api/v1/me/blocks"
DIRECT = "/api/v1/direct-conversations"


def listed(client: APIClient) -> list[str]:
    return [row["name"] for row in client.get(BLOCKS).json()["data"]]


@pytest.mark.parametrize("method", ["put", "delete"])
def test_any_id_is_answered_in_the_same_way(as_outsider: APIClient, outsider: User, owner: User, method: str) -> None:
    gone = make_user("Gone", is_active=False)
    for user_id in (owner.pk, gone.pk, outsider.pk, 99999, 2**62, 0):
        answer = getattr(as_outsider, method)(f"{BLOCKS}/{user_id}")
        assert (answer.status_code, answer.content) == (204, b""), user_id


def test_a_stranger_who_is_blocked_stays_nameless(
    as_outsider: APIClient, as_owner: APIClient, owner: User, outsider: User
) -> None:
    assert as_outsider.put(f"{BLOCKS}/{owner.pk}").status_code == 204
    answer = as_outsider.get(BLOCKS)
    assert (answer.json()["data"], answer.json()["meta"]["total"]) == ([], 0)
    assert "Olivia" not in answer.content.decode()
    # It is a block all the same, and has a name when the two know each other.
    conversation = as_owner.post(DIRECT, {"participant_user_id": outsider.pk}).json()["data"]
    said = as_owner.post(f"{DIRECT}/{conversation['id']}/messages", {"content": "hello"})
    assert (said.status_code, said.json()["errors"]["code"]) == (403, ["blocked"])
    assert listed(as_outsider) == ["Olivia"]


def test_members_of_the_same_workspace_and_partners_of_conversations_have_names(
    as_member: APIClient, as_outsider: APIClient, owner: User, member_user: User, channel: Channel
) -> None:
    as_outsider.post(DIRECT, {"participant_user_id": member_user.pk})
    for client in (as_member, as_outsider):
        for user in User.objects.all():
            client.put(f"{BLOCKS}/{user.pk}")
    assert sorted(listed(as_member)) == ["Olivia", "Otto"]
    assert listed(as_outsider) == ["Mali"]


def test_a_name_is_gone_with_the_last_place_that_both_were_in(
    as_member: APIClient, owner: User, membership: Member, workspace: object
) -> None:
    as_member.put(f"{BLOCKS}/{owner.pk}")
    assert listed(as_member) == ["Olivia"]
    assert as_member.post(f"/api/v1/workspaces/{membership.workspace_id}/leave").status_code == 200
    assert listed(as_member) == []
    assert as_member.delete(f"{BLOCKS}/{owner.pk}").status_code == 204
    assert not Block.objects.exists()


def test_blocking_strangers_is_limited_over_all_tokens_together_with_finding_and_opening(outsider: User) -> None:
    clients = [token_client(outsider) for _ in range(3)]
    strangers = [make_user(f"Stranger {number}") for number in range(5)]
    for number, user in enumerate(strangers):
        assert clients[number % 3].post(DIRECT, {"participant_user_id": user.pk}).status_code == 201
    ids = iter(range(10_000, 10_100))
    answers_until_limited(lambda: clients[0].put(f"{BLOCKS}/{next(ids)}").status_code, 25)
    for client in clients:
        assert client.put(f"{BLOCKS}/20000").status_code == 429
        assert client.post("/api/v1/direct-recipients/resolve", {"email": "a@example.com"}).status_code == 429
    # Whom they know they may block at any time.
    assert clients[1].put(f"{BLOCKS}/{strangers[0].pk}").status_code == 204


def test_blocking_fellow_members_is_no_search_for_people(as_member: APIClient, channel: Channel) -> None:
    fellows = MemberFactory.create_batch(35, workspace=channel.workspace)
    statuses = {as_member.put(f"{BLOCKS}/{fellow.user_id}").status_code for fellow in fellows}
    assert statuses == {204}
