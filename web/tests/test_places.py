"""The other pages: every way in, settings, a visitor's room, the widget, five languages."""

import email
import http.server
import re
import threading
import time
from email.policy import default
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Response, expect

from web.tests.conftest import Opens
from web.tests.service import LINES, PASSWORD, Person, Service

# What a room's page says to visitors, by the browser's language.
READERS = {
    "en-GB": "Everyone with this link can read this conversation",
    "id-ID": "Semua orang yang memiliki tautan ini dapat membaca percakapan ini",
    "ja-JP": "このアドレスを知っている人は全員、ここでの会話を読めます",
    "th-TH": "ทุกคนที่มีลิงก์นี้อ่านข้อความในห้องนี้ได้",
    "zh-CN": "所有知道此网址的人都能读到这里的对话",
}


def mail_to(service: Service, address: str, pattern: str) -> str:
    """What ``pattern``'s group finds in the newest mail to ``address``, once there is one."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for file in sorted((service.var / "mail").glob("*"), key=lambda one: one.stat().st_mtime, reverse=True):
            mail = email.message_from_bytes(file.read_bytes(), policy=default)
            body = mail.get_body(("plain",))
            found = re.search(pattern, body.get_content()) if body and address in str(mail["To"]) else None
            if found:
                return found[1]
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address} with {pattern}")


def room_of(owner: Person, name: str) -> dict[str, str]:
    return dict(owner.call("POST", "/external/rooms", {"name": name})["data"])


def test_a_code_or_a_new_password_gets_in(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    window = opens("en-GB")
    window.expected = ("401", "422")
    page = window.go("/")
    page.get_by_label("Email").fill(ann.email)
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".field-error")).to_have_text("The provided credentials are incorrect.")
    window.check_axe("wrong password")
    page.get_by_role("button", name="Sign in with a code by email").click()
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("6-digit code").fill(mail_to(service, ann.email, r"\b(\d{6})\b"))
    window.check_axe("code")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Welcome, Ann")).to_be_visible()
    page.goto(mail_to(service, ann.email, r"(http\S+/auth/email/verify/\S+)"))
    expect(page.locator(".toast")).to_have_text("Your email address is confirmed.")
    expect(page.get_by_role("heading", name="Welcome, Ann")).to_be_visible()
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Sign out").click()

    page.get_by_role("button", name="Forgot your password?").click()
    page.get_by_label("Email").fill(ann.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator(".notice")).to_contain_text(ann.email)
    link = mail_to(service, ann.email, r"(http\S+/reset-password\S+)")
    page.goto(link)
    page.get_by_label("New password").fill("another horse 9")
    window.check_axe("reset")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Welcome, Ann")).to_be_visible()


def told_of_notifications(answer: Response) -> bool:
    return answer.request.method != "GET" and answer.url.endswith("/notifications")


def test_settings_change_the_account_and_every_page_of_them_is_accessible(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Settings")
    window = opens("en-GB", dark=True)
    window.expected += ("404",)  # Of an export that was never asked for.
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_label("Your name").fill("Ann Marie")
    window.check_axe("profile")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".side-foot")).to_contain_text("Ann Marie")
    picture = page.screenshot(type="png", clip={"x": 0, "y": 0, "width": 300, "height": 200})
    page.locator(".settings input[type=file]").set_input_files(
        [{"name": "me.png", "mimeType": "image/png", "buffer": picture}]
    )
    expect(page.locator(".profile-head img")).to_be_visible()
    page.locator(".settings input[type=file]").dispatch_event("cancel")
    expect(page.locator(".profile-head img")).to_be_visible()
    expect(page.locator(".side-foot img")).to_be_visible()
    assert page.locator(".side-foot img").evaluate("one => one.decode().then(() => one.naturalWidth)") == 256
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator(".side-foot img")).to_have_count(0)
    for section in ("Sign-in", "Notifications", "Blocked people", "Access tokens", "Files", "Your data"):
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=section).click()
        expect(page.get_by_role("link", name=section)).to_have_attribute("aria-current", "page")
        expect(page.locator(".settings .spinner")).to_have_count(0)
        window.check_axe(section)
    page.get_by_role("link", name="Notifications").click()
    with page.expect_response(told_of_notifications):
        page.get_by_role("switch", name="Quiet hours").click()
    expect(page.get_by_label("from")).to_have_value("22:00")
    assert ann.call("GET", "/me/notifications")["data"]["quiet_hours"]["time_zone"] == "Asia/Tokyo"
    page.get_by_role("link", name="Sign-in").click()
    expect(page.locator(".rows li", has_text="Chrome · Linux").last).to_contain_text("127.0.0.1")
    page.get_by_role("link", name="Access tokens").click()
    page.get_by_label("Name", exact=True).fill("robot")
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".secret")).to_have_text(re.compile(r"^\d+\|"))
    expect(page.locator(".rows li", has_text="robot")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    page.get_by_role("button", name="More about this conversation").click()
    # A toast may still be there that says so of what was saved before.
    with page.expect_response(told_of_notifications):
        page.get_by_role("menuitemradio", name="Every message").click()
    expect(page.locator(".toast").last).to_have_text("Saved.")
    assert ann.call("GET", f"{place.api}/notifications")["data"]["level"] == "all"


def test_an_account_elsewhere_signs_in_and_is_linked_and_unlinked(opens: Opens, service: Service) -> None:
    service.provider.person = {"sub": "s-7", "name": "Nok", "email": "nok@example.com", "email_verified": True}
    window = opens("en-GB")
    window.elsewhere = (service.provider.issuer,)
    page = window.go("/")
    page.get_by_role("button", name="Continue with OpenID Connect").click()
    expect(page.get_by_role("heading", name="Welcome, Nok")).to_be_visible()
    window.go("/w/settings/security")
    linked = page.locator(".rows li", has_text="OpenID Connect")
    expect(linked).to_contain_text("nok@example.com")
    # Without a password it is the only way in: the refusal is said, and the link stays.
    window.expected += ("422",)
    linked.get_by_role("button", name="Unlink").click()
    expect(page.locator(".toast.error")).to_be_visible()
    expect(linked.get_by_role("button", name="Unlink")).to_be_visible()

    ann = service.person("Ann", "en")
    service.provider.person = {
        "sub": "s-8",
        "name": "Ann",
        "email": "ann.elsewhere@example.com",
        "email_verified": True,
    }
    other = opens("en-GB")
    other.elsewhere = (service.provider.issuer,)
    theirs = other.sign_in(ann)
    other.go("/w/settings/security")
    row = theirs.locator(".rows li", has_text="OpenID Connect")
    row.get_by_role("button", name="Link", exact=True).click()
    expect(row).to_contain_text("ann.elsewhere@example.com")
    row.get_by_role("button", name="Unlink").click()
    expect(row.get_by_role("button", name="Link", exact=True)).to_be_visible()


def test_a_visitor_on_a_phone_talks_with_the_shop(opens: Opens, service: Service) -> None:
    shop = service.person("Haruka", "ja")
    room = room_of(shop, "Jackets")
    path = f"/workspaces/{room['workspace_id']}/channels/{room['channel_id']}/messages"
    window = opens("th-TH", phone=True)
    page = window.go(f"/rooms/{room['room_id']}")
    expect(page.locator("html")).to_have_attribute("lang", "th")
    window.check_axe("join a room")
    page.get_by_label("ชื่อที่จะแสดง").fill("มาลี")
    page.get_by_role("button", name="เริ่มคุย").tap()
    expect(page.get_by_role("heading", name="Jackets", level=1)).to_be_visible()
    page.locator("textarea").fill(LINES["size"]["th"])
    page.get_by_role("button", name="ส่ง").tap()
    expect(page.locator(".messages:not(.outgoing) .text")).to_have_text(LINES["size"]["th"])
    until = time.monotonic() + 30
    while (row := shop.call("GET", path)["data"][0])["display_content"] != LINES["size"]["ja"]:
        assert time.monotonic() < until, row
        time.sleep(0.1)
    assert row["sender"] == {"kind": "guest", "id": row["sender"]["id"], "name": "มาลี", "avatar_url": None}
    shop.call("POST", path, {"content": LINES["stock"]["ja"]})
    expect(page.locator(".message .text").last).to_have_text(LINES["stock"]["th"])
    expect(page.locator(".message .text").last).to_have_attribute("lang", "th")
    window.check_axe("a room")
    page.locator("input[type=file]").set_input_files(
        [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"measures"}]
    )
    page.get_by_role("button", name="ส่ง").tap()
    with page.expect_download() as download:
        page.locator(".file").tap()
    assert download.value.path().read_bytes() == b"measures"
    # After a reload the visitor is still the same.
    page.reload()
    expect(page.locator(".message .text").last).to_have_text(LINES["stock"]["th"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shop.call("POST", f"/external/rooms/{room['room_id']}/close")
    expect(page.locator(".archived")).to_contain_text("สิ้นสุดแล้ว")
    window.expected = ("410",)
    fresh = window.new_page()
    fresh.evaluate("() => {}")
    fresh.goto(f"{window.url}/rooms/{room['room_id']}")
    expect(fresh.locator("main")).to_be_visible()


@pytest.mark.parametrize("locale", READERS)
def test_a_room_says_before_and_after_one_enters_who_reads_along(opens: Opens, service: Service, locale: str) -> None:
    room = room_of(service.person("Haruka", "ja"), "Counter")
    window = opens(locale)
    window.page.set_viewport_size({"width": 320, "height": 560})
    page = window.go(f"/rooms/{room['room_id']}")
    expect(page.get_by_text(READERS[locale])).to_be_visible()
    page.locator("input[name=nickname]").fill("Mei")
    page.locator("input[name=nickname]").press("Enter")
    expect(page.locator(".composer textarea")).to_be_visible()
    expect(page.get_by_text(READERS[locale])).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.check_axe(f"a room, {locale}")


def test_an_owner_opens_a_room_and_gives_somebody_a_role(opens: Opens, service: Service) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    place = ann.workspace("Owners", mali)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Owners Workspaces").click()
    page.get_by_role("menuitem", name="Temporary rooms").click()
    page.get_by_label("Name", exact=True).fill("Spring sale")
    page.get_by_role("button", name="Open a room").click()
    expect(page.get_by_role("textbox", name="Tag of Spring sale")).to_have_value(re.compile(r"widget\.js"))
    window.check_axe("temporary rooms")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Members").click()
    page.get_by_role("button", name="Change Mali").click()
    page.get_by_role("menuitemradio", name="Admin").click()
    expect(page.locator(".people li", has_text="Mali")).to_contain_text("Admin")
    window.check_axe("members")


def test_one_tag_puts_a_room_into_the_corner_of_a_shops_page(opens: Opens, service: Service, tmp_path: Path) -> None:
    shop = service.person("Haruka", "ja")
    room = room_of(shop, "Corner")
    (tmp_path / "index.html").write_text(
        f"<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>"
        f"<script src='{service.url}/static/web/widget.js' data-room='{room['room_id']}' data-label='Talk to us' async></script>"
    )

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # Another host, so that the frame is cross-site in the browser's eyes.
    origin = f"http://localhost:{server.server_port}"
    window = opens("id-ID")
    window.elsewhere = (origin,)
    window.expected = ("404",)  # The shop has no icon.
    page = window.page
    page.goto(origin)
    page.get_by_role("button", name="Talk to us").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text(READERS["id-ID"])).to_be_visible()
    frame.get_by_label("Nama tampilan").fill("Budi")
    frame.get_by_role("button", name="Mulai mengobrol").click()
    expect(frame.get_by_text(READERS["id-ID"])).to_be_visible()
    frame.locator("textarea").fill(LINES["size"]["id"])
    frame.locator("textarea").press("Enter")
    expect(frame.locator(".messages:not(.outgoing) .text")).to_have_text(LINES["size"]["id"])
    path = f"/workspaces/{room['workspace_id']}/channels/{room['channel_id']}/messages"
    shop.call("POST", path, {"content": LINES["stock"]["ja"]})
    expect(frame.locator(".message .text").last).to_have_text(LINES["stock"]["id"])
    assert window.context.cookies(service.url) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Talk to us").focus()
    server.shutdown()


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("en-GB", "Welcome back"),
        ("ja-JP", "おかえりなさい"),
        ("zh-CN", "欢迎回来"),
        ("th-TH", "ยินดีต้อนรับกลับมา"),
        ("id-ID", "Selamat datang kembali"),
    ],
)
def test_the_first_page_speaks_the_browsers_language_and_fits_a_small_phone(
    opens: Opens, locale: str, title: str
) -> None:
    window = opens(locale)
    window.page.set_viewport_size({"width": 320, "height": 640})
    page = window.go("/")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    carried = page.evaluate("() => performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)")
    assert 20_000 < carried < 150_000, "the first load, as it came over the wire"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("link", name="API")).to_have_attribute("href", "/api/docs")
    window.check_axe(locale)


def test_a_phone_reaches_every_place_by_keys_and_by_touch(opens: Opens, service: Service) -> None:
    li, ann = service.person("李伟", "zh-CN"), service.person("Ann", "en")
    place = li.workspace("手机", ann)
    li.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "新闻"})
    place.say(ann, LINES["morning"]["en"])
    window = opens("zh-CN", phone=True, dark=True)
    page = window.sign_in(li, place.page)
    expect(page.locator(".message .text")).to_have_text(LINES["morning"]["zh-CN"])
    window.check_axe("phone")
    page.get_by_role("button", name="打开会话列表").tap()
    window.check_axe("phone, places")
    page.get_by_role("link", name="新闻").tap()
    expect(page.get_by_role("heading", name="新闻", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="更多会话操作").tap()
    window.check_axe("phone, menu of a conversation")
    page.get_by_role("menuitem", name="成员").tap()
    expect(page.locator(".people")).to_contain_text("Ann")
    window.check_axe("phone, members")
    assert PASSWORD not in page.content()


def test_the_drawer_of_a_phone_takes_the_focus_and_closes_by_any_place_and_by_escape(
    opens: Opens, service: Service
) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Drawers")
    page = opens("en-GB", phone=True).sign_in(ann, place.page)
    opener, current = page.get_by_role("button", name="Open the list of places"), page.locator(".side .place.current")
    for close in (current.click, lambda: page.keyboard.press("Escape")):
        opener.click()
        expect(page.locator(".side")).to_be_focused()
        close()
        expect(current).to_be_hidden()
    expect(opener).to_be_focused()


def test_what_is_unread_elsewhere_is_seen_from_here(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    here, there = ann.workspace("Here", bob), ann.workspace("There", bob)
    room = room_of(ann, "Shop floor")
    page = opens("en-GB").sign_in(ann, here.page)
    expect(page.get_by_role("button", name="Here Workspaces")).to_be_visible()
    there.say(bob, "Is anybody here?")
    there.say(bob, "Hello?")
    expect(page.get_by_role("button", name="Here 2 unread in other workspaces Workspaces")).to_be_visible()
    visitor = httpx.Client(base_url=f"{service.inside}/api/v1/external/rooms/{room['room_id']}")
    joined = visitor.post("guests", json={"nickname": "Mali", "preferred_language": "en"}).json()["data"]["session"]
    visitor.headers[joined["header"]] = joined["token"]
    assert visitor.post("messages", json={"content": "May I ask?"}).status_code == 201
    page.get_by_role("button", name="Here 3 unread in other workspaces Workspaces").click()
    expect(page.get_by_role("menuitemradio", name="There 2 unread")).to_be_visible()
    page.get_by_role("menuitem", name="Temporary rooms").click()
    expect(page.get_by_role("dialog").get_by_label("1 unread")).to_be_visible()
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_text("May I ask?")).to_be_visible()
    expect(page.get_by_role("button", name="2 unread in other workspaces Workspaces")).to_be_visible()


def test_an_owner_renames_a_workspace_and_a_member_leaves_it(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Old name", bob)
    bob.workspace("Home")
    window = opens("en-GB")
    window.expected += ("409",)
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Old name Workspaces").click()
    page.get_by_role("menuitem", name="Workspace settings").click()
    page.get_by_label("Name", exact=True).fill("New name")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="New name Workspaces").click()
    page.get_by_role("menuitem", name="Leave workspace").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave workspace").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("owner")

    other = opens("en-GB")
    other.expected += ("404",)  # What was in view is asked for until the next workspace is.
    page = other.sign_in(bob, place.page)
    page.get_by_role("button", name="New name Workspaces").click()
    page.get_by_role("menuitem", name="Leave workspace").click()
    expect(page.get_by_role("dialog")).to_contain_text("Leave New name?")
    page.get_by_role("dialog").get_by_role("button", name="Leave workspace").click()
    page.get_by_role("button", name="Home Workspaces").click()
    expect(page.get_by_role("menuitemradio")).to_have_text(["Home"])
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [row["name"] for row in bob.call("GET", "/workspaces")["data"]] == ["Home"]
