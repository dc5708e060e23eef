"""What people and programs are told of whether messages can be translated."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from conftest import make_user, token_client
from translation import engines
from translation.engines.model_files import best_models
from translation.local_models import demand, fetching
from translation.models import EngineState, LocalModel
from translation.tests import model_host
from translation.tests.argos_packages import sentences
from translation.tests.installing import unpack

pytestmark = pytest.mark.django_db
URL = "/api/v1/translation/status"


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> dict[str, int]:
    """How many people read each language, and a folder without models."""
    people = {"en": 3, "th": 2}
    monkeypatch.setattr(demand, "READERS", [lambda: people])
    settings.VAR_DIR, settings.LOCAL_MODELS = tmp_path, "auto"
    settings.LOCAL_MODELS_URL = "http://127.0.0.1:1/index.json"
    settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("local",), {}
    return people


@pytest.fixture
def client() -> APIClient:
    return token_client(make_user("somebody"))


def status(client: APIClient) -> dict[str, Any]:
    answer = client.get(URL)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["data"]
    return found


def test_without_models_every_pair_is_missing(client: APIClient) -> None:
    found = status(client)
    assert found["languages"] == ["en", "th"]
    assert [(pair["source"], pair["target"]) for pair in found["missing"]] == [("en", "th"), ("th", "en")]
    assert (found["fetching"], found["is_fetching"], found["models"], found["reason"]) == ("auto", False, [], "")


def test_what_is_ready_is_not_missing(client: APIClient, tmp_path: Path) -> None:
    unpack(tmp_path / "models", "en-th")
    fetching.sync_rows(demand.wanted_directions())
    found = status(client)
    assert found["pairs"][0] == {"source": "en", "target": "th", "engines": ["local"]}
    assert [(pair["source"], pair["target"]) for pair in found["missing"]] == [("th", "en")]
    assert (found["models_ready"], found["models_wanted"], found["is_fetching"]) == (1, 2, True)
    assert [(model["state"], model["percent"]) for model in found["models"]] == [("ready", 100), ("wanted", 0)]


def test_progress_is_told_in_percent(client: APIClient) -> None:
    LocalModel.objects.create(source="en", target="th", state="fetching", bytes_done=30, bytes_total=40)
    (model,) = status(client)["models"]
    assert (model["bytes_done"], model["bytes_total"], model["percent"], model["retry_at"]) == (30, 40, 75, None)


def test_without_network_the_reason_is_told_and_no_address(client: APIClient) -> None:
    fetching.fetch_due()
    found = status(client)
    assert (found["reason"], found["is_fetching"]) == ("unreachable", False)
    assert found["models"][0]["retry_at"]
    assert "127.0.0.1" not in str(found)


def test_an_engine_that_is_out_translates_nothing(client: APIClient, tmp_path: Path) -> None:
    unpack(tmp_path / "models", "en-th", "th-en")
    assert status(client)["missing"] == []
    EngineState.objects.create(engine="local", status="out")
    assert len(status(client)["missing"]) == 2


@pytest.mark.parametrize(("value", "expected"), [("off", "off"), ("auto", "auto"), ((("en", "th"),), "chosen")])
def test_how_models_are_fetched_is_told(client: APIClient, settings: Settings, value: Any, expected: str) -> None:
    settings.LOCAL_MODELS = value
    assert status(client)["fetching"] == expected


def test_the_pages_of_staff_say_that_an_engine_without_a_pair_is_not_well(admin_client: Client, db: None) -> None:
    EngineState.objects.create(engine="local")
    page = admin_client.get("/admin/translation/enginestate/").content.decode()
    assert "no usable pair" in page


def test_the_pages_of_staff_show_each_model(admin_client: Client, tmp_path: Path) -> None:
    unpack(tmp_path / "models", "en-th")
    fetching.fetch_due()
    page = admin_client.get("/admin/translation/localmodel/").content.decode()
    assert "en → th" in page
    assert "ready" in page
    assert "failed" in page
    assert "cannot be reached" in page


def test_the_pages_of_staff_show_what_a_model_takes(admin_client: Client) -> None:
    LocalModel.objects.create(source="en", target="th", state="ready", memory_bytes=91_000_000, sentence_ms=88)
    page = admin_client.get("/admin/translation/localmodel/").content.decode()
    assert "91 MB" in page
    assert "88 ms" in page


def test_anonymous_callers_are_told_nothing() -> None:
    assert APIClient().get(URL).status_code == 401


def test_staff_have_a_model_fetched_whatever_the_setting(admin_client: Client, settings: Settings) -> None:
    settings.LOCAL_MODELS = "off"
    with model_host.serve() as host:
        host.offer("en-ja")
        settings.LOCAL_MODELS_URL = host.index
        settings.LOCAL_MODELS_FREE_MB = 0
        answer = admin_client.post("/admin/translation/localmodel/fetch/", {"direction": "en>ja"})
        assert answer.status_code == 302
        assert host.requests == [], "not within the request"
        assert fetching.fetch_due() == 1
    assert ("en", "ja") in best_models(fetching.models_folder())


def test_staff_remove_a_model(admin_client: Client, tmp_path: Path) -> None:
    unpack(tmp_path / "models", "en-th")
    fetching.sync_rows(())
    model = LocalModel.objects.get(source="en", target="th")
    admin_client.post("/admin/translation/localmodel/", {"action": "remove", "_selected_action": model.pk})
    assert best_models(fetching.models_folder()) == {}


def test_staff_try_a_sentence(admin_client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.LOCAL_MODELS_THREADS = 1
    unpack(tmp_path / "models", "en-th")
    known = sentences()
    asked = {"engine": "local", "direction": "en>th", "sentence": known["en"][0]}
    try:
        page = admin_client.post("/admin/translation/localmodel/try_sentence/", asked).content.decode()
    finally:
        engines.engine("local").stop()
    assert known["th"][0] in page
    assert " ms)" in page
    page = admin_client.post(
        "/admin/translation/localmodel/try_sentence/", asked | {"direction": "th>en"}
    ).content.decode()
    assert "It did not work: there is no model" in page
