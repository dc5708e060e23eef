"""When things go wrong: hostile words, no network, a server that refuses."""

import re
import time

from playwright.sync_api import Route, expect

from web.tests.conftest import Opens
from web.tests.pages import said, wait_until, write
from web.tests.service import LINES, PASSWORD, Service

HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "[click me](javascript:alert(1)) javascript:alert(1) [fine](https://ok.example/a)",
    "https://bank.example/‮moc.live//:sptth and ‮reversed text",
    "x" * 8000,
    "😀" * 200,
    "@[<b>nobody</b>](user:999999999999) @[a](user:1)onclick=alert(1)",
    "```\n<script>alert(1)</script>\n``` and `</code><b>`",
    "\u0301" * 300 + "zalgo",
]


def test_hostile_words_are_only_ever_words(opens: Opens, service: Service) -> None:
    ann, eve = service.person("Ann", "en"), service.person("Eve ‮evE", "en")
    place = ann.workspace("<script>alert(1)</script>", eve)
    for words in HOSTILE:
        place.say(eve, words, skip_translation=True)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".scroller .message")).to_have_count(len(HOSTILE))
    assert page.title().endswith("Rosetta")
    assert page.locator(".scroller .text script, .scroller .text img, .scroller .text b").count() == 0
    links = page.locator(".scroller .text a").evaluate_all("all => all.map(one => one.protocol)")
    assert set(links) == {"https:"}
    expect(page.locator(".text", has_text="<img src=x")).to_be_visible()
    expect(page.locator(".message-name").first).to_contain_text("Eve evE")
    # Nothing is wider than its place, and the long ones open on demand.
    assert page.locator(".scroller").evaluate("box => box.scrollWidth <= box.clientWidth")
    more = page.get_by_role("button", name="Show more")
    expect(more).to_have_count(1)
    more.click()
    expect(page.get_by_role("button", name="Show less")).to_be_visible()
    window.check_axe("hostile words")


def test_what_is_written_offline_is_sent_once_and_in_order_and_nothing_is_missed(
    opens: Opens, service: Service
) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Storm", yuki)
    window = opens("en-GB")
    window.expected = ("401 (Unauthorized)", "ERR_", "WebSocket")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    write(page, "before")
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["before"])
    expect(page.locator(".outgoing")).to_have_count(0)
    service.gate.cut()
    for number in range(3):
        write(page, f"from the tunnel {number}")
    expect(page.locator(".outgoing .message")).to_have_count(3)
    expect(page.locator(".outgoing .is-waiting").first).to_be_visible()
    expect(page.locator(".link-state.on")).to_contain_text("Reconnecting")
    window.check_axe("offline")
    for number in range(2):
        place.say(yuki, f"meanwhile {number}", skip_translation=True)
    service.gate.open()
    expect(page.locator(".outgoing .message")).to_have_count(0)
    expect(page.locator(".link-state.on")).to_have_count(0)
    expect(page.locator(".scroller .text", has_text="meanwhile 1")).to_be_visible()
    assert said(page) == ["before", "meanwhile 0", "meanwhile 1", *(f"from the tunnel {number}" for number in range(3))]
    stored = [row["original_content"] for row in ann.call("GET", f"{place.api}/messages")["data"]]
    assert stored[::-1] == said(page)

    # A socket that flaps: what is said meanwhile arrives once.
    for number in range(4):
        service.gate.flap()
        place.say(yuki, f"flap {number}", skip_translation=True)
        time.sleep(0.3)
    expect(page.locator(".scroller .text", has_text="flap 3")).to_be_visible(timeout=25_000)
    assert [text for text in said(page) if text.startswith("flap")] == [f"flap {number}" for number in range(4)]


def test_a_post_whose_answer_is_lost_is_not_said_twice(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Lost answers")
    window = opens("en-GB")
    window.expected = ("401 (Unauthorized)", "ERR_", "WebSocket")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    lost = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/messages$"), lose)
    write(page, "said once")
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["said once"])
    expect(page.locator(".outgoing .message")).to_have_count(0)
    assert len(lost) == 1
    assert ann.call("GET", f"{place.api}/messages")["meta"]["last_seq"] == 1


def test_refusals_are_said_in_words_and_can_be_mended(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Refusals")
    window = opens("en-GB")
    window.expected = ("401", "409", "422", "429", "500", "WebSocket", "ERR_")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    answers = [
        (500, {"message": "Server Error."}, {}),
        (429, {"message": "Too Many Attempts."}, {"Retry-After": "1"}),
        (409, {"message": "x", "errors": {"code": ["idempotency_in_progress"]}}, {}),
        (422, {"message": "x", "errors": {"content": ["Not these words."]}}, {}),
    ]

    def refuse(route: Route) -> None:
        if route.request.method != "POST" or not answers:
            return route.continue_()
        status, body, headers = answers.pop(0)
        return route.fulfill(status=status, json=body, headers=headers)

    page.route(re.compile(r"/messages$"), refuse)
    write(page, "at last")
    expect(page.locator(".outgoing .is-failed")).to_contain_text("Not these words.")
    window.check_axe("a refusal")
    page.locator(".outgoing").get_by_role("button", name="Try again").click()
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text("at last")

    # A session that ended elsewhere leads to the sign-in page, and what was written waits in its tab.
    page.route(re.compile(r"/messages$"), lambda route: route.fulfill(status=401, json={"message": "Unauthenticated."}))
    write(page, "unsent")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    page.unroute_all()
    page.locator("input[type=email]").fill(ann.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".scroller .messages:not(.outgoing) .text").last).to_have_text("unsent")


