"""People see how a message was translated, and correct it."""

import json
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conftest import make_user, token_client
from messaging.models import MessageTranslation
from messaging.tests.client import NEWS, newest, path_of, post
from messaging.translations.worker import TranslationRef, claim, store, translate_pending
from translation.service import Job, JobResult
from translation.tests import servers
from workspaces import actions
from workspaces.models import Channel, Event, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(as_owner: APIClient, channel: Channel, engine: servers.Service) -> str:
    """Olivia's words, which an engine put into Thai."""
    message_id = str(post(as_owner, channel, NEWS).json()["data"]["id"])
    translate_pending()
    return message_id


def corrected(client: APIClient, channel: Channel, message: str, language: str = "th", text: str = "ปั้นจั่น") -> Any:
    body = json.dumps({"text": text})
    path = f"{path_of(channel)}/{message}/translations/{language}"
    return client.generic("PUT", path, body, content_type="application/json")


def test_every_language_is_told_with_its_state_and_engine(as_owner: APIClient, channel: Channel, message: str) -> None:
    for path in (f"{path_of(channel)}/{message}/translations", f"/api/v1/messages/{message}/translations"):
        answer = as_owner.get(path).json()
        (row,) = answer["data"]
        assert row.pop("translated_at").endswith("+00:00")
        assert row == {
            "language": "th", "state": "ready", "text": servers.said("th", NEWS), "engine": "libretranslate",
            "confidence": 0.95,
            "is_corrected": False,
            "corrected_by": None, "reason": None, "attempts": 1, "retry_at": None,
        }  # fmt: skip
        assert answer["meta"]["total"] == 1


def test_a_failure_says_why_and_when_it_is_tried_again(
    as_owner: APIClient, channel: Channel, engine: servers.Service
) -> None:
    engine.handle = servers.always(500)
    message = post(as_owner, channel, NEWS).json()["data"]["id"]
    translate_pending()
    (row,) = as_owner.get(f"/api/v1/messages/{message}/translations").json()["data"]
    assert (row["state"], row["text"], row["reason"], row["translated_at"]) == ("failed", None, "engine_passing", None)
    assert row["retry_at"]


def test_a_member_corrects_the_language_that_it_reads(
    as_owner: APIClient, as_member: APIClient, member_user: User, channel: Channel, message: str
) -> None:
    answer = corrected(as_member, channel, message)
    assert answer.status_code == 200
    row = answer.json()["data"]
    assert (row["text"], row["engine"], row["is_corrected"]) == ("ปั้นจั่น", "human", True)
    assert row["corrected_by"] == {"id": member_user.pk, "name": "Mali", "avatar_url": None}
    assert newest(as_member, channel)["display_content"] == "ปั้นจั่น"
    event = Event.objects.filter(stream_id=channel.pk).latest("seq")
    assert (event.kind, event.data) == ("message.translated", {"message_id": message, "language": "th"})
    assert corrected(as_member, channel, message, "ja", "クレーン").status_code == 403
    by_its_id = as_member.put(f"/api/v1/messages/{message}/translations/th", {"text": "เครน"})
    assert (by_its_id.status_code, newest(as_member, channel)["display_content"]) == (200, "เครน")


def test_the_author_and_moderators_correct_any_language(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str
) -> None:
    assert corrected(as_owner, channel, message, "ja", "クレーン").status_code == 200
    mine = post(as_member, channel, NEWS).json()["data"]["id"]
    assert corrected(as_member, channel, mine, "ja", "クレーン").status_code == 200
    assert corrected(as_owner, channel, mine, "id", "Derek").status_code == 200


def test_a_correction_is_remembered_for_the_same_words(
    as_owner: APIClient, as_member: APIClient, channel: Channel, message: str
) -> None:
    corrected(as_member, channel, message)
    assert post(as_owner, channel, NEWS).json()["data"]["translation_status"] == "completed"
    seen = newest(as_member, channel)
    assert seen["display_content"] == "ปั้นจั่น"
    (row,) = as_member.get(f"/api/v1/messages/{seen['id']}/translations").json()["data"]
    assert (row["engine"], row["is_corrected"], row["corrected_by"]) == ("correction", True, None)


