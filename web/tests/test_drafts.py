"""What somebody has begun to write goes with them from device to device."""

from playwright.sync_api import Locator, Page, expect

from web.tests.conftest import Opens
from web.tests.service import Service


def test_a_draft_goes_from_desk_to_phone_and_ends_on_both_when_it_is_sent(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob Lee", "en")
    place = ann.workspace("Devices", bob)
    desk = opens("en-GB").sign_in(ann, place.page)
    phone_window = opens("en-GB", phone=True)
    phone = phone_window.sign_in(ann, place.page)

    def box(page: Page) -> Locator:
        return page.locator(".stage .composer textarea")

    expect(box(phone)).to_have_value("")
    box(desk).press_sequentially("@Bob")
    desk.keyboard.press("Enter")
    desk.keyboard.type("are you there")
    expect(box(phone)).to_have_value("@Bob Lee are you there")
    phone.get_by_role("button", name="Open the list of places").tap()
    phone.get_by_role("button", name="Drafts 1 draft").tap()
    expect(phone.get_by_role("link", name="#general")).to_contain_text("@Bob Lee are you there")
    phone_window.check_axe("drafts")
    phone.get_by_role("button", name="Close").last.tap()
    # A reload of a device that kept nothing itself.
    phone.evaluate("() => sessionStorage.clear()")
    phone.reload()
    expect(box(phone)).to_have_value("@Bob Lee are you there")
    phone.get_by_role("button", name="Send", exact=True).tap()
    expect(box(desk)).to_have_value("")
    expect(desk.locator(".message .mention")).to_have_text("@Bob Lee")

    # Without a connection it stays where it was written, and is kept as soon as there is one.
    service.gate.cut()
    box(desk).fill("Written on the train")
    expect(box(phone)).to_have_value("")
    service.gate.open()
    expect(box(phone)).to_have_value("Written on the train")
