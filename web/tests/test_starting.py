"""Before a page is whole.

The service away, the conversation on its way, the socket not there yet.
"""

import re

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from web.tests.conftest import Opens
from web.tests.pages import said, scroll_back_until, wait_until, write
from web.tests.service import Service


def test_a_service_that_is_away_at_the_start_is_asked_again_until_it_answers(opens: Opens, service: Service) -> None:
    window = opens("en-GB")
    window.expected += ("500",)
    page = window.page
    page.route("**/api/v1/me", lambda route: route.fulfill(status=500, json={"message": "Server Error."}))
    window.go("/")
    expect(page.get_by_role("heading", name="Rosetta does not answer")).to_be_visible()
    window.check_axe("away")
    page.unroute_all()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


def test_what_is_said_before_the_conversation_is_there_is_shown(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Quick fingers")
    window = opens("en-GB")
    page, held, frames = window.page, [], []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    def frames_tell() -> bool:
        return any("Said at once" in frame for frame in frames)

    def is_told_of_what_happens() -> bool:
        return any('"hello"' in frame for frame in frames)

    def hold(route: Route) -> None:
        if route.request.method == "GET" and not frames_tell():
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/messages?*", hold)
    window.sign_in(ann, place.page)
    wait_until(page, is_told_of_what_happens, "the socket's first frame")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/messages")):
        write(page, "Said at once")
    wait_until(page, frames_tell, "a frame with the message")
    for route, answer in held:
        route.fulfill(response=answer)
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["Said at once"])


class SilentSockets:
    """The page's sockets say nothing until they are let go.

    Those opened after that reach the service.
    """

    def __init__(self, page: Page) -> None:
        self._opened: list[WebSocketRoute] = []
        self._are_silent = True
        page.route_web_socket("**/api/v1/realtime", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self._opened.append(socket)
        if not self._are_silent:
            socket.connect_to_server()

    def let_go(self) -> None:
        self._are_silent = False
        self._opened[-1].close()


def test_what_is_said_before_the_first_socket_is_there_is_shown(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Slow start", yuki)
    window = opens("en-GB")
    page, sockets = window.page, SilentSockets(window.page)
    window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    place.say(yuki, "between the page and the socket", skip_translation=True)
    sockets.let_go()
    expect(page.locator(".scroller .text")).to_have_text(["between the page and the socket"])


def test_more_than_a_page_said_before_the_first_socket_is_there_leaves_no_gap(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Slow start", yuki)
    place.say(yuki, "Message 0", skip_translation=True)
    window = opens("en-GB")
    page, sockets = window.page, SilentSockets(window.page)
    window.sign_in(ann, place.page)
    expect(page.locator(".scroller .text")).to_have_text(["Message 0"])
    for number in range(1, 131):
        place.say(yuki, f"Message {number}", skip_translation=True)
    sockets.let_go()
    expect(page.locator(".scroller .text").last).to_have_text("Message 130")
    scroll_back_until(page, lambda: said(page)[0] == "Message 0", "the first message is there")
    assert said(page) == [f"Message {number}" for number in range(131)]


def test_who_scrolls_back_before_the_first_socket_is_there_stays_there(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Slow start", yuki)
    for number in range(1, 111):
        place.say(yuki, f"Message {number}.", skip_translation=True)
    window = opens("en-GB")
    page, sockets = window.page, SilentSockets(window.page)
    window.sign_in(ann, place.page)
    first = page.locator(".scroller .text", has_text="Message 1.")
    scroller = page.locator(".scroller")
    scroll_back_until(
        page,
        lambda: first.count() == 1 and scroller.evaluate("box => box.scrollTop") == 0,
        "the first message is there",
    )
    expect(first).to_be_in_viewport()
    place.say(yuki, "between the page and the socket", skip_translation=True)
    with page.expect_response(re.compile(r"/messages\?")):
        sockets.let_go()
    page.wait_for_timeout(300)
    expect(first).to_be_in_viewport()
