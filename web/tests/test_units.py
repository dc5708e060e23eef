"""The client's modules by themselves, in the browser that they are made for.

No service, no page of the client.
"""

import html
import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route

from rosetta import languages

UNITS = Path(__file__).parent / "units"
CLIENT = Path(settings.BASE_DIR) / "web" / "static" / "web"
ORIGIN = "http://client.test"
NAMES = html.escape(json.dumps({language.code: language.native_name for language in languages.LANGUAGES}))
PAGE = f'<!doctype html><meta charset="utf-8"><meta name="rosetta:languages" content="{NAMES}"><title>Units</title>'
RUN = """async file => {
    const { tests } = await import(file);
    const failures = [];
    for (const [name, test] of Object.entries(tests)) {
        localStorage.clear();
        sessionStorage.clear();
        try { await test(); } catch (error) { failures.push(`${name}: ${error.stack ?? error}`); }
    }
    return { count: Object.keys(tests).length, failures };
}"""


def answer(route: Route) -> None:
    """The page, the client's files and the tests', as a service would send them."""
    path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
    if path == "/":
        route.fulfill(body=PAGE, content_type="text/html")
    elif path in ("/units/text_cases.json", "/units/markdown_cases.json"):
        route.fulfill(path=Path(__file__).parent / path.removeprefix("/units/"))
    else:
        root = UNITS if path.startswith("/units/") else CLIENT
        file = root / path.removeprefix("/units/").removeprefix("/static/web/")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if file.is_file():
            route.fulfill(path=file, content_type=kind)
        else:
            route.fulfill(status=404)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    yield page
    context.close()


@pytest.mark.parametrize("name", sorted(path.name for path in UNITS.glob("*.test.js")))
def test_a_module_keeps_its_promises(page: Page, name: str) -> None:
    result = page.evaluate(RUN, f"/units/{name}")
    assert result["failures"] == []
    assert result["count"] >= 4
