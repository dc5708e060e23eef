"""The account in the browser.

Calling its person, taking its data along, changing hands in one browser, ending.
"""

import io
import json
import zipfile
from typing import Any

from playwright.sync_api import Page, Route, expect

from web.tests.conftest import Opens
from web.tests.pages import wait_until, write
from web.tests.service import LINES, PASSWORD, Person, Service

# The browser's own notifications, which a page cannot list again, with a note of each; and a person who can look away: driven
# by a test, the browser pretends that each page has the focus.
NOTED = """window.told = []; window.Notification = class extends Notification {
    constructor(title, options) { super(title, options); window.told.push([title, options.body, options.lang]); } };
    Document.prototype.hasFocus = () => sessionStorage.getItem("away") === null;"""


def open_settings(page: Page, section: str) -> None:
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_role("link", name=section, exact=True).click()


def direct_with(person: Person, other: Person) -> str:
    made = person.call("POST", "/direct-conversations", {"participant_user_id": other.id})
    return f"/direct-conversations/{made['data']['id']}"


def test_who_looks_elsewhere_is_called_as_much_as_they_want(opens: Opens, service: Service) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    place = ann.workspace("Calls", mali)
    direct = direct_with(mali, ann)
    window = opens("en-GB", permissions=["notifications"])
    window.page.add_init_script(NOTED)
    page = window.sign_in(ann, place.page)
    open_settings(page, "Notifications")
    page.get_by_role("switch", name="Show notifications").click()
    expect(page.get_by_role("switch", name="Show notifications")).to_be_checked()
    page.keyboard.press("Escape")

    def told() -> list[Any]:
        return list(page.evaluate("() => window.told"))

    def say(path: str, content: str, **more: Any) -> None:
        mali.call("POST", f"{path}/messages", {"content": content, **more})

    say(direct, LINES["yes"]["th"])
    expect(page.locator(".place.unread")).to_have_count(1)
    assert told() == []  # The page is looked at.

    page.evaluate("() => sessionStorage.setItem('away', 'yes')")
    say(place.api, LINES["morning"]["th"])  # Names nobody.
    say(direct, LINES["yes"]["th"])
    page.wait_for_function("() => window.told.length === 1")
    title, body, language = told()[0]
    assert (title, language) == ("Mali", "en")
    assert body == LINES["yes"]["en"]

    ann.call("PUT", f"{direct}/notifications", {"level": "none"})
    ann.call("PUT", f"{place.api}/notifications", {"level": "all"})
    page.reload()
    expect(page.locator(".shell")).to_be_visible()
    say(direct, LINES["yes"]["th"])
    say(place.api, LINES["morning"]["th"])
    page.wait_for_function("() => window.told.length > 0")
    assert [one[:2] for one in told()] == [["Mali · #general", LINES["morning"]["en"]]]


