"""Going from place to place, and through the messages, by keys alone."""

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.service import LINES, Service


def test_the_switcher_and_the_arrows_lead_everywhere_and_a_page_lists_the_keys(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("田中ゆき", "ja")
    place = ann.workspace("Getting around", yuki)
    design = ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "Café design"})["data"]
    yuki.call("POST", f"/workspaces/{place.workspace}/channels/{design['id']}/messages", {"content": "Hello"})
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    title = page.locator(".stage-title")
    switcher = page.get_by_role("combobox", name="Go to")
    keys = page.keyboard
    for typed, heading in (("cafe", "Café design"), ("gnrl", "general"), ("yuki", "田中ゆき"), ("CD", "Café design")):
        keys.press("Control+k")
        expect(switcher).to_be_focused()
        keys.type(typed)
        expect(page.get_by_role("option", selected=True)).to_contain_text(heading)
        keys.press("Enter")
        expect(title).to_have_text(heading)
        expect(page.locator(".composer textarea")).to_be_focused()
    keys.press("Control+k")
    keys.type("shortcuts")
    window.check_axe("switcher")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    window.check_axe("shortcuts")
    keys.press("Control+k")
    expect(switcher).to_have_count(0)
    keys.press("Escape")
    keys.press("Alt+ArrowUp")
    expect(title).to_have_text("general")
    keys.press("Alt+ArrowDown")
    expect(title).to_have_text("Café design")
    keys.press("Alt+ArrowDown")
    expect(title).to_have_text("田中ゆき")
    place.say(yuki, "Anybody here?")
    expect(page.locator(".place.unread", has_text="general")).to_be_visible()
    keys.press("Alt+Shift+ArrowDown")
    expect(title).to_have_text("general")
    page.locator(".scroller").focus()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_tab_passes_the_tools_of_messages_and_the_arrows_reach_them(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Tools", yuki)
    place.say(yuki, LINES["thanks"]["ja"])
    place.say(ann, "Second")
    page = opens("en-GB").sign_in(ann, place.page)
    row = page.locator(".scroller .message").first
    expect(row.locator(".text")).to_have_text(LINES["thanks"]["en"])
    expect(row).to_have_accessible_name(
        f"Yuki, {row.locator('time').first.inner_text()}: {LINES['thanks']['en']} (translated from Japanese)"
    )
    keys = page.keyboard
    page.locator(".scroller").focus()
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(row).to_be_focused()
    keys.press("ArrowRight")
    expect(row.get_by_role("button", name="React with 👍")).to_be_focused()
    keys.press("End")
    expect(row.get_by_role("button", name="More actions")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("menuitem", name="Copy text")).to_be_focused()
    keys.press("Escape")
    keys.press("Escape")
    expect(row).to_be_focused()
    stops = page.locator(".message-tools button").evaluate_all("all => all.map(one => one.tabIndex)")
    assert set(stops) == {-1}
