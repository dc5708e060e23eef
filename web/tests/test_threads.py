"""A thread beside its conversation."""

import re

from playwright.sync_api import Page, Route, expect

from web.tests.conftest import Opens
from web.tests.service import Service


def opened(page: Page, replies: str = "1 reply") -> None:
    """Open the thread of the message under which stands how many ``replies`` it has."""
    page.locator(".scroller").get_by_role("button", name=replies).click()
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


def test_a_link_to_a_reply_opens_its_thread(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Old threads", bob)
    parent = place.say(ann, "The question")
    old = place.say(ann, "The first answer", parent_message_id=parent["id"])
    for number in range(60):
        place.say(ann, f"Meanwhile {number}")
    place.say(ann, "The late answer", parent_message_id=parent["id"])
    page = opens("en-GB").sign_in(bob, f"{place.page}?at={old['id']}")
    texts = page.locator(".thread .text")
    expect(texts).to_have_text(["The question", "The first answer", "The late answer"])
    expect(page.locator(".scroller .message", has_text="The question")).to_be_in_viewport()
    expect(page.locator(".scroller .message", has_text="answer")).to_have_count(0)
    ann.call("PATCH", f"{place.api}/messages/{old['id']}", {"content": "The first answer, mended"})
    expect(texts).to_have_text(["The question", "The first answer, mended (edited)", "The late answer"])
    ann.call("PUT", f"{place.api}/messages/{old['id']}/reactions/👍")
    reply = page.locator(".thread .message", has_text="mended")
    expect(reply.locator(".reaction")).to_contain_text("1")
    reply.locator(".reaction").click()
    expect(reply.locator(".reaction")).to_contain_text("2")


def test_replies_live_in_their_thread_and_are_new_to_who_follows_it(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Following", bob)
    parent = place.say(ann, "Who has the key?")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    theirs = opens("en-GB", phone=True).sign_in(bob, f"{place.page}?at={parent['id']}&thread={parent['id']}")
    box = theirs.locator(".thread textarea")
    for words, is_broadcast in (("I have it", False), ("It is in the office", True)):
        theirs.get_by_label("Also send to #general").set_checked(is_broadcast)
        box.fill(words)
        box.press("Enter")
        expect(theirs.locator(".thread .messages:not(.outgoing) .text", has_text=words)).to_be_visible()
        expect(theirs.get_by_label("Also send to #general")).not_to_be_checked()
    shown = page.locator(".scroller .messages:not(.outgoing) .text")
    expect(shown).to_have_text(["Who has the key?", "It is in the office"])
    link = page.locator(".scroller .thread-link")
    expect(link).to_contain_text("2 replies")
    expect(link).to_contain_text("2 new")
    page.reload()
    expect(link).to_contain_text("2 new")
    page.get_by_role("button", name="Threads", exact=True).click()
    expect(page.locator(".panel .found-text")).to_have_text(["Who has the key?"])
    window.check_axe("threads")
    page.locator(".panel .found").click()
    expect(page.locator(".thread .text")).to_have_text(["Who has the key?", "I have it", "It is in the office"])
    expect(link).not_to_contain_text("new")
    window.check_axe("a followed thread")
    page.get_by_role("button", name="Following", exact=True).click()
    expect(page.get_by_role("button", name="Follow thread", exact=True)).to_be_visible()
    place.say(bob, "Or at home", parent_message_id=parent["id"])
    expect(page.locator(".thread .text").last).to_have_text("Or at home")
    expect(link).to_contain_text("3 replies")
    expect(link).not_to_contain_text("new")
