"""What people see where nothing translates yet.

A banner for owners, one mark for readers, and neither once models are here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from translation.tests.argos_packages import sentences
from translation.tests.installing import unpack
from web.tests.conftest import Opens, Window
from web.tests.service import Person, Place, Service, running

STATUS = "**/api/v1/translation/status"
KNOWN = sentences()
MISSING = [{"source": "en", "target": "ja", "engines": []}, {"source": "ja", "target": "en", "engines": []}]
ALL_WELL: dict[str, Any] = {
    "languages": ["en", "ja"], "pairs": MISSING, "missing": [], "fetching": "auto", "is_fetching": False,
    "models_ready": 0, "models_wanted": 0, "reason": "", "models": [],
}  # fmt: skip
FETCHING = ALL_WELL | {
    "missing": MISSING, "is_fetching": True, "models_ready": 3, "models_wanted": 8,
    "models": [
        {"source": "en", "target": "ja", "kind": "argos", "version": "1.1", "state": "fetching", "bytes_done": 45,
         "bytes_total": 100, "percent": 45, "reason": "", "retry_at": None},
    ],
}  # fmt: skip
UNREACHABLE = FETCHING | {
    "is_fetching": False,
    "reason": "unreachable",
    "models": [
        FETCHING["models"][0] | {"state": "failed", "reason": "unreachable", "retry_at": "2036-05-11T05:00:00+00:00"}
    ],
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose only engine has no models and fetches none."""
    folder = tmp_path_factory.mktemp("bare")
    with running(folder, TRANSLATION_ENGINES="local", LOCAL_MODELS="off", LOCAL_MODELS_THREADS="1") as one:
        yield one


@pytest.fixture
def opens_bare(browser: Browser, bare: Service) -> Iterator[Callable[[str], Window]]:
    """Open a window on the bare service."""
    windows: list[Window] = []

    def make(locale: str) -> Window:
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 800})
        window = Window(context, context.new_page(), bare.url)
        window.watch(window.page)
        windows.append(window)
        return window

    yield make
    for window in windows:
        window.context.close()
    assert [fault for window in windows for fault in window.faults] == []


def status_of(page: Page, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Have the page told of this status.

    The returned list may be given another as its last.
    """
    answers = [told]
    page.route(STATUS, lambda route: route.fulfill(json={"data": answers[-1]}))
    return answers


def team(service: Service, name: str) -> tuple[Person, Person, Place]:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    return ann, yuki, ann.workspace(name, yuki)


@pytest.mark.parametrize("phone", [False, True])
def test_owners_see_models_come_until_all_are_there(opens: Opens, service: Service, phone: bool) -> None:
    ann, _yuki, place = team(service, "Models")
    window = opens("en-GB", phone=phone)
    answers = status_of(window.page, FETCHING)
    page = window.sign_in(ann, place.page)
    banner = page.locator(".banner")
    expect(banner).to_contain_text("Translation: 3 of 8 models ready")
    expect(banner).to_contain_text("English → Japanese: 45%")
    page.locator(".composer textarea").fill("One writes as ever")
    window.check_axe("models on their way")
    answers.append(FETCHING | {"models_ready": 4, "models": [FETCHING["models"][0] | {"percent": 80}]})
    expect(banner).to_contain_text("4 of 8 models ready")
    expect(banner).to_contain_text("80%")
    answers.append(ALL_WELL)
    expect(banner).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "language", "words"),
    [
        ("en-GB", "en", "the service has no network"),
        ("ja-JP", "ja", "ネットワークに接続できない"),
        ("th-TH", "th", "ไม่ได้เชื่อมต่อเครือข่าย"),
        ("id-ID", "id", "tidak terhubung ke jaringan"),
        ("zh-CN", "zh-CN", "服务器没有网络"),
    ],
)
def test_without_network_owners_are_told_what_to_do_in_their_language_on_a_phone(
    opens: Opens, service: Service, locale: str, language: str, words: str
) -> None:
    owner = service.person("Ann", language)
    window = opens(locale, phone=True)
    status_of(window.page, UNREACHABLE)
    page = window.sign_in(owner, owner.workspace("No network").page)
    banner = page.locator(".banner")
    expect(banner).to_contain_text(words)
    expect(banner).to_contain_text("LOCAL_MODELS_URL")
    expect(banner).to_contain_text("docs/translation.md")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing lies beside the screen"
    expect(page.locator(".composer textarea")).to_be_in_viewport()
    window.check_axe("no network")


def test_nothing_is_said_where_all_is_well_nor_to_who_is_no_owner(opens: Opens, service: Service) -> None:
    ann, yuki, place = team(service, "All well")
    # The service as it is: its engine has all pairs.
    own = opens("en-GB")
    with own.page.expect_response(STATUS):
        page = own.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    expect(page.locator(".banner, .as-written")).to_have_count(0)
    theirs = opens("ja-JP")
    asked: list[str] = []

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(json={"data": FETCHING})

    theirs.page.route(STATUS, note)
    other = theirs.sign_in(yuki, place.page)
    expect(other.locator(".intro")).to_be_visible()
    other.wait_for_timeout(500)
    expect(other.locator(".banner")).to_have_count(0)
    assert asked == []


def test_where_nothing_translates_owners_and_readers_are_told_once_until_it_does(
    bare: Service, opens_bare: Callable[[str], Window]
) -> None:
    ann, yuki, place = team(bare, "As written")
    for line in KNOWN["en"][:3]:
        place.say(ann, line)
    window = opens_bare("ja-JP")
    page = window.sign_in(yuki, place.page)
    mark = page.locator(".as-written")
    expect(mark).to_have_text("一部のメッセージは書かれたまま表示されています。日本語への翻訳はまだ利用できません。")
    rows = page.locator(".scroller .message")
    expect(rows).to_have_count(3)
    expect(page.locator(".untranslated, .translating")).to_have_count(0)
    expect(page.locator(".banner")).to_have_count(0)
    window.check_axe("messages as they were written")
    row = rows.last
    row.hover()
    row.get_by_role("button", name="その他の操作").click()
    row.get_by_role("menuitem", name="翻訳されていない理由").click()
    expect(row.locator(".why")).to_contain_text("対応する翻訳サービスがありません")

    owners = opens_bare("en-GB")
    own = owners.sign_in(ann, place.page)
    expect(own.locator(".banner")).to_contain_text("Not everything between English and Japanese is translated here")
    expect(own.locator(".as-written")).to_have_count(0)
    owners.check_axe("nothing translates")
    own.get_by_role("button", name="Do not show this again for now").click()
    expect(own.locator(".banner")).to_have_count(0)
    with own.expect_response(STATUS):
        own.reload()
    expect(own.locator(".scroller .message")).to_have_count(3)
    expect(own.locator(".banner")).to_have_count(0)

    unpack(Path(bare.var) / "models", "en-ja", "ja-en")
    expect(rows.last.locator(".text")).to_have_text(KNOWN["ja"][2], timeout=60_000)
    expect(rows.first.locator(".text")).to_have_text(KNOWN["ja"][0])
    expect(mark).to_have_count(0)
