"""Run by test_adding_a_language in a copy of the project that speaks Vietnamese and Korean too."""

from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from conftest import make_user, token_client
from messaging.tests.test_posting import path_of, post
from translation import engines
from translation.detection import source_language
from translation.memory import phrasebook
from workspaces import actions
from workspaces.models import Channel, Workspace


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_their_texts_are_told_from_others() -> None:
    for text, sender, language in (
        ("안녕하세요, 오늘 회의는 몇 시인가요?", "en", "ko"),
        ("ขอ deploy 서버 ได้ไหม", "ko", "th"),
        ("Hôm nay chúng ta họp lúc mấy giờ vậy mọi người?", "en", "vi"),
        ("Could you please look at the report today?", "vi", "en"),
        ("Apakah kamu sudah makan siang hari ini?", "vi", "id"),
        ("ok", "vi", "vi"),
        ("cảm ơn bạn", "en", "vi"),
    ):
        assert source_language(text, declared=None, sender_language=sender) == language, text


def test_the_phrasebook_and_every_engine_has_them() -> None:
    assert phrasebook.translate("Thank you!", "en", "vi") == "Cảm ơn!"
    assert phrasebook.translate("감사합니다", "ko", "en") == "Thank you"
    for name in ("libretranslate", "deepl", "google", "openai"):
        assert engines.engine(name).offers("ko", "vi")


def test_the_web_client_offers_them(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Tiếng Việt" in page
    assert "한국어" in page


def test_their_readers_are_served(workspace: Workspace, as_owner: APIClient, owner: User) -> None:
    general = Channel.objects.get(workspace=workspace)
    reader = make_user("Linh", "vi")
    actions.add_member(workspace=workspace, user=reader)
    assert post(as_owner, general, "Thank you").json()["data"]["translation_status"] == "completed"
    for query, shown in (("", "Cảm ơn"), ("?language=ko", "감사합니다")):
        seen = token_client(reader).get(path_of(general) + query).json()["data"][0]
        assert seen["display_content"] == shown
    answer = as_owner.patch("/api/v1/me", {"preferred_language": "ko"})
    assert (answer.status_code, answer.json()["preferred_language"]) == (200, "ko")
