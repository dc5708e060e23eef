"""Going from place to place, and through the messages, by keys alone."""

from playwright.sync_api import Locator, expect

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
    expect(page.get_by_role("menuitem", name="Copy translation")).to_be_focused()
    keys.press("Escape")
    keys.press("Escape")
    expect(row).to_be_focused()
    stops = page.locator(".message-tools button").evaluate_all("all => all.map(one => one.tabIndex)")
    assert set(stops) == {-1}


def test_a_sidebar_that_is_arranged_in_one_browser_is_arranged_in_another(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Arranged", yuki)
    for name in ("Zebra", "Apple"):
        ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": name, "topic": f"All of {name}"})
    window, other = opens("en-GB"), opens("en-GB", dark=True)
    page, mirror = window.sign_in(ann, place.page), other.sign_in(ann, place.page)

    def choose(menu: str, *items: str) -> None:
        for item in items:
            page.get_by_role("button", name=menu, exact=True).click()
            page.locator(".menu-list").get_by_text(item, exact=True).click()

    def channels(section: str) -> Locator:
        return mirror.get_by_role("region", name=section, exact=True).locator("a.place")

    choose("Arrange channels", "Name", "New section")
    page.get_by_label("Name", exact=True).fill("Fruit")
    page.get_by_role("button", name="Create").click()
    expect(channels("Channels")).to_have_text(["Apple", "general", "Zebra"])
    page.locator(".place", has_text="Apple").click()
    expect(page.locator(".topic")).to_have_text("All of Apple")
    choose("More about this conversation", "Fruit")
    expect(channels("Fruit")).to_have_text(["Apple"])
    page.locator(".place", has_text="Zebra").click()
    choose("More about this conversation", "Add to favourites", "Mute")
    expect(channels("Favourites")).to_have_text(["ZebraMuted"])
    choose("More about this conversation", "Leave channel")
    expect(channels("Favourites")).to_have_count(0)
    other.check_axe("arranged")
    page.get_by_role("button", name="Browse channels").click()
    dialog = page.get_by_role("dialog", name="Browse channels")
    expect(dialog.locator("li", has_text="Zebra")).to_contain_text("1 member")
    window.check_axe("browsing channels")
    dialog.get_by_label("Search by name").fill("zeb")
    dialog.get_by_role("button", name="Join #Zebra").click()
    expect(dialog.locator("li")).to_contain_text(["2 members"])
    expect(channels("Favourites")).to_have_text(["ZebraMuted"])
