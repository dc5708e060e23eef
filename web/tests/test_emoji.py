"""Emoji: chosen, completed, and who reacted with them."""

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.pages import touch
from web.tests.service import Service


def test_what_is_written_is_completed_after_its_sign(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Completion", bob)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    box, choices = page.locator(".composer textarea"), page.get_by_role("option")
    box.press_sequentially("hi @bo")
    expect(choices).to_have_count(1)
    box.press("Enter")
    box.press_sequentially("see #gen")
    expect(choices).to_have_text("general")
    window.check_axe("completion")
    box.press("Enter")
    box.press_sequentially("in time :rock")
    expect(choices.first).to_contain_text("rock")
    box.press_sequentially("et:")
    expect(box).to_have_value("hi @Bob see #general in time 🚀")
    box.press("Enter")
    text = page.locator(".messages:not(.outgoing) .text")
    expect(text).to_have_text("hi @Bob see #general in time 🚀")
    expect(text.get_by_role("link", name="#general")).to_have_attribute("href", place.page)


def test_who_reacted_is_named_on_hover_and_in_a_dialog(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Reactors", bob)
    said = place.say(ann, "Lunch?")
    bob.call("PUT", f"{place.api}/messages/{said['id']}/reactions/👍")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    row = page.locator(".scroller .message", has_text="Lunch?")
    reaction = row.locator(".reaction")
    reaction.click()
    expect(reaction).to_have_accessible_name("👍, 2 people: You and Bob")
    reaction.hover()
    expect(row.locator(".tip")).to_have_text("You and Bob reacted with 👍")
    expect(row.locator(".tip")).to_be_visible()
    row.hover()
    row.get_by_role("button", name="React with another emoji").click()
    picker = page.get_by_role("dialog", name="Emoji")
    picker.get_by_role("button", name="People").click()
    picker.get_by_role("button", name="Medium skin tone").click()
    window.check_axe("emoji picker")
    picker.get_by_role("button", name="waving hand").click()
    expect(reaction.nth(1)).to_contain_text("👋🏽")

    phone = opens("en-GB", phone=True, dark=True)
    theirs = phone.sign_in(bob, place.page)
    touch(theirs.locator(".message"), to=None)
    theirs.get_by_role("menuitem", name="Who reacted").tap()
    dialog = theirs.get_by_role("dialog", name="Who reacted")
    expect(dialog.locator("section").first).to_contain_text("You")
    expect(dialog.locator("section").first).to_contain_text("Ann")
    phone.check_axe("who reacted")
