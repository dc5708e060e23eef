"""A page on another site, in a browser, over https.

It signs in by cookie, changes something, and opens a socket.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from rosetta.tests.processes import free_port
from web.tests import chromium, tls
from web.tests.service import PASSWORD, Service, running

SCRIPT = """async ({base, email, password}) => {
  let token = "";
  async function call(method, path, body, headers = {}) {
    const response = await fetch(base + path, {
      method, credentials: "include", body: body && JSON.stringify(body),
      headers: {"Content-Type": "application/json", "X-CSRFToken": token, traceparent: "00-1-1-00", ...headers},
    });
    const text = await response.text();
    return {status: response.status, body: text && JSON.parse(text), csrf: response.headers.get("X-CSRFToken"),
      id: response.headers.get("X-Request-Id")};
  }
  const seen = {};
  seen.login = await call("POST", "/api/v1/auth/web/login", {email, password});
  seen.refused = await call("PATCH", "/api/v1/me", {name: "Eve"});
  seen.csrf = await call("GET", "/api/v1/auth/web/csrf");
  token = seen.csrf.csrf;
  seen.changed = await call("PATCH", "/api/v1/me", {name: "Nina K."}, {"X-Requested-With": "XMLHttpRequest"});
  seen.hello = await new Promise((resolve) => {
    const socket = new WebSocket(base.replace("https", "wss") + "/api/v1/realtime");
    socket.onmessage = (event) => { resolve(JSON.parse(event.data)); socket.close(); };
    socket.onclose = (event) => resolve({closed: event.code});
  });
  seen.cookie = document.cookie;
  return seen;
}"""


STRANGER = """async (base) => {
  const told = (path, options) =>
    fetch(base + path, {credentials: "include", ...options}).then((answer) => answer.status, String);
  return {
    me: await told("/api/v1/me"),
    csrf: await told("/api/v1/auth/web/csrf"),
    change: await told("/api/v1/me", {
      method: "PATCH", body: JSON.stringify({name: "Eve"}), headers: {"Content-Type": "application/json"},
    }),
    socket: await new Promise((resolve) => {
      const socket = new WebSocket(base.replace("https", "wss") + "/api/v1/realtime");
      socket.onmessage = () => resolve("open");
      socket.onclose = (event) => resolve(`closed ${event.code}`);
    }),
  };
}"""
BASE_HOST, APP_HOST, STRANGER_HOST = "chat.service.example", "app.other.example", "app.evil.example"


@dataclass
class Sites:
    """The service at ``base``, a page that may use it at ``app``, and one that may not at ``stranger``."""

    service: Service
    base: str
    app: str
    stranger: str


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder, base_port, page_port = tmp_path_factory.mktemp("sites"), free_port(), free_port()
    base, app = f"https://{BASE_HOST}:{base_port}", f"https://{APP_HOST}:{page_port}"
    with (
        running(folder, PUBLIC_URL=base, CORS_ORIGINS=app) as service,
        tls.served(folder, {base_port: tls.to_port(service.gate.port), page_port: tls.empty_page}),
    ):
        yield Sites(service, base, app, f"https://{STRANGER_HOST}:{page_port}")


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page for which every name of these sites is this machine.

    With a profile that allows third-party cookies, because Chromium keeps them from windows without one, as from private ones.
    """
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    allowed = {"cookie_controls_mode": 0, "block_third_party_cookies": False}
    preferences.write_text(json.dumps({"profile": allowed}), encoding="utf-8")
    names = [f"MAP {host} 127.0.0.1" for host in (BASE_HOST, APP_HOST, STRANGER_HOST)]
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=chromium.find(),
        headless=True,
        args=[*chromium.FLAGS, f"--host-resolver-rules={', '.join(names)}"],
        ignore_https_errors=True,
    )
    yield context.new_page()
    context.close()


def run(page: Page, origin: str, base: str, email: str) -> Any:
    page.goto(origin)
    return page.evaluate(SCRIPT, {"base": base, "email": email, "password": PASSWORD})


def test_a_page_of_another_site_signs_in_changes_something_and_opens_a_socket(page: Page, sites: Sites) -> None:
    nina = sites.service.person("Nina", "en")
    seen = run(page, sites.app, sites.base, nina.email)
    assert seen["login"]["status"] == 200, seen
    assert seen["refused"]["status"] == 403, seen
    assert (seen["csrf"]["status"], len(seen["csrf"]["csrf"])) == (204, 64)
    assert (seen["changed"]["status"], seen["changed"]["body"]["name"]) == (200, "Nina K."), seen
    assert seen["changed"]["id"], "its page may read the headers that are exposed"
    assert seen["hello"]["type"] == "hello", seen
    assert seen["cookie"] == ""


def test_a_page_that_is_not_named_reads_nothing_and_opens_no_socket(page: Page, sites: Sites) -> None:
    nina = sites.service.person("Nina", "en")
    run(page, sites.app, sites.base, nina.email)
    page.goto(sites.stranger)
    seen = page.evaluate(STRANGER, sites.base)
    assert seen["me"] == seen["csrf"] == seen["change"] == "TypeError: Failed to fetch"
    assert seen["socket"] != "open"
    assert nina.call("GET", "/me")["name"] == "Nina K."
