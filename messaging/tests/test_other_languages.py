"""A message in a language that we lack is shown as it was written, to everybody, and no engine is asked for it."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from devices.tests.servers import Provider
from messaging import account_lifecycle
from messaging.models import MessageTranslation
from messaging.tests.client import NEWS, found, newest, path_of, post
from messaging.tests.pushing import Told
from messaging.translations.worker import translate_pending
from translation.tests import servers
from workspaces.models import Channel, Workspace

pytestmark = pytest.mark.django_db

KOREAN = "오늘 회의는 몇 시예요?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (KOREAN, "ko"),
        ("Когда будет готов отчёт за месяц?", "ru"),
        ("Je ne comprends pas cette erreur, désolé", "fr"),
        ("Der Server ist schon wieder abgestürzt", "de"),
        ("Máy chủ lại bị lỗi rồi", "vi"),
        ("متى يبدأ الاجتماع غدا؟", "ar"),
        ("ދިވެހި ބަސް", "und"),
    ],
)
def test_it_says_which_language_it_seems_to_be_and_needs_no_translation(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service, text: str, language: str
) -> None:
    message = post(as_owner, channel, text).json()["data"]
    assert (message["original_language"], message["translation_status"]) == (language, "not_needed")
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["display_language"], seen["display_source"]) == (text, language, "original")
    # Nor is it requested by its readers, in whatever language.
    assert newest(as_member, channel, "&language=ja")["display_content"] == text
    assert as_member.get(f"{path_of(channel)}/{message['id']}").json()["data"]["translation_status"] == "not_needed"
    assert not MessageTranslation.objects.exists()
    assert translate_pending() == 0
    assert engine.requests == []


def test_words_of_its_author_and_of_readers_are_shown(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    body = {"content": KOREAN, "translations": {"th": "วันนี้ประชุมกี่โมง"}}
    message = as_owner.post(path_of(channel), body, format="json").json()["data"]
    assert message["translation_status"] == "completed"
    assert newest(as_member, channel)["display_content"] == "วันนี้ประชุมกี่โมง"

    again = post(as_owner, channel, "회의실을 예약했어요").json()["data"]
    path = f"{path_of(channel)}/{again['id']}/translations/th"
    assert as_member.put(path, {"text": "จองห้องประชุมแล้ว"}, format="json").status_code == 200
    seen = newest(as_member, channel)
    assert (seen["display_content"], seen["display_source"]) == ("จองห้องประชุมแล้ว", "translation")


def test_edits_change_the_language(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message = post(as_owner, channel, KOREAN).json()["data"]
    path = f"{path_of(channel)}/{message['id']}"
    edited = as_owner.patch(path, {"content": NEWS}, format="json").json()["data"]
    assert (edited["original_language"], edited["translation_status"]) == ("en", "pending")
    assert translate_pending() == 1
    assert newest(as_member, channel)["display_content"] == servers.said("th", NEWS)
    assert as_owner.patch(path, {"content": KOREAN}, format="json").json()["data"]["translation_status"] == "not_needed"
    # "ok" is no Korean: the author's language.
    assert as_owner.patch(path, {"content": "ok"}, format="json").json()["data"]["original_language"] == "en"


def test_it_is_found_and_previewed(as_owner: APIClient, channel: Channel, workspace: Workspace) -> None:
    post(as_owner, channel, KOREAN)
    assert found(as_owner, workspace, "회의") == [KOREAN]
    preview = as_owner.post(f"/api/v1/workspaces/{workspace.pk}/translate", {"text": KOREAN, "target": "en"})
    assert preview.status_code == 200
    assert (preview.json()["data"]["source"], preview.json()["data"]["state"]) == ("ko", "skipped")


def test_a_push_has_it_as_it_was_written_at_once(
    as_owner: APIClient, channel: Channel, phones: None, expo: Provider, told: Told, settings: Settings
) -> None:
    settings.PUSH_WORDS_SECONDS = 60  # type: ignore[attr-defined]
    post(as_owner, channel, f"@channel {KOREAN}")
    assert [one["body"] for one in told()] == [f"@channel {KOREAN}"]


def test_an_export_names_its_language(as_owner: APIClient, owner: User, channel: Channel) -> None:
    post(as_owner, channel, KOREAN)
    buffer, exporter = BytesIO(), next(one for one in account_lifecycle.EXPORTERS if one.name == "messages")
    with ZipFile(buffer, "w") as archive:
        exporter.write(owner, archive, lambda count: None)
    with ZipFile(buffer) as archive:
        (line,) = archive.read("messages.jsonl").decode().splitlines()
    assert (json.loads(line)["language"], json.loads(line)["content"]) == ("ko", KOREAN)
