"""A running service and browsers that watch what their pages do.

Errors, refused policies and foreign requests fail a test.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright

from web.tests import chromium
from web.tests.service import PASSWORD, Person, Service, running

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
BROWSER = chromium.find()
# Colours in the middle of a transition are not the page's.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map(one => one.finished.catch(() => {})))"""

# Generous: two cores may carry this service, two browsers and somebody else's tests.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def why_not() -> str | None:
    """Why the browser tests cannot or need not run here."""
    if BROWSER is None:
        return "no Chromium on this machine: the browser tests are skipped (make test installs it where it may)"
    if os.environ.get("DATABASE_URL"):
        return "the browser tests run a service of their own on SQLite: run them without DATABASE_URL"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_not()
    for item in items:
        if reason and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("rosetta")) as one:
        yield one


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """It ends with the last of these tests.

    Until then an event loop runs in this process, which other tests would fall over.
    """
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=BROWSER, headless=True, args=chromium.FLAGS)
        yield one
        one.close()


@dataclass
class Window:
    """Somebody's browser with one page, and what went wrong in it."""

    context: BrowserContext
    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    # Console errors that this test provokes, by a piece of their text.
    expected: tuple[str, ...] = ("401 (Unauthorized)",)
    elsewhere: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._hear)
        page.on("request", lambda request: self._ask(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text or (
            message.type == "error" and not any(one in text for one in self.expected)
        ):
            self.faults.append(f"console: {text}")

    def _ask(self, url: str) -> None:
        if not url.startswith((self.url, "blob:", "data:", *self.elsewhere)):
            self.faults.append(f"foreign request: {url}")

    def go(self, path: str) -> Page:
        try:
            self.page.goto(self.url + path)
        except Error as error:
            # A page that has just noticed that somebody else signed in reloads by itself.
            if "interrupted by another navigation" not in str(error):
                raise
            self.page.goto(self.url + path)
        return self.page

    def sign_in(self, person: Person, path: str = "/") -> Page:
        """Begin a session, as the page's own form does (which has tests of its own), and wait for what ``path`` shows."""
        sent = {"email": person.email, "password": PASSWORD}
        answer = self.context.request.post(f"{self.url}/api/v1/auth/web/login", data=sent)
        assert answer.ok, answer.text()
        self.go(path)
        expect(self.page.locator(".shell")).to_be_visible()
        return self.page

    def new_page(self) -> Page:
        page = self.context.new_page()
        self.watch(page)
        return page

    def check_axe(self, name: str, page: Page | None = None) -> None:
        """The page has no fault that axe knows of (WCAG 2.2 A and AA, and its best practices of structure)."""
        page = page or self.page
        expect(page.locator("h1, h2")).not_to_have_count(0)
        expect(page.locator(".waiting")).to_have_count(0)
        page.evaluate(SETTLED)
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        faults = [
            f"{one['id']}: {node['html'][:160]} — {node['failureSummary'][:300]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert faults == [], f"axe on {name}:\n" + "\n".join(faults)


Opens = Callable[..., Window]


@pytest.fixture
def opens(browser: Browser, service: Service) -> Iterator[Opens]:
    """Open a browser window: ``opens(locale="ja", phone=True)``.

    At the end none may have had a fault.
    """
    windows: list[Window] = []

    def make(locale: str = "en-GB", *, phone: bool = False, dark: bool = False, **options: Any) -> Window:
        context = browser.new_context(
            locale=locale,
            timezone_id="Asia/Tokyo",
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            # Only where it is what a test is about: it fetches the whole client again.
            **{"service_workers": "block", **options},
        )
        context.set_default_timeout(PATIENCE)
        window = Window(context, context.new_page(), service.url)
        window.watch(window.page)
        windows.append(window)
        return window

    service.gate.open()
    service.translator.is_broken, service.translator.delay = False, 0.0
    yield make
    service.gate.open()
    faults = [fault for window in windows for fault in window.faults]
    for window in windows:
        window.context.close()
    assert faults == []
