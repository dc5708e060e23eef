"""A person's export has everything that the service stores about them, and nothing of others that they may not read."""

import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Field
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import lifecycle, tasks
from accounts.actions import export
from accounts.models import AccountExport, Guest, User
from conftest import make_user, token_client
from rooms.actions import create_room
from rosetta.tests.cast import Cast
from workspaces import actions
from workspaces.models import Channel, Member, Workspace
from workspaces.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

API = "/api/v1"
PEOPLE = (User, Guest)
OWN_APPS = ("accounts", "devices", "files", "messaging", "rooms", "translation", "workspaces")


def covered() -> set[str]:
    return {*export.COVERED, *(name for exporter in lifecycle.EXPORTERS for name in exporter.covers)}


def model_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def points_to_a_person(field: Any) -> bool:
    if field.is_relation:
        return field.related_model in PEOPLE and not field.auto_created
    return field.name in ("user_id", "guest_id", "owner_id", "email")


def personal_names() -> Iterator[str]:
    """Each column that points to a person, and each model that belongs to rows which are exported."""
    exported = {model_of(name) for name in covered()}
    for model in apps.get_models():
        label = model._meta.label
        columns = [
            field for field in model._meta.get_fields() if isinstance(field, Field) and points_to_a_person(field)
        ]
        if model is not User:
            yield from (f"{label}.{field.name}" for field in columns)
        owners = {field.related_model._meta.label for field in model._meta.fields if field.related_model}
        if model._meta.app_label in OWN_APPS and not columns and owners & (exported - {"accounts.User"}):
            yield label


def test_whatever_belongs_to_a_person_is_exported_or_left_out_for_a_reason() -> None:
    known = covered() | set(lifecycle.NOT_EXPORTED)
    models_known = {name for name in known if name.count(".") == 1}
    unknown = [name for name in personal_names() if name not in known and model_of(name) not in models_known]
    assert unknown == [], "export these, or add them to NOT_EXPORTED with the reason"


def test_nothing_is_named_that_does_not_exist_or_is_named_twice() -> None:
    assert covered() & set(lifecycle.NOT_EXPORTED) == set()
    for name in covered() | set(lifecycle.NOT_EXPORTED):
        app, model, *field = name.split(".")
        columns = {one.name for one in apps.get_model(app, model)._meta.get_fields()}
        assert columns >= set(field), name
    assert all(len(reason) > 10 or reason == "never written" for reason in lifecycle.NOT_EXPORTED.values())


def exported(user: User) -> dict[str, Any]:
    """The files of a new export of ``user`` by name.

    A list of the objects of those with one a line.
    """
    token_client(user).post(f"{API}/me/export")
    tasks.make_export(AccountExport.objects.get(user=user, state="pending").pk)
    with default_storage.open(AccountExport.objects.get(user=user, state="ready").file) as file:
        archive = ZipFile(io.BytesIO(file.read()))
    read = {}
    for name in archive.namelist():
        raw = archive.read(name)
        if name.endswith(".jsonl"):
            read[name] = [json.loads(line) for line in raw.decode().splitlines()]
        else:
            read[name] = json.loads(raw) if name == "account.json" else raw
    return read


def call(client: APIClient, method: str, path: str, body: Any = None) -> Any:
    answer = getattr(client, method)(f"{API}/{path}", body)
    assert answer.status_code < 300, answer.content
    return answer.json().get("data") if answer.content else None


def base_of(channel: Channel) -> str:
    return f"workspaces/{channel.workspace_id}/channels/{channel.pk}/messages"


@pytest.fixture
def mali(membership: Member) -> User:
    return membership.user


@pytest.fixture
def general(workspace: Workspace) -> Channel:
    return Channel.objects.get(workspace=workspace)


