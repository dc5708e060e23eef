"""The README's pictures, from the product itself.

``PICTURES=on`` writes them to docs/images; else they are only made.
"""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from web.tests.conftest import Opens
from web.tests.service import LINES, ROOT, Service


def keep(page: Page, folder: Path, name: str) -> None:
    """Save what the page shows."""
    page.mouse.move(2, 2)
    page.wait_for_timeout(250)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.save(folder / f"{name}.png", optimize=True)
    assert (folder / f"{name}.png").stat().st_size < 150_000


def test_pictures_for_the_readme(opens: Opens, service: Service, tmp_path: Path) -> None:
    folder = ROOT / "docs" / "images" if os.environ.get("PICTURES") == "on" else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    cast = [
        ("Yuki Tanaka", "ja"),
        ("Ann Baker", "en"),
        ("Mali Suksan", "th"),
        ("Budi Santoso", "id"),
        ("李伟", "zh-CN"),
    ]
    yuki, ann, mali, budi, li = (service.person(name, language) for name, language in cast)
    place = ann.workspace("Asia Support", yuki, mali, budi, li)
    for name in ("deliveries", "office"):
        ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": name})
    place.say(yuki, LINES["morning"]["ja"])
    place.say(ann, "Great. The manual is at https://printers.example/setup and the setup code is `QL-820-7`.")
    asked = place.say(ann, f"@[Yuki Tanaka](user:{yuki.id}) Can you set it up in Osaka tomorrow before noon?")
    answered = place.say(mali, LINES["yes"]["th"])
    for person, emoji in ((ann, "👍"), (yuki, "👍"), (budi, "🎉")):
        person.call("PUT", f"{place.api}/messages/{answered['id']}/reactions/{emoji}")
    place.say(budi, LINES["boxes"]["id"])
    ordered = place.say(li, LINES["ordered"]["zh-CN"])
    place.say(budi, LINES["thanks"]["id"], parent_message_id=ordered["id"], is_broadcast=True)
    direct = mali.call("POST", "/direct-conversations", {"participant_user_id": ann.id})["data"]["id"]
    mali.call("POST", f"/direct-conversations/{direct}/messages", {"content": LINES["yes"]["th"]})
    assert asked["id"]

    desk = opens("en-GB")
    page = desk.sign_in(ann, place.page)
    page.set_viewport_size({"width": 1200, "height": 760})
    expect(page.locator(".message .translated")).to_have_count(5)
    expect(page.locator(".place.current .count-badge")).to_have_count(0)
    keep(page, folder, "conversation")
    page.locator(".thread-link").click()
    expect(page.locator(".thread .message")).to_have_count(2)
    page.locator(".scroller .message", has_text=LINES["boxes"]["en"]).locator(".translated").click()
    page.locator(".stage .composer textarea").fill(LINES["yes"]["en"])
    page.get_by_role("button", name="See how others will read it").first.click()
    expect(page.locator(".preview-back").first).to_be_visible()
    keep(page, folder, "original-thread-preview")

    phone = opens("ja-JP", phone=True, dark=True)
    theirs = phone.sign_in(yuki, place.page)
    expect(theirs.locator(".message .translated")).to_have_count(6)
    theirs.locator(".message", has_text="QL-820-7").locator(".translated").tap()
    expect(theirs.locator(".original-note")).to_contain_text("libretranslate")
    theirs.locator(".message", has_text="QL-820-7").scroll_into_view_if_needed()
    keep(theirs, folder, "phone")
    theirs.goto(service.url + "/w/settings/profile")
    expect(theirs.get_by_role("dialog")).to_be_visible()
    phone.check_axe("settings on a phone")