def test_a_translator_that_comes_late_does_not_undo_it(
    as_owner: APIClient, as_member: APIClient, channel: Channel, engine: servers.Service
) -> None:
    message = post(as_owner, channel, NEWS).json()["data"]["id"]
    (row,) = claim(limit=5)
    corrected(as_member, channel, message)
    job = Job(TranslationRef(row.pk, channel.pk, message, 1), channel.workspace_id, NEWS, "en", "th")
    store([JobResult(job, "ready", "machine", "libretranslate")])
    assert newest(as_member, channel)["display_content"] == "ปั้นจั่น"
    assert newest(as_member, channel)["translation_status"] == "completed"


def test_an_edit_ends_it(as_owner: APIClient, as_member: APIClient, channel: Channel, message: str) -> None:
    corrected(as_member, channel, message)
    as_owner.patch(f"{path_of(channel)}/{message}", {"content": "The harbour is closed."})
    assert newest(as_member, channel)["display_content"] == "The harbour is closed."
    row = MessageTranslation.objects.get()
    assert (row.state, row.corrected_by) == ("pending", None)


@pytest.mark.parametrize(
    ("language", "text", "status", "field"),
    [
        ("th", "", 422, "text"),
        ("th", "x" * 8001, 422, "text"),
        ("th", "\ud800", 422, "text"),
        ("th", None, 422, "text"),
        ("en", "The crane", 422, "language"),
        ("xx", "The crane", 404, None),
    ],
)
def test_a_careless_correction_is_refused(
    as_owner: APIClient, channel: Channel, message: str, language: str, text: Any, status: int, field: str | None
) -> None:
    answer = corrected(as_owner, channel, message, language, text)
    assert answer.status_code == status
    assert field is None or field in answer.json()["errors"]


def test_a_correction_keeps_mentions_and_links(
    as_owner: APIClient, channel: Channel, engine: servers.Service, owner: User
) -> None:
    text = f"Ask @[Olivia](user:{owner.pk}) about https://example.com/x today"
    message = post(as_owner, channel, text).json()["data"]["id"]
    assert list(corrected(as_owner, channel, message, "th", "ถามเธอวันนี้").json()["errors"]) == ["text"]
    kept = f"วันนี้ถาม @[Olivia](user:{owner.pk}) เรื่อง https://example.com/x"
    assert corrected(as_owner, channel, message, "th", kept).status_code == 200


def test_a_deleted_message_takes_no_correction(as_owner: APIClient, channel: Channel, message: str) -> None:
    as_owner.delete(f"{path_of(channel)}/{message}")
    answer = corrected(as_owner, channel, message)
    assert (answer.status_code, answer.json()["errors"]["code"]) == (409, ["message_deleted"])


def test_an_outsider_is_told_nothing(as_outsider: APIClient, channel: Channel, message: str) -> None:
    assert as_outsider.get(f"{path_of(channel)}/{message}/translations").status_code == 404
    assert as_outsider.get(f"/api/v1/messages/{message}/translations").status_code == 404
    assert corrected(as_outsider, channel, message).status_code == 404
    assert as_outsider.put(f"/api/v1/messages/{message}/translations/th", {"text": "ปั้นจั่น"}).status_code == 404
    assert APIClient().get(f"/api/v1/messages/{message}/translations").status_code == 401


def test_a_direct_message_is_corrected_by_the_two_alone(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, member_user: User, engine: servers.Service
) -> None:
    direct = as_owner.post("/api/v1/direct-conversations", {"participant_user_id": member_user.pk}).json()["data"]["id"]
    base = f"/api/v1/direct-conversations/{direct}/messages"
    message = as_owner.post(base, {"content": NEWS}).json()["data"]["id"]
    translate_pending()
    assert as_member.put(f"{base}/{message}/translations/th", {"text": "ปั้นจั่น"}).status_code == 200
    assert as_member.put(f"{base}/{message}/translations/ja", {"text": "クレーン"}).status_code == 403
    assert as_outsider.put(f"{base}/{message}/translations/ja", {"text": "クレーン"}).status_code == 404
    assert as_outsider.get(f"/api/v1/messages/{message}/translations").status_code == 404
    assert as_member.get(f"/api/v1/messages/{message}/translations").json()["data"][0]["text"] == "ปั้นจั่น"


