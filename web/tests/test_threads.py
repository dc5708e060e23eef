"""A thread beside its conversation."""

import re

from playwright.sync_api import Page, Route, expect

from web.tests.conftest import Opens
from web.tests.service import Service


def opened(page: Page, replies: str = "1 reply") -> None:
    """Open the thread of the message under which stands how many ``replies`` it has."""
    page.get_by_role("button", name=replies, exact=True).click()
    expect(page.locator(".thread .text").first).to_be_visible()
    expect(page.locator(".thread .waiting")).to_have_count(0)


def test_escape_ends_what_one_does_in_a_thread_and_not_the_thread(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Escape")
    parent = place.say(ann, "The question")
    place.say(ann, "The answer", parent_message_id=parent["id"])
    page = opens("en-GB").sign_in(ann, place.page)
    opened(page)
    reply = page.locator(".thread .message").last
    reply.focus()
    page.keyboard.press("e")
    expect(page.locator(".thread .editor textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".editor")).to_have_count(0)
    expect(reply).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(reply).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".thread")).to_have_count(0)


def test_a_refused_reply_says_why_and_can_be_sent_again_or_discarded(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Refused replies")
    parent = place.say(ann, "The question")
    place.say(ann, "The answer", parent_message_id=parent["id"])
    window = opens("en-GB")
    window.expected += ("422",)
    page = window.sign_in(ann, place.page)
    opened(page)
    page.route(re.compile(r"/messages$"), refuse)
    for words in ("for the bin", "for later"):
        page.locator(".thread textarea").fill(words)
        page.locator(".thread textarea").press("Enter")
    failed = page.locator(".thread .is-failed")
    expect(failed).to_have_count(2)
    expect(failed.first).to_contain_text("Not these words.")
    window.check_axe("refused replies")
    failed.first.get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(1)
    page.unroute_all()
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_have_count(0)
    expect(page.locator(".thread .text")).to_have_text(["The question", "The answer", "for later"])


def refuse(route: Route) -> None:
    route.fulfill(status=422, json={"message": "x", "errors": {"content": ["Not these words."]}})


def test_all_replies_of_a_long_thread_can_be_read(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Long threads")
    parent = place.say(ann, "The question")
    replies = [f"Answer {number}" for number in range(180)]
    for words in replies:
        place.say(ann, words, parent_message_id=parent["id"])
    page = opens("en-GB").sign_in(ann, f"{place.page}?at={parent['id']}")
    opened(page, "180 replies")
    texts = page.locator(".thread .text")
    expect(texts).to_have_text(["The question", *replies[80:]])
    expect(texts.last).to_be_in_viewport()
    page.locator(".thread").get_by_role("button", name="Show more").click()
    expect(texts).to_have_text(["The question", *replies])
    expect(texts.last).not_to_be_in_viewport()
    expect(page.locator(".thread").get_by_role("button", name="Show more")).to_have_count(0)


def test_replies_that_the_conversation_does_not_show_live_in_their_thread(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Old threads", bob)
    parent = place.say(ann, "The question")
    old = place.say(ann, "The first answer", parent_message_id=parent["id"])
    for number in range(60):
        place.say(ann, f"Meanwhile {number}")
    place.say(ann, "The late answer", parent_message_id=parent["id"])
    page = opens("en-GB").sign_in(bob, place.page)
    late = page.locator(".scroller .message", has_text="The late answer")
    late.hover()
    late.get_by_role("button", name="Reply in a thread").click()
    texts = page.locator(".thread .text")
    expect(texts).to_have_text(["The question", "The first answer", "The late answer"])
    ann.call("PATCH", f"{place.api}/messages/{old['id']}", {"content": "The first answer, mended"})
    expect(texts).to_have_text(["The question", "The first answer, mended (edited)", "The late answer"])
    ann.call("PUT", f"{place.api}/messages/{old['id']}/reactions/👍")
    reply = page.locator(".thread .message", has_text="mended")
    expect(reply.locator(".reaction")).to_contain_text("1")
    reply.locator(".reaction").click()
    expect(reply.locator(".reaction")).to_contain_text("2")