def test_an_export_has_what_somebody_wrote_made_chose_and_did(
    mali: User, owner: User, as_member: APIClient, as_owner: APIClient, general: Channel, membership: Member
) -> None:
    question = call(as_owner, "post", base_of(general), {"content": "When does the harbour open?"})
    upload = {"file": SimpleUploadedFile("map.txt", b"here")}
    file_id = as_member.post(f"{API}/files", upload, format="multipart").json()["data"]["id"]
    said = {"content": "At dawm", "parent_message_id": question["id"], "attachment_ids": [file_id]}
    variants = {"ja": "夜明けに"}
    answer = call(as_member, "post", base_of(general), said)
    call(as_member, "patch", f"{base_of(general)}/{answer['id']}", {"content": "At dawn", "translations": variants})
    call(as_member, "put", f"{base_of(general)}/{question['id']}/reactions/👍")
    call(as_member, "put", f"me/blocks/{owner.pk}")
    call(as_member, "post", "devices", {"platform": "ios", "provider": "expo", "push_token": "ExponentPushToken[hush]"})
    call(as_member, "post", f"{base_of(general)}/{question['id']}/report", {"reason": "Not nice to harbours."})
    direct = call(as_member, "post", "direct-conversations", {"participant_user_id": owner.pk})
    read = exported(mali)

    account = read["account.json"]
    assert (account["format"], account["account"]["email"]) == (1, mali.email)
    assert account["tokens"] and "made_at" in account
    (line,) = read["messages.jsonl"]
    assert (line["id"], line["parent_message_id"], line["content"]) == (answer["id"], question["id"], "At dawn")
    assert line["attachments"] == [{"id": answer["attachments"][0]["id"], "file_id": file_id}]
    assert line["variants"] == variants
    assert [(one["revision"], one["content"]) for one in line["earlier"]] == [(1, "At dawm")]
    (file,) = read["files.jsonl"]
    assert (file["id"], read[file["path"]]) == (file_id, b"here")
    (reaction,) = read["reactions.jsonl"]
    assert (reaction["message_id"], reaction["conversation_id"], reaction["emoji"]) == (
        question["id"],
        general.pk,
        "👍",
    )
    assert [one["user_id"] for one in read["blocks.jsonl"]] == [owner.pk]
    assert [one["platform"] for one in read["devices.jsonl"]] == ["ios"]
    assert [(one["message_id"], one["reason"]) for one in read["reports.jsonl"]] == [
        (question["id"], "Not nice to harbours.")
    ]
    (place,) = read["memberships.jsonl"]
    assert (place["id"], place["workspace"]["name"], place["role"]) == (membership.pk, "Acme", "member")
    told = {one["id"]: (one["kind"], one["name"], one["is_readable"]) for one in read["conversations.jsonl"]}
    assert told == {general.pk: ("channel", general.name, True), direct["id"]: ("direct", "Olivia", True)}


def test_an_export_has_what_an_owner_made(
    owner: User, as_owner: APIClient, workspace: Workspace, general: Channel
) -> None:
    base = f"workspaces/{workspace.pk}"
    invite = call(as_owner, "post", f"{base}/invites", {})
    webhook = call(as_owner, "post", f"{base}/webhooks", {"name": "CI", "default_channel_id": general.pk})
    hooked = {"url": "https://example.com/in", "event_types": ["*"]}
    subscription = call(as_owner, "post", f"{base}/webhook-subscriptions", hooked)
    call(as_owner, "put", f"{base}/channels/{general.pk}/notifications", {"level": "none"})
    room, _limits = create_room(owner=owner, name="Support")
    read = exported(owner)
    assert [one["id"] for one in read["invites.jsonl"]] == [invite["id"]]
    assert [one["name"] for one in read["webhooks.jsonl"]] == ["CI"]
    assert [one["url"] for one in read["webhook_subscriptions.jsonl"]] == ["https://example.com/in"]
    assert [one["level"] for one in read["conversation_preferences.jsonl"]] == ["none"]
    assert [(one["room_id"], one["name"]) for one in read["temporary_rooms.jsonl"]] == [(room.pk, "Support")]
    assert all(one["active_limit"] == 3 for one in read["temporary_room_limits.jsonl"])
    everything = json.dumps({name: part for name, part in read.items() if not isinstance(part, bytes)})
    for secret in (invite["token"], webhook["secret"], subscription["secret"]):
        assert secret not in everything


