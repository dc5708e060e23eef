"""Searching with ``from:``, ``in:``, ``has:``, ``is:`` and dates, by relevance, and for files."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from files.tests.bombs import real_png
from messaging.models import Message
from messaging.tests.client import path_of
from workspaces.models import Channel, Workspace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("membership")]


def say(client: APIClient, channel: Channel, content: str, **body: Any) -> str:
    answer = client.post(path_of(channel), {"content": content, **body}, format="json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["data"]["id"])


def upload(client: APIClient, name: str, content: bytes = b"words") -> str:
    answer = client.post("/api/v1/files", {"file": SimpleUploadedFile(name, content)}, format="multipart")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["data"]["id"])


def ask(client: APIClient, workspace: Workspace, q: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/workspaces/{workspace.pk}/search", {"q": q, **query})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def texts(client: APIClient, workspace: Workspace, q: str, **query: Any) -> list[str]:
    return [row["original_content"] for row in ask(client, workspace, q, **query)["data"]]


@pytest.fixture
def told(as_owner: APIClient, as_member: APIClient, channel: Channel, workspace: Workspace) -> Channel:
    """Some messages of Olivia's and Mali's in two channels; the other one."""
    made = as_owner.post(f"/api/v1/workspaces/{workspace.pk}/channels", {"name": "Side talk"}).json()["data"]
    side = Channel.objects.get(pk=made["id"])
    first = say(as_owner, channel, "rocket one")
    say(as_member, channel, "rocket two see https://example.com")
    say(as_member, side, "rocket three", parent_message_id=say(as_owner, side, "rocket four"))
    say(as_owner, channel, "rocket five", attachment_ids=[upload(as_owner, "plan.txt")])
    say(as_owner, channel, "rocket six", attachment_ids=[upload(as_owner, "rocket.png", real_png(8))])
    assert as_member.put(f"{path_of(channel)}/{first}/pin").status_code < 300
    as_member.put(f"{path_of(channel)}/{first}/reactions/%F0%9F%91%8D")
    return side


@pytest.mark.parametrize("words", ["", "rocket "])
@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ("from:Mali", ["three", "two"]),
        ("from:me", ["six", "five", "four", "one"]),
        ("from:@olivia", ["six", "five", "four", "one"]),
        ("from:me from:Mali in:general", ["six", "five", "two", "one"]),
        ("from:Nobody", []),
        ('in:"Side talk"', ["three", "four"]),
        ("in:#side-talk", ["three", "four"]),
        ("in:elsewhere", []),
        ("has:file", ["six", "five"]),
        ("has:image", ["six"]),
        ("HAS:Link", ["two"]),
        ("has:reaction", ["one"]),
        ("is:pinned", ["one"]),
        ("is:thread", ["three", "four"]),
        ("after:2026", ["six", "five", "three", "four", "two", "one"]),
        ("before:2026-01-01", []),
        ("after:2027-01 has:file", []),
        ("has:file from:Mali", []),
    ],
)
def test_filters_narrow_what_words_find_and_stand_alone(
    as_owner: APIClient, workspace: Workspace, told: Channel, words: str, filters: str, numbers: list[str]
) -> None:
    found = [text.split()[1] for text in texts(as_owner, workspace, words + filters)]
    assert found == numbers


@pytest.mark.parametrize(
    "unclear",
    ["has:feathers", "is:blue", "before:tomorrow", "after:2026-13-01", "after:0001-01-01", "before:٢٠٢٦", 'has:""'],
)
def test_a_filter_that_says_nothing_is_named(
    as_owner: APIClient, workspace: Workspace, told: Channel, unclear: str
) -> None:
    answer = ask(as_owner, workspace, f"rocket {unclear}")
    assert (len(answer["data"]), answer["meta"]["ignored"]) == (6, [unclear])
    assert ask(as_owner, workspace, unclear)["data"] == []


def test_more_filters_than_ten_are_ignored(as_owner: APIClient, workspace: Workspace, told: Channel) -> None:
    answer = ask(as_owner, workspace, "rocket " + "from:me " * 10 + "has:image")
    assert (len(answer["data"]), answer["meta"]["ignored"]) == (4, ["has:image"])


def test_days_are_those_of_the_readers_zone(as_owner: APIClient, workspace: Workspace, channel: Channel) -> None:
    message = say(as_owner, channel, "rocket")
    created = Message.objects.get(pk=message).created_at
    day = f"{created:%Y-%m-%d}"
    assert texts(as_owner, workspace, f"rocket after:{day}") == ["rocket"]
    assert texts(as_owner, workspace, f"rocket before:{day}") == []
    far = "Pacific/Kiritimati" if created.hour >= 10 else "Pacific/Pago_Pago"
    assert len(texts(as_owner, workspace, f"rocket after:{day}", time_zone=far)) in (0, 1)
    path = f"/api/v1/workspaces/{workspace.pk}/search"
    for query in ({"time_zone": "Mars/Base"}, {"time_zone": "../etc"}, {"sort": "mood"}):
        assert as_owner.get(path, {"q": "rocket", **query}).status_code == 422


def test_filters_never_show_what_somebody_may_not_read(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, workspace: Workspace
) -> None:
    made = as_owner.post(
        f"/api/v1/workspaces/{workspace.pk}/channels", {"name": "Secret", "visibility": "private"}
    ).json()["data"]
    secret = Channel.objects.get(pk=made["id"])
    say(as_owner, secret, "rocket", attachment_ids=[upload(as_owner, "secret.txt")])
    for query in ("from:Olivia", "in:Secret", f"in:{secret.pk}", "has:file", "rocket has:file"):
        assert texts(as_member, workspace, query) == []
    assert as_member.get(f"/api/v1/workspaces/{workspace.pk}/files").json()["data"] == []
    assert as_outsider.get(f"/api/v1/workspaces/{workspace.pk}/search", {"q": "has:file"}).status_code == 404


def test_relevance_puts_what_people_cared_about_first(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, channel: Channel
) -> None:
    cared = say(as_owner, channel, "rocket rocket rocket")
    for client in (as_owner, as_member):
        client.put(f"{path_of(channel)}/{cared}/reactions/%F0%9F%91%8D")
    for number in range(3):
        say(as_owner, channel, f"a rocket {number}")
    assert texts(as_owner, workspace, "rocket")[-1] == "rocket rocket rocket"
    answer = ask(as_owner, workspace, "rocket", sort="relevance", limit=2)
    assert answer["data"][0]["original_content"] == "rocket rocket rocket"
    assert (len(answer["data"]), answer["meta"]["has_more"]) == (2, False)


def test_a_filter_alone_goes_on_before_the_last_message(
    as_owner: APIClient, workspace: Workspace, channel: Channel
) -> None:
    for number in range(5):
        say(as_owner, channel, f"m{number}")
    page = ask(as_owner, workspace, "from:me", limit=2)
    assert [row["original_content"] for row in page["data"]] == ["m4", "m3"]
    rest = ask(as_owner, workspace, "from:me", limit=3, before=page["meta"]["next_before"])
    assert [row["original_content"] for row in rest["data"]] == ["m2", "m1", "m0"]
    assert rest["meta"]["next_before"] is None


def test_files_of_a_conversation_are_listed_by_kind_and_name(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, channel: Channel, told: Channel, owner: User
) -> None:
    path, everywhere = path_of(channel).replace("/messages", "/files"), f"/api/v1/workspaces/{workspace.pk}/files"

    def names(address: str, **query: Any) -> list[str]:
        return [row["client_name"] for row in as_member.get(address, query).json()["data"]]

    say(as_owner, told, "both", attachment_ids=[upload(as_owner, "a.png", real_png(8)), upload(as_owner, "b.csv")])
    assert names(path) == ["rocket.png", "plan.txt"]
    assert names(everywhere) == ["a.png", "b.csv", "rocket.png", "plan.txt"]
    assert names(everywhere, kind="image") == ["a.png", "rocket.png"]
    assert names(everywhere, kind="other") == ["b.csv", "plan.txt"]
    assert names(everywhere, q="B.C") == ["b.csv"]
    first = as_member.get(everywhere, {"limit": 1}).json()
    assert [row["client_name"] for row in first["data"]] == ["a.png", "b.csv"]
    assert (first["data"][0]["sender"]["id"], first["data"][0]["channel_id"]) == (owner.pk, told.pk)
    assert names(everywhere, before=first["meta"]["next_before"]) == ["rocket.png", "plan.txt"]
    for query in ({"kind": "odd"}, {"before": "odd"}, {"before": first["data"][0]["message_id"]}):
        assert as_member.get(path, query).status_code == 422
    message = first["data"][0]["message_id"]
    assert as_owner.delete(f"{path_of(told)}/{message}").status_code == 204
    assert names(everywhere) == ["rocket.png", "plan.txt"]


def test_files_and_filters_cost_the_same_for_one_and_many(
    as_owner: APIClient, workspace: Workspace, channel: Channel
) -> None:
    addresses = [
        path_of(channel).replace("/messages", "/files"),
        f"/api/v1/workspaces/{workspace.pk}/search?q=has:file",
    ]
    counts: list[list[int]] = []
    for _ in range(2):
        for number in range(3):
            say(as_owner, channel, "file", attachment_ids=[upload(as_owner, f"{number}.txt")])
        few = []
        for address in addresses:
            as_owner.get(address)
            with CaptureQueriesContext(connection) as seen:
                as_owner.get(address)
            few.append(len(seen))
        counts.append(few)
    assert counts[0] == counts[1]
