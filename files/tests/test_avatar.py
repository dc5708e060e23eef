"""One's picture of oneself.

An upload that everybody may see, as long as it is the one.
"""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from files.models import File
from files.tests.samples import picture

pytestmark = pytest.mark.django_db
AVATAR = "/api/v1/me/avatar"


def use(client: APIClient, file: File) -> str:
    answer = client.put(AVATAR, {"file_id": file.pk}, format="json")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["avatar_url"])


def test_an_avatar_is_public_and_does_not_expire(sent: Callable[..., File], as_member: APIClient) -> None:
    url = use(as_member, sent("me.png", picture()))
    assert as_member.get("/api/v1/me").json()["avatar_url"] == url
    shown = APIClient().get(url[url.index("/api/") :])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert File.objects.get().expires_at is None


def test_a_new_avatar_replaces_the_previous_one(sent: Callable[..., File], as_member: APIClient) -> None:
    before = use(as_member, sent("a.png", picture()))
    after = use(as_member, sent("b.png", picture()))
    assert before != after
    assert APIClient().get(before[before.index("/api/") :]).status_code == 401
    assert as_member.delete(AVATAR).status_code == 204
    assert as_member.get("/api/v1/me").json()["avatar_url"] is None
    assert APIClient().get(after[after.index("/api/") :]).status_code == 401


def test_only_an_unclaimed_picture_of_the_caller_becomes_an_avatar(
    sent: Callable[..., File], as_member: APIClient, as_outsider: APIClient
) -> None:
    mine = sent("a.png", picture())
    refused = {"message": "The given data was invalid.", "errors": {"file_id": ["The selected picture is invalid."]}}
    text = sent("a.txt", b"words")
    use(as_member, mine)
    for client, file_id in (
        (as_outsider, mine.pk),
        (as_member, text.pk),
        (as_member, mine.pk),
        (as_member, "nonsense"),
    ):
        answer = client.put(AVATAR, {"file_id": file_id}, format="json", headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()) == (422, refused)