def test_a_server_that_does_not_answer_is_said_and_waited_for(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Silence")
    place.say(ann, LINES["thanks"]["en"])
    window = opens("en-GB")
    window.expected = ("401", "500", "WebSocket")
    page = window.page
    refused = {"status": 500, "json": {"message": "Server Error."}}
    page.route("**/api/v1/workspaces/*/channels/*/messages*", lambda route: route.fulfill(**refused))
    window.sign_in(ann, place.page)
    expect(page.locator(".trouble")).to_contain_text("Something went wrong")
    window.check_axe("a failed page")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".scroller .text")).to_have_text(LINES["thanks"]["en"])


def test_a_wrong_clock_here_does_not_change_which_day_it_is(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Clocks")
    place.say(ann, "today")
    window = opens("en-GB")
    window.page.clock.set_system_time("2031-05-05T12:00:00Z")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".day").last).to_have_text("Today")


def test_what_one_person_left_unsent_is_not_sent_by_the_next_in_the_same_tab(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("One computer", bob)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    window.context.clear_cookies()
    write(page, "Ann's secret")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    window.sign_in(bob, place.page)
    write(page, "Bob's words")
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["Bob's words"])
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Sign out").click()
    window.sign_in(ann, place.page)
    expect(page.locator(".message .text")).to_have_text(["Bob's words"])


def test_what_waits_to_be_sent_again_is_not_sent_as_the_next_person_s(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("One computer", bob)
    window = opens("en-GB")
    window.expected += ("429",)
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    later = {"status": 429, "json": {"message": "Too Many Attempts."}, "headers": {"Retry-After": "12"}}
    page.route(re.compile(r"/messages$"), lambda route: route.fulfill(**later))
    write(page, "Ann's secret")
    expect(page.locator(".outgoing .is-waiting")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Sign out").click()
    # In the same page, as a person does: a page that is loaded anew has no timers.
    page.locator("input[type=email]").fill(bob.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".shell")).to_be_visible()
    page.wait_for_timeout(12_500)  # The time after which it would be tried again.
    assert ann.call("GET", f"{place.api}/messages")["data"] == []


def test_a_failure_that_comes_late_is_not_said_and_one_that_holds_is_tried_again(
    opens: Opens, service: Service
) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Late")
    window = opens("en-GB")
    window.expected += ("403", "ERR_", "WebSocket")
    page, held = window.sign_in(ann, place.page), []
    expect(page.locator(".intro")).to_be_visible()
    refused = {"status": 403, "json": {"message": "Forbidden."}}
    lists = re.compile(r"/direct-conversations\?")

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(lists, hold_the_first)
    service.gate.flap()
    wait_until(page, lambda: held, "the lists are asked for")
    with page.expect_response(re.compile(r"/channels\?")):
        service.gate.flap()
    page.wait_for_timeout(300)
    held[0].fulfill(**refused)
    page.wait_for_timeout(500)
    expect(page.locator(".link-state.on")).to_have_count(0)

    page.unroute_all()
    page.route(lists, lambda route: route.fulfill(**refused))
    service.gate.flap()
    expect(page.locator(".link-state.on")).to_have_text("You are not allowed to do this.")
    page.unroute_all()
    expect(page.locator(".link-state.on")).to_have_count(0)


DRAWN_AND_CHANGED = """async () => {
    const { Store, html, render, useObserved } = await import("/static/web/core.js");
    const store = new Store({ word: "before" });
    const View = () => { useObserved(store); return html`<p>${store.state.word}</p>`; };
    const into = document.createElement("div");
    render(html`<${View} />`, into);
    store.set({ word: "after" });
    await new Promise(done => setTimeout(done, 300));
    return into.textContent;
}"""


def test_what_changes_right_after_a_view_was_drawn_is_drawn(opens: Opens) -> None:
    page = opens("en-GB").go("/")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert page.evaluate(DRAWN_AND_CHANGED) == "after"


def test_a_breach_of_the_policy_is_a_fault_of_the_test(opens: Opens, service: Service) -> None:
    window = opens("en-GB")
    page = window.go("/")
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    for breach in (
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'owned = 1' }))",
        "document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/x.png' }))",
    ):
        with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
            page.evaluate(f"() => {{ {breach} }}")
    assert page.evaluate("() => 'owned' in window") is False
    assert len([fault for fault in window.faults if "Content Security Policy" in fault]) >= 2
    window.faults.clear()
