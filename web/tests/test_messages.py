"""What one does with a message: by touch, from a found one, by its address.

How one's own and those of others arrive.
"""

import json

from playwright.sync_api import APIResponse, Route, expect

from web.tests.conftest import Opens
from web.tests.pages import said, touch, wait_until, write
from web.tests.service import LINES, Service

IS_IN_VIEW = """row => {
    const [one, box] = [row, row.closest(".scroller")].map(each => each.getBoundingClientRect());
    return one.top >= box.top && one.bottom <= box.bottom;
}"""

# Presses the arrow as soon as the message stands in the conversation: before the next frame is drawn.
ARROW_AS_SOON_AS_SHOWN = """text => new MutationObserver((changes, observer) => {
    const shown = [...document.querySelectorAll(".scroller .message .text")].some(
        line => line.textContent === text && !line.closest(".outgoing"));
    if (!shown) return;
    observer.disconnect();
    const box = document.querySelector(".composer textarea");
    box.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true }));
}).observe(document.body, { childList: true, subtree: true, characterData: true })"""


def test_a_messages_actions_work_by_touch(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Thumbs", yuki)
    for key in ("morning", "thanks", "yes"):
        place.say(yuki, LINES[key]["ja"])
    window = opens("en-GB", phone=True)
    page = window.sign_in(ann, place.page)
    row = page.locator(".scroller .message").last
    sheet = page.get_by_role("dialog", name="Message actions")
    expect(row.locator(".text")).to_have_text(LINES["yes"]["en"])
    row.locator(".text").tap()
    expect(page.locator(".message-tools:visible")).to_have_count(0)
    touch(row, to=None)
    expect(sheet).to_be_visible()
    small = sheet.locator("button:visible").evaluate_all("all => all.filter(one => one.offsetHeight < 44)")
    assert small == []
    window.check_axe("message sheet on a phone")
    sheet.get_by_role("button", name="React with 👍").tap()
    expect(row.locator(".reaction")).to_contain_text("1")
    expect(sheet).to_have_count(0)
    touch(row, to=None)
    sheet.get_by_role("menuitem", name="Pin", exact=True).tap()
    expect(row.locator(".pinned-mark")).to_be_visible()
    expect(sheet).to_have_count(0)
    # A short swipe does nothing, a long one replies.
    other = page.locator(".scroller .message").first
    touch(other, to=30)
    touch(other, to=120)
    expect(page.locator(".thread .text")).to_have_text(LINES["morning"]["en"])


def test_a_dialog_gives_the_focus_back_to_its_message(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Focus")
    place.say(ann, "Stays")
    page = opens("en-GB").sign_in(ann, place.page)
    row = page.locator(".scroller .message")
    row.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog").get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_a_found_message_is_shown_again_after_one_scrolled_away(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Again")
    place.say(ann, "A needle in the hay")
    for number in range(40):
        place.say(ann, f"Hay {number}")
    page = opens("en-GB").sign_in(ann, place.page)
    expect(page.locator(".scroller .text").last).to_have_text("Hay 39")
    page.keyboard.press("Control+Shift+f")
    page.get_by_role("searchbox", name="Search").fill("needle")
    needle = page.locator(".scroller .message", has_text="needle")
    for _ in range(2):
        page.locator(".found").click()
        expect(needle).to_be_focused()
        assert needle.evaluate(IS_IN_VIEW)
        page.locator(".scroller").evaluate("box => box.scrollTo(0, box.scrollHeight)")
        assert not needle.evaluate(IS_IN_VIEW)


def test_a_link_to_a_message_leads_to_it(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Links", yuki)
    place.say(yuki, LINES["thanks"]["ja"])
    direct = yuki.call("POST", "/direct-conversations", {"participant_user_id": ann.id})["data"]["id"]
    yuki.call("POST", f"/direct-conversations/{direct}/messages", {"content": LINES["yes"]["ja"]})
    window = opens("en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = window.sign_in(ann, place.page)
    for path, line in ((place.page, "thanks"), (f"/w/d/{direct}", "yes")):
        window.go(path)
        row = page.locator(".scroller .message", has_text=LINES[line]["en"])
        row.hover()
        row.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Copy link").click()
        expect(page.locator(".toast").last).to_have_text("Copied.")
        link = page.evaluate("() => navigator.clipboard.readText()")
        assert link.startswith(f"{window.url}{path}?at=")
        page.goto(link)
        expect(page.locator(".scroller .message.flash .text")).to_have_text(LINES[line]["en"])


def test_two_equal_messages_of_one_person_in_two_tabs_are_two(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Twice")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    other = window.new_page()
    other.goto(window.url + place.page)
    expect(other.locator(".intro")).to_be_visible()
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route) if route.request.method == "POST" else route.fallback())
    write(page, "Good")
    wait_until(page, lambda: held, "the post is on its way")
    # Of the same text, but not the same message: what is on its way here stays so.
    write(other, "Good")
    expect(page.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["Good"])
    expect(page.locator(".outgoing .text")).to_have_text(["Good"])
    assert json.loads(held[0].request.post_data or "")["client_id"] == held[0].request.headers["idempotency-key"]
    held[0].continue_()
    for tab in (page, other):
        expect(tab.locator(".scroller .messages:not(.outgoing) .text")).to_have_text(["Good", "Good"])
        expect(tab.locator(".outgoing")).to_have_count(0)


def test_an_own_message_whose_event_overtakes_its_answer_stands_once(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Quick")
    page = opens("en-GB").sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []

    def hold_answer(route: Route) -> None:
        # The service has the message; its answer is still on the way.
        if route.request.method == "POST":
            held.append((route, route.fetch()))
        else:
            route.fallback()

    page.route("**/messages", hold_answer)
    write(page, "Overtaken")
    wait_until(page, lambda: held and said(page) == ["Overtaken"], "the event shows the message")
    expect(page.locator(".outgoing")).to_have_count(0)
    route, stored = held[0]
    route.fulfill(response=stored)
    # The answer changes nothing; what is written next comes after it.
    write(page, "Next")
    wait_until(page, lambda: len(held) > 1, "the next post is on its way: the first is settled")
    held[1][0].fulfill(response=held[1][1])
    expect(page.locator(".scroller .messages .text")).to_have_text(["Overtaken", "Next"])


def test_the_editor_opens_for_a_message_that_was_shown_a_moment_ago(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Quick")
    place.say(ann, "An older message")
    page = opens("en-GB").sign_in(ann, place.page)
    expect(page.locator(".scroller .text")).to_have_text("An older message")
    page.evaluate(ARROW_AS_SOON_AS_SHOWN, "The newest message")
    write(page, "The newest message")
    expect(page.locator(".editor textarea")).to_have_value("The newest message")


def test_the_arrow_opens_no_older_message_while_a_newer_one_is_being_sent(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Waiting")
    place.say(ann, "An older message")
    page = opens("en-GB").sign_in(ann, place.page)
    expect(page.locator(".scroller .text")).to_have_text("An older message")
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    write(page, "The newest message")
    expect(page.locator(".outgoing .message")).to_be_visible()
    page.keyboard.press("ArrowUp")
    wait_until(page, lambda: held, "the message is on its way")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator(".editor")).to_have_count(0)
    held[0].continue_()
    expect(page.locator(".outgoing")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".editor textarea")).to_have_value("The newest message")


def test_a_visitor_and_the_owner_of_a_room_see_each_other_type_by_name(opens: Opens, service: Service) -> None:
    shop = service.person("Kim's shop", "en")
    room = shop.call("POST", "/external/rooms", {"name": "Counter"})["data"]
    theirs = opens("en-GB").go(f"/rooms/{room['room_id']}")
    theirs.get_by_label("Your name").fill("Vera")
    theirs.get_by_role("textbox").press("Enter")
    expect(theirs.locator(".intro")).to_be_visible()
    page = opens("en-GB").sign_in(shop, f"/w/{room['workspace_id']}/c/{room['channel_id']}")
    expect(page.locator(".intro")).to_be_visible()
    expect(page.locator(".link-state.on")).to_have_count(0)
    theirs.locator(".composer textarea").press_sequentially("May I", delay=20)
    expect(page.locator(".typing")).to_contain_text("Vera")
    expect(theirs.locator(".typing")).not_to_contain_text("Vera")
    page.locator(".composer textarea").press_sequentially("Of course", delay=20)
    expect(theirs.locator(".typing")).to_contain_text("Kim's shop")
    # What was typed is said: nobody types any longer.
    theirs.locator(".composer textarea").press("Enter")
    expect(page.locator(".scroller .message .text")).to_have_text(["May I"])
    expect(page.locator(".typing.on")).to_have_count(0)
