"""Places that are gone or over, while somebody looks at them and when they come back."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from web.tests.conftest import Opens
from web.tests.pages import wait_until
from web.tests.service import Person, Service


def private_channel(owner: Person, workspace: str, name: str, *others: Person) -> str:
    """The path of a channel that ``others`` are in too."""
    body = {"name": name, "visibility": "private"}
    channel = owner.call("POST", f"/workspaces/{workspace}/channels", body)["data"]
    path = f"/workspaces/{workspace}/channels/{channel['id']}"
    rows = {row["user"]["id"]: row["id"] for row in owner.call("GET", f"/workspaces/{workspace}/members")["data"]}
    for other in others:
        owner.call("POST", f"{path}/members", {"member_id": rows[other.id]})
    return path


def test_who_is_taken_out_of_the_channel_in_view_is_told_so_and_led_back(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Endings", bob)
    path = private_channel(ann, place.workspace, "secret", bob)
    window = opens("en-GB")
    window.expected += ("404",)
    page = window.sign_in(bob, path.replace("/workspaces/", "/w/").replace("/channels/", "/c/"))
    expect(page.locator(".intro")).to_be_visible()
    seats = ann.call("GET", f"{path}/members")["data"]
    ann.call("DELETE", f"{path}/members/{next(row['id'] for row in seats if row['user']['id'] == bob.id)}")
    page.locator(".composer textarea").fill("Still here?")
    page.locator(".composer textarea").press("Enter")
    expect(page.get_by_role("heading", name="This conversation is not here")).to_be_visible()
    expect(page.locator(".composer")).to_have_count(0)
    expect(page.get_by_role("navigation").get_by_role("link", name="secret")).to_have_count(0)
    window.check_axe("a place that is gone")
    page.get_by_role("main").get_by_role("link", name="Endings").click()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()


@pytest.mark.parametrize("address", ["/w/{workspace}/c/{other}", "/w/{workspace}/d/{other}", "/w/{other}/c/{other}"])
def test_an_address_of_nothing_says_so_and_leads_back(opens: Opens, service: Service, address: str) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Addresses")
    window = opens("en-GB")
    window.expected += ("404",)
    page = window.sign_in(ann, address.format(workspace=place.workspace, other="01hx" + "0" * 22))
    expect(page.get_by_role("heading", name=re.compile("is not here|do not belong"))).to_be_visible()
    expect(page.locator(".composer")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="Addresses").click()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()


def test_a_closed_room_is_read_only_to_its_owner_and_over_to_its_visitor(opens: Opens, service: Service) -> None:
    shop = service.person("Shop", "en")
    room = shop.call("POST", "/external/rooms", {"name": "Coats"})["data"]
    owner, visitor = opens("en-GB"), opens("en-GB")
    desk = owner.sign_in(shop, f"/w/{room['workspace_id']}/c/{room['channel_id']}")
    expect(desk.locator(".composer")).to_be_visible()
    door = visitor.go(f"/rooms/{room['room_id']}")
    door.get_by_label("Your name here").fill("Mali")
    door.get_by_role("button", name="Start to chat").click()
    expect(door.locator(".intro")).to_be_visible()
    visitor.expected += ("410", "WebSocket")
    shop.call("POST", f"/external/rooms/{room['room_id']}/close")
    for _ in range(2):
        expect(desk.locator(".archived")).to_have_text("This room has ended")
        expect(desk.locator(".composer")).to_have_count(0)
        desk.reload()
    expect(door.locator(".archived")).to_contain_text("This conversation is over")
    door.reload()
    expect(door.get_by_role("heading", name="This room has ended")).to_be_visible()
    expect(door.get_by_label("Your name here")).to_have_count(0)
    # Staff may open it anew, and then the visitor is in again.
    reopen = "from rooms.actions import reopen_room; reopen_room(room_id='{}')"
    service.manage("shell", "-c", reopen.format(room["room_id"]))
    door.reload()
    expect(door.locator(".composer")).to_be_visible()
    expect(door.get_by_text(re.compile("Open until"))).to_be_visible()


def settings_of_channel(page: Page) -> None:
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("menuitem", name="Channel settings").click()


def test_archiving_asks_first_and_the_archive_gives_back(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Archives")
    channel = ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "old news"})["data"]
    window = opens("en-GB")
    page = window.sign_in(ann, f"/w/{place.workspace}/c/{channel['id']}")
    expect(page.locator(".composer")).to_be_visible()
    for answer in ("Cancel", "Archive channel"):
        settings_of_channel(page)
        page.get_by_role("dialog").get_by_role("button", name="Archive channel").click()
        expect(page.get_by_role("dialog")).to_contain_text("Archive old news?")
        window.check_axe("asked before archiving")
        assert (
            ann.call("GET", f"/workspaces/{place.workspace}/channels/{channel['id']}")["data"]["is_archived"] is False
        )
        page.get_by_role("dialog").get_by_role("button", name=answer).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".archived")).to_contain_text("This channel is archived.")
    expect(page.locator(".composer")).to_have_count(0)
    page.get_by_role("link", name="general").click()
    expect(page.locator(".composer")).to_be_visible()
    page.get_by_text("Archived", exact=True).click()
    page.get_by_role("link", name="old news").click()
    window.check_axe("an archived channel")
    settings_of_channel(page)
    page.get_by_role("button", name="Unarchive").click()
    expect(page.locator(".composer")).to_be_visible()
    expect(page.get_by_text("Archived", exact=True)).to_have_count(0)


def test_the_archive_is_known_though_an_answer_without_it_overtakes_it(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Overtaken")
    channel = ann.call("POST", f"/workspaces/{place.workspace}/channels", {"name": "old news"})["data"]
    ann.call("DELETE", f"/workspaces/{place.workspace}/channels/{channel['id']}")
    window = opens("en-GB")
    window.expected += ("ERR_", "WebSocket")
    page, held = window.page, []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/channels\?.*archived=true"), hold_the_first)
    window.sign_in(ann, place.page)
    wait_until(page, lambda: held, "the archive is asked for")
    # The places are read again, and that answer comes first.
    with page.expect_response(re.compile(r"/channels\?(?!.*archived)")):
        service.gate.flap()
    page.wait_for_timeout(500)
    held[0].continue_()
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()


def test_leaving_a_private_channel_asks_first(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Leavers", bob)
    path = private_channel(ann, place.workspace, "secret", bob)
    page = opens("en-GB").sign_in(bob, path.replace("/workspaces/", "/w/").replace("/channels/", "/c/"))
    expect(page.locator(".composer")).to_be_visible()
    secret = page.get_by_role("navigation").get_by_role("link", name="secret")
    for answer, left in (("Cancel", 1), ("Leave channel", 0)):
        settings_of_channel(page)
        page.get_by_role("dialog").get_by_role("button", name="Leave channel").click()
        expect(page.get_by_role("dialog")).to_contain_text("Leave secret?")
        expect(secret).to_have_count(1)
        page.get_by_role("dialog").get_by_role("button", name=answer).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(secret).to_have_count(left)
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()


def test_removing_somebody_and_closing_a_room_ask_first(opens: Opens, service: Service) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    place = ann.workspace("Askers", mali)
    room = ann.call("POST", "/external/rooms", {"name": "Spring sale"})["data"]
    page = opens("en-GB").sign_in(ann, place.page)
    page.get_by_role("button", name="Members").click()
    page.get_by_role("button", name="Change Mali").click()
    page.get_by_role("menuitem", name="Remove Mali").click()
    expect(page.locator(".people")).to_contain_text("Mali")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Change Mali").click()
    page.get_by_role("menuitem", name="Remove Mali").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove Mali").click()
    expect(page.locator(".people")).not_to_contain_text("Mali")

    page.get_by_role("button", name="Askers Workspaces").click()
    page.get_by_role("menuitem", name="Temporary rooms").click()
    page.get_by_role("button", name="Close this room").click()
    expect(page.get_by_role("dialog")).to_contain_text("Close Spring sale now?")
    assert ann.call("GET", f"/external/rooms/{room['room_id']}")["data"]["status"] == "active"
    # The list is loading at this moment; whether it lacks the room can be checked only afterwards.
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/external/rooms/" in answer.url):
        page.get_by_role("dialog").get_by_role("button", name="Close this room").click()
    expect(page.get_by_role("textbox", name="Address of Spring sale")).to_have_count(0)
    assert ann.call("GET", f"/external/rooms/{room['room_id']}")["data"]["status"] == "closed"