def test_what_somebody_may_no_longer_read_is_there_without_its_name(
    mali: User, owner: User, as_member: APIClient, as_owner: APIClient, workspace: Workspace, membership: Member
) -> None:
    owning = Member.objects.get(workspace=workspace, user=owner)
    private = actions.create_channel(member=owning, name="Secret", visibility="private")
    locked = actions.create_channel(member=owning, name="Locked", password="open sesame")
    gone = actions.create_channel(member=owning, name="Gone")
    seat = MemberFactory.create(user=mali)
    elsewhere = seat.workspace
    left = Channel.objects.get(workspace=elsewhere)
    for channel in (private, locked):
        call(as_owner, "post", f"workspaces/{workspace.pk}/channels/{channel.pk}/members", {"member_id": membership.pk})
    for channel in (private, locked, gone, left):
        call(as_member, "post", base_of(channel), {"content": f"mine in {channel.pk}"})
    for channel in (private, locked):
        call(as_owner, "delete", f"workspaces/{workspace.pk}/channels/{channel.pk}/members/{membership.pk}")
    call(as_member, "delete", f"workspaces/{elsewhere.pk}/members/{seat.pk}")
    call(as_owner, "delete", f"workspaces/{workspace.pk}/channels/{gone.pk}")
    private.refresh_from_db()
    read = exported(mali)
    told = {one["id"]: one for one in read["conversations.jsonl"]}
    for channel in (private, locked, left):
        shown = told[channel.pk]
        assert (shown["kind"], shown["is_readable"], shown["name"], shown["workspace"]) == (
            "channel",
            False,
            None,
            None,
        )
    assert gone.pk not in told or told[gone.pk]["name"] in (None, "Gone")
    words = {one["conversation_id"] for one in read["messages.jsonl"]}
    assert {private.pk, locked.pk, left.pk} <= words
    assert "Secret" not in json.dumps(read["joined_channels.jsonl"])


def test_the_other_person_of_a_direct_conversation_is_called_as_they_are_called_now(
    mali: User, as_member: APIClient, membership: Member
) -> None:
    gone = MemberFactory.create(workspace=membership.workspace, user=make_user("Gustav")).user
    call(as_member, "post", "direct-conversations", {"participant_user_id": gone.pk})
    User.objects.filter(pk=gone.pk).update(name="Deleted user")
    (direct,) = [one for one in exported(mali)["conversations.jsonl"] if one["kind"] == "direct"]
    assert (direct["name"], direct["with"]["id"]) == ("Deleted user", gone.pk)


def queries_of_an_export(user: User) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        exported(user)
    return sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_an_export_takes_as_many_queries_for_many_rows_as_for_few(
    mali: User, as_member: APIClient, general: Channel
) -> None:
    def say(times: int) -> None:
        for number in range(times):
            file = SimpleUploadedFile("a.txt", b"hi")
            file_id = as_member.post(f"{API}/files", {"file": file}, format="multipart").json()["data"]["id"]
            said = call(as_member, "post", base_of(general), {"content": f"{number}", "attachment_ids": [file_id]})
            call(as_member, "put", f"{base_of(general)}/{said['id']}/reactions/👍")
            other = make_user(f"Person {times} {number}")
            MemberFactory.create(workspace=general.workspace, user=other)
            call(as_member, "post", "direct-conversations", {"participant_user_id": other.pk})

    say(2)
    few = queries_of_an_export(mali)
    say(12)
    assert queries_of_an_export(mali) <= few + 1  # the second one looks for the first one's file


def test_nobody_elses_rows_are_in_an_export(cast: Cast) -> None:
    outsider = User.objects.get(name="Otto")
    read = exported(outsider)
    assert {name: lines for name, lines in read.items() if name.endswith(".jsonl") and lines} == {}
