"""Who people are to each other: cards, languages, status, and whom one can write to."""

import re

from playwright.sync_api import Page, expect

from web.tests.conftest import Opens
from web.tests.pages import write
from web.tests.service import LINES, Service


def open_settings(page: Page, section: str) -> None:
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_role("link", name=section, exact=True).click()


def test_a_card_opens_from_a_name_and_says_who_somebody_is(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("田中ゆき", "ja")
    place = ann.workspace("Cards", yuki)
    changes = {"name_reading": "Yuki Tanaka", "title": "Port master", "time_zone": "Asia/Tokyo", "also_reads": ["th"]}
    yuki.call("PATCH", "/me", {**changes, "status": {"emoji": "🏝", "text": "On holiday"}})
    place.say(yuki, LINES["morning"]["ja"])
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="田中ゆき").click()
    card = page.get_by_role("dialog", name="Profile")
    for text in ("Yuki Tanaka", "Port master", "🏝 On holiday", "Japanese", "also Thai", "#general"):
        expect(card).to_contain_text(text)
    window.check_axe("a card")
    card.get_by_role("button", name="Block", exact=False).click()
    expect(card.get_by_role("button", name="Unblock 田中ゆき")).to_be_visible()
    card.get_by_role("button", name="Unblock 田中ゆき").click()
    card.get_by_role("button", name="Message").click()
    expect(page).to_have_url(re.compile(r"/d/"))
    expect(page.get_by_role("heading", name="田中ゆき").first).to_be_visible()
    # By how a name is read: in a mention, among the members, and for a new conversation.
    page.goto(window.url + place.page)
    page.locator(".composer textarea").first.press_sequentially("@yuk")
    expect(page.get_by_role("option")).to_contain_text(["田中ゆき Yuki Tanaka"])
    page.get_by_role("button", name="Members").click()
    page.get_by_role("searchbox", name="Search members").fill("tanaka")
    expect(page.locator(".panel .people li")).to_have_count(1)
    expect(page.locator(".panel .people li")).to_contain_text("Japanese · Thai")
    window.check_axe("members")
    page.locator(".side").get_by_role("button", name="New direct message").click()
    page.get_by_role("searchbox", name="Search people").fill("yuk")
    expect(page.locator(".dialog .people li")).to_have_count(1)
    window.check_axe("a new direct conversation")
    page.locator(".dialog .people button").click()
    expect(page).to_have_url(re.compile(r"/d/"))


def test_languages_are_in_the_readers_hands(opens: Opens, service: Service) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    place = ann.workspace("In hand", mali)
    place.say(mali, LINES["morning"]["th"])
    place.say(mali, LINES["yes"]["th"])
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    first, second = page.locator(".scroller .message").nth(0), page.locator(".scroller .message").nth(1)
    # In the head of the first, beside the text of the second, which has no head.
    mark = first.locator(".message-head").get_by_role("button", name="from Thai")
    expect(mark).to_be_visible()
    expect(second.locator(".message-line").get_by_role("button", name="from Thai")).to_be_visible()
    mark.click()
    expect(first.locator(".original")).to_contain_text(LINES["morning"]["th"])
    page.get_by_role("button", name="2 languages are read here").click()
    readers = page.get_by_role("dialog", name="Who reads what")
    expect(readers.locator("h3")).to_have_text(["English 1", "Thai 1"])
    window.check_axe("who reads what")
    page.keyboard.press("Escape")
    open_settings(page, "Languages")
    window.check_axe("languages")
    page.get_by_role("radio", name="Always").check()
    expect(second.locator(".original")).to_contain_text(LINES["yes"]["th"])
    page.get_by_role("checkbox", name="ไทย").check()
    expect(page.locator(".scroller .text").first).to_have_text(LINES["morning"]["th"])
    expect(page.locator(".translated")).to_have_count(0)
    page.get_by_role("combobox", name="In hand").select_option("th")
    expect(page.locator(".toast").first).to_be_visible()
    page.keyboard.press("Escape")
    write(page, "Good morning")
    expect(page.locator(".scroller .text").last).to_have_text("Good morning")


def test_a_status_and_quiet_are_told_and_taken_back(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Quiet", bob)
    window = opens("en-GB", phone=True)
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Open the list of places").click()

    def tell() -> None:
        page.get_by_role("button", name="Settings and more").click()
        page.get_by_role("menuitem", name="Status").click()

    tell()
    page.get_by_role("textbox", name="What are you doing?").fill("In a meeting")
    page.get_by_role("combobox", name="Show it").select_option("1 hour")
    window.check_axe("status")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert bob.call("GET", f"/users/{ann.id}")["data"]["status"]["text"] == "In a meeting"
    tell()
    page.get_by_role("button", name="4 hours").click()
    expect(page.locator(".side-foot").get_by_role("img", name="Do not disturb")).to_be_visible()
    tell()
    page.get_by_role("button", name="Turn notifications on").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    tell()
    page.get_by_role("button", name="Clear status").click()
    expect(page.locator(".side-foot .status")).to_have_count(0)
    assert bob.call("GET", f"/users/{ann.id}")["data"]["status"] is None