def test_a_browser_that_allows_no_notifications_is_said(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    window = opens("en-GB")
    window.page.add_init_script("Notification.requestPermission = async () => 'denied'")
    page = window.sign_in(ann, ann.workspace("Silence").page)
    open_settings(page, "Notifications")
    page.get_by_role("switch", name="Show notifications").click()
    expect(page.locator(".toast")).to_have_text("The browser does not allow notifications for this site.")
    expect(page.get_by_role("switch", name="Show notifications")).not_to_be_checked()


def test_somebody_is_blocked_in_their_conversation_and_taken_back_in_the_settings(
    opens: Opens, service: Service
) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    path = f"{direct_with(ann, mali)}/messages"
    page = opens("en-GB").sign_in(ann, f"/w/d/{path.split('/')[2]}")

    def choose(name: str) -> None:
        page.get_by_role("button", name="More about this conversation").click()
        page.get_by_role("menuitem", name=name).click()

    choose("Block Mali")
    expect(page.locator(".toast")).to_have_text("Mali can no longer write to you directly.")
    assert mali.http.post(path, json={"content": "Hello?"}).status_code == 403
    open_settings(page, "Blocked people")
    page.get_by_role("button", name="Unblock Mali").click()
    expect(page.get_by_text("You have not blocked anyone.")).to_be_visible()
    assert mali.http.post(path, json={"content": "Hello again"}).status_code == 201
    page.keyboard.press("Escape")
    choose("Block Mali")
    choose("Unblock Mali")
    expect(page.locator(".toast").last).to_have_text("Mali can write to you directly again.")
    assert ann.call("GET", "/me/blocks")["data"] == []


def test_an_export_is_made_and_fetched_and_holds_what_was_said(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Moving house")
    place.say(ann, "The kettle goes into the last box.")
    window = opens("en-GB")
    window.expected += ("404",)  # Of an export that was never asked for.
    page = window.sign_in(ann, place.page)
    open_settings(page, "Your data")
    page.get_by_role("button", name="Prepare an export").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    with page.expect_download() as fetched:
        link.click()
    with zipfile.ZipFile(io.BytesIO(fetched.value.path().read_bytes())) as archive:
        account = json.loads(archive.read(next(one for one in archive.namelist() if "account" in one)))
        everything = b"".join(archive.read(one) for one in archive.namelist()).decode("utf-8", "replace")
    assert ann.email in json.dumps(account)
    assert "The kettle goes into the last box." in everything


def test_the_answer_to_an_older_question_does_not_hide_an_export(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    window, held = opens("en-GB"), []
    window.expected += ("404",)
    page = window.sign_in(ann, ann.workspace("Late answers").page)

    def hold_the_first(route: Route) -> None:
        if route.request.method == "GET" and not held:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/api/v1/me/export", hold_the_first)
    open_settings(page, "Your data")
    wait_until(page, lambda: held, "the export is asked for")
    page.get_by_role("button", name="Prepare an export").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    route, not_there = held[0]
    with page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=not_there)
    page.wait_for_timeout(200)  # The time in which a view would be drawn again.
    expect(link).to_be_visible()


def test_a_deleted_account_is_signed_out_cannot_come_back_and_leaves_its_words(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = bob.workspace("Farewell", ann)
    place.say(ann, "I leave my plants to you.")
    window, other = opens("en-GB"), opens("en-GB")
    window.expected += ("404", "422")
    page = window.sign_in(ann, place.page)
    open_settings(page, "Your data")
    page.get_by_label("Current password").fill("not the password")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("alert")).to_have_text("The current password is incorrect.")
    window.check_axe("leaving")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()

    page.get_by_label("Email").fill(ann.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".field-error")).to_have_text("The provided credentials are incorrect.")

    seen = other.sign_in(bob, place.page).locator(".scroller .message", has_text="I leave my plants to you.")
    expect(seen).to_contain_text("Deleted user")
    expect(seen).not_to_contain_text("Ann")


def test_a_tab_left_open_becomes_the_next_persons(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Shared computer", bob)
    direct = direct_with(ann, bob)
    ann.call("POST", f"{direct}/messages", {"content": "Only for Bob."})
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    write(page, "Said by Ann")
    left = window.new_page()
    left.goto(window.url + place.page)
    expect(left.locator(".side-foot")).to_contain_text("Ann")
    left.locator("textarea").fill("Ann's draft")

    # Bob signs in over Ann in the first tab, as a browser's own form would: the cookie is of the whole browser.
    window.sign_in(bob, place.page)
    expect(page.locator(".side-foot")).to_contain_text("Bob")
    expect(left.locator(".side-foot")).to_contain_text("Bob")
    expect(left.locator("textarea")).not_to_have_value("Ann's draft")
    write(left, "Said by Bob")
    sent = left.locator(".scroller .messages:not(.outgoing) .message", has_text="Said by Bob")
    expect(sent).to_contain_text("Bob")
    senders = [row["sender"]["name"] for row in ann.call("GET", f"{place.api}/messages")["data"]]
    assert senders == ["Bob", "Ann"]