# ── Preview ──


def previewed(client: APIClient, workspace: Workspace, **body: Any) -> Any:
    return client.post(f"/api/v1/workspaces/{workspace.pk}/translate", body)


def test_a_preview_shows_the_words_and_what_they_say(
    as_owner: APIClient, workspace: Workspace, engine: servers.Service
) -> None:
    answer = previewed(as_owner, workspace, text=NEWS, target="th")
    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "state": "ready", "source": "en", "target": "th", "text": servers.said("th", NEWS),
        "back_translation": servers.said("en", servers.said("th", NEWS)),
        "engine": "libretranslate", "reason": None,
    }  # fmt: skip
    assert "X-RateLimit-Limit" in answer


def test_a_preview_gives_up_in_time_and_blames_no_engine(
    as_owner: APIClient, workspace: Workspace, channel: Channel, engine: servers.Service, settings: Settings
) -> None:
    healthy = engine.handle
    engine.handle = lambda request: servers.Reply(body={}, wait=20)
    settings.TRANSLATION_PREVIEW_SECONDS = 0.3
    for _ in range(6):
        data = previewed(as_owner, workspace, text=NEWS, target="th").json()["data"]
        assert (data["state"], data["text"]) == ("failed", None)
    engine.handle = healthy
    post(as_owner, channel, NEWS)
    assert translate_pending() == 1
    assert MessageTranslation.objects.get().state == "ready"


