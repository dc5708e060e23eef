"""What one keeps of messages: saved, marked unread, looked at as they were, sent on."""

from playwright.sync_api import Locator, expect

from web.tests.conftest import Opens
from web.tests.service import Person, Service


def choose(row: Locator, item: str) -> None:
    """Choose an item of a message's menu."""
    row.hover()
    row.get_by_role("button", name="More actions").click()
    row.get_by_role("menuitem", name=item, exact=True).click()


def test_messages_are_saved_sent_on_and_marked_unread(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Keeping", bob)
    ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "deliveries"})
    for words in ("The first", "The second", "The third"):
        said = place.say(ann, words)
    ann.call("PATCH", f"{place.api}/messages/{said['id']}", {"content": "The third, mended"})
    window = opens("en-GB")
    page = window.sign_in(bob, place.page)
    rows = page.locator(".scroller .message")
    expect(rows.last.locator(".text")).to_contain_text("mended")
    choose(rows.last, "Edit history")
    dialog = page.get_by_role("dialog", name="Edit history")
    expect(dialog.locator(".text")).to_have_text(["The third, mended", "The third"])
    window.check_axe("edit history")
    page.keyboard.press("Escape")

    choose(rows.nth(1), "Save for later")
    page.get_by_role("button", name="Saved", exact=True).click()
    expect(page.locator(".panel .found-text")).to_have_text(["The second"])
    window.check_axe("saved messages")
    page.locator(".panel").get_by_role("button", name="Remove from saved").click()
    expect(page.locator(".panel").get_by_text("Nothing saved yet")).to_be_visible()
    page.keyboard.press("Escape")

    choose(rows.nth(1), "Forward")
    dialog = page.get_by_role("dialog", name="Forward")
    dialog.get_by_label("Send to").fill("deliv")
    window.check_axe("forward")
    dialog.get_by_role("button", name="deliveries").click()
    expect(page.get_by_text("Forwarded to deliveries")).to_be_visible()

    choose(rows.nth(1), "Mark unread from here")
    expect(page.locator(".new-line")).to_be_visible()
    expect(page.locator(".place.current .count-badge")).to_have_text("2")
    page.get_by_role("link", name="deliveries").click()
    text = page.locator(".scroller .messages:not(.outgoing) .text")
    expect(text).to_contain_text("The second")
    expect(text.get_by_role("link", name="#general")).to_have_attribute(
        "href", f"{place.page}?at={rows_id(ann, place.api)}"
    )
    expect(page.locator(".place", has_text="general").locator(".count-badge")).to_have_text("2")


def rows_id(person: Person, api: str) -> str:
    """The id of the second message."""
    rows = person.call("GET", f"{api}/messages")["data"]
    return str(next(row["id"] for row in rows if row["original_content"] == "The second"))
