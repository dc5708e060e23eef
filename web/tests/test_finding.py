"""Finding messages by filters, and files, people and channels by name."""

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.service import Person, Place, Service

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c7"
    "2fcc0000000049454e44ae426082"
)  # fmt: skip


def attach(person: Person, place: Place, name: str, content: bytes, kind: str) -> None:
    answer = person.http.post("/files", files={"file": (name, content, kind)})
    assert answer.status_code == 201, answer.text
    place.say(person, f"Look at {name}", attachment_ids=[answer.json()["data"]["id"]])


def test_filters_narrow_a_search_and_tabs_find_files_people_and_channels(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("田中ゆき", "ja")
    place = ann.workspace("Finding", yuki)
    ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "Plans", "topic": "What comes next"})
    place.say(ann, "The plan of Ann")
    place.say(yuki, "See https://example.com/plan")
    attach(ann, place, "plan.txt", b"words", "text/plain")
    attach(ann, place, "photo.png", PIXEL, "image/png")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".scroller .message")).to_have_count(4)
    page.keyboard.press("Control+Shift+f")
    box = page.get_by_role("searchbox", name="Search")
    box.fill("plan")
    texts = page.locator(".panel .found-text")
    expect(texts).to_have_count(3)
    page.get_by_role("button", name="From", exact=True).click()
    window.check_axe("filters")
    page.get_by_role("menuitem", name="田中ゆき").click()
    expect(box).to_have_value("plan from:田中ゆき ")
    expect(texts).to_have_text(["See https://example.com/plan"])
    page.get_by_role("button", name="Has", exact=True).click()
    page.get_by_role("menuitem", name="A file").click()
    expect(page.locator(".panel").get_by_text("Nothing found")).to_be_visible()
    page.get_by_role("button", name="Remove the filter from:田中ゆき").click()
    expect(texts).to_have_text(["Look at plan.txt"])
    box.fill("plan has:feathers")
    expect(page.get_by_text("Not searched for: has:feathers")).to_be_visible()
    page.get_by_label("Sort by").select_option("Relevance")
    expect(texts).to_have_count(3)
    window.check_axe("search results")

    box.fill("")
    page.get_by_role("button", name="Files", exact=True).click()
    files = page.locator(".shared-files li")
    expect(files).to_have_count(2)
    page.get_by_role("button", name="Pictures").click()
    page.locator(".gallery").get_by_role("button", name="Open photo.png").click()
    expect(page.get_by_role("dialog", name="photo.png")).to_be_visible()
    page.keyboard.press("Escape")
    box.fill("pla")
    page.get_by_role("button", name="All files").click()
    expect(files).to_have_count(1)
    window.check_axe("files")
    page.locator(".panel").get_by_role("button", name="Show plan.txt in the conversation").click()
    expect(page.locator(".scroller .message.flash")).to_contain_text("plan.txt")
    page.get_by_role("button", name="Channels", exact=True).last.click()
    expect(page.locator(".panel .channel-row")).to_contain_text(["Plans"])
    box.fill("yuki")
    page.get_by_role("button", name="People", exact=True).click()
    page.locator(".panel .person-row").click()
    expect(page.locator(".stage-title")).to_have_text("田中ゆき")