def test_a_preview_of_nothing_to_translate_says_so(as_owner: APIClient, workspace: Workspace) -> None:
    data = previewed(as_owner, workspace, text="https://example.com", target="th").json()["data"]
    assert (data["state"], data["reason"]) == ("skipped", "nothing_to_translate")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": "th"}, "text"),
        ({"text": "", "target": "th"}, "text"),
        ({"text": "x" * 8001, "target": "th"}, "text"),
        ({"text": "hi"}, "target"),
        ({"text": "hi", "target": "xx"}, "target"),
        ({"text": "hi", "target": "th", "source": "xx"}, "source"),
    ],
)
def test_a_careless_preview_is_refused(as_owner: APIClient, workspace: Workspace, body: Any, field: str) -> None:
    answer = previewed(as_owner, workspace, **body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_an_outsider_previews_nothing(as_outsider: APIClient, workspace: Workspace) -> None:
    assert previewed(as_outsider, workspace, text="hi", target="th").status_code == 404


# ── Glossary ──


def glossary(workspace: Workspace, rest: str = "") -> str:
    return f"/api/v1/workspaces/{workspace.pk}/glossary{rest}"


def test_a_term_is_added_used_changed_and_removed(
    as_owner: APIClient, as_member: APIClient, workspace: Workspace, channel: Channel, engine: servers.Service
) -> None:
    term = as_owner.post(glossary(workspace), {"term": "harbour crane", "rendering": "ปั้นจั่น", "target": "th"})
    assert term.status_code == 201
    row = term.json()["data"]
    assert (row["term"], row["rendering"], row["source"], row["target"], row["case_sensitive"]) == (
        "harbour crane", "ปั้นจั่น", "", "th", False,
    )  # fmt: skip
    post(as_owner, channel, NEWS)
    translate_pending()
    assert "ปั้นจั่น" in newest(as_member, channel)["display_content"]
    changed = as_owner.patch(glossary(workspace, f"/{row['id']}"), {"rendering": ""}).json()["data"]
    assert (changed["term"], changed["rendering"]) == ("harbour crane", "")
    assert as_member.get(glossary(workspace)).json()["data"] == [changed]
    assert as_member.get(glossary(workspace, "?q=CRANE")).json()["meta"]["total"] == 1
    assert as_member.get(glossary(workspace, "?q=ship")).json()["meta"]["total"] == 0
    assert as_owner.delete(glossary(workspace, f"/{row['id']}")).status_code == 204
    assert as_owner.delete(glossary(workspace, f"/{row['id']}")).status_code == 404


def test_members_read_the_glossary_and_change_nothing(
    as_owner: APIClient, as_member: APIClient, as_outsider: APIClient, workspace: Workspace, channel: Channel
) -> None:
    row = as_owner.post(glossary(workspace), {"term": "Rosetta"}).json()["data"]
    calls = [
        ("post", "", {"term": "x"}),
        ("patch", f"/{row['id']}", {"term": "x"}),
        ("delete", f"/{row['id']}", None),
        ("post", "/import", {"csv": "term\nx\n"}),
    ]
    for method, rest, body in calls:
        assert getattr(as_member, method)(glossary(workspace, rest), body).status_code == 403
        assert getattr(as_outsider, method)(glossary(workspace, rest), body).status_code == 404
    assert as_member.get(glossary(workspace, "/export")).status_code == 200
    for rest in ("", "/export"):
        assert as_outsider.get(glossary(workspace, rest)).status_code == 404
    assert as_owner.get(glossary(workspace)).json()["data"] == [row]


def test_another_workspaces_term_is_not_found(as_owner: APIClient, workspace: Workspace, owner: User) -> None:
    other = actions.create_workspace(owner=owner, name="Other").workspace
    row = as_owner.post(glossary(other), {"term": "Rosetta"}).json()["data"]
    assert as_owner.patch(glossary(workspace, f"/{row['id']}"), {"term": "x"}).status_code == 404
    assert as_owner.delete(glossary(workspace, f"/{row['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "term"),
        ({"term": " "}, "term"),
        ({"term": 7}, "term"),
        ({"term": "a\u0000b"}, "term"),
        ({"term": "a", "rendering": "\u001b"}, "term"),
        ({"term": "x" * 1001}, "term"),
        ({"term": "x", "target": "xx"}, "target"),
        ({"term": "x", "source": "en", "target": "en"}, "target"),
        ({"term": "https://example.com"}, "term"),
        ({"term": "x", "case_sensitive": "maybe"}, "case_sensitive"),
    ],
)
def test_a_careless_term_is_refused(as_owner: APIClient, workspace: Workspace, body: Any, field: str) -> None:
    answer = as_owner.post(glossary(workspace), body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_a_glossary_travels_as_csv(as_owner: APIClient, workspace: Workspace, owner: User) -> None:
    told = "term,rendering,source,target,case_sensitive,inside_words\nRosetta,,,,yes,\ncrane,ปั้นจั่น,en,th,,\n"
    done = as_owner.generic("POST", glossary(workspace, "/import"), told.encode(), content_type="text/csv")
    assert (done.status_code, done.json()) == (200, {"data": {"added": 2, "changed": 0}})
    out = as_owner.get(glossary(workspace, "/export"))
    assert out["Content-Type"] == "text/csv; charset=utf-8"
    assert sorted(out.content.decode().splitlines()) == sorted(told.splitlines())
    again = as_owner.post(glossary(workspace, "/import"), {"csv": told.replace("ปั้นจั่น", "เครน")})
    assert again.json() == {"data": {"added": 0, "changed": 1}}


def test_a_glossary_tells_its_version(as_owner: APIClient, workspace: Workspace) -> None:
    for version in range(3):
        assert as_owner.get(glossary(workspace)).json()["meta"]["version"] == version
        as_owner.post(glossary(workspace), {"term": f"Term {version}"})


@pytest.mark.parametrize("raw", [b"", b"term\na\x00b\n", b"name\nx\n", b"term,target\nx,xx\n", b'term\n"x'])
def test_an_invalid_csv_changes_nothing(as_owner: APIClient, workspace: Workspace, raw: bytes) -> None:
    answer = as_owner.generic("POST", glossary(workspace, "/import"), raw, content_type="text/csv")
    assert answer.status_code == 422
    assert as_owner.get(glossary(workspace)).json()["meta"]["total"] == 0


def test_a_csv_that_is_no_text_is_refused(as_owner: APIClient, workspace: Workspace) -> None:
    answer = as_owner.generic("POST", glossary(workspace, "/import"), b"\xff\xfe\x00", content_type="text/csv")
    assert answer.status_code == 400
    large = as_owner.generic("POST", glossary(workspace, "/import"), b"x" * (1 << 21), content_type="text/csv")
    assert large.status_code == 413


def test_a_guest_is_nobody_here(workspace: Workspace) -> None:
    stranger = token_client(make_user("Stranger"), ["automation:messages"])
    assert stranger.get(glossary(workspace)).status_code == 403
