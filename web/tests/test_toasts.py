"""What is said in passing."""

from playwright.sync_api import Locator, expect

from web.tests.conftest import Opens
from web.tests.service import LINES, Service

IS_ON_TOP = """one => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


def said(toast: Locator, words: str) -> None:
    """``words`` are said where they are seen and heard.

    Nothing covers them, and nothing makes them inert.
    """
    expect(toast).to_have_text(words)
    assert toast.evaluate(IS_ON_TOP)
    # Roles are told of what is not inert.
    expect(toast.page.get_by_role("status").filter(has_text=words)).to_have_count(1)


def test_what_is_said_in_passing_stands_above_a_dialog_and_is_heard_there(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Above")
    window = opens("en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    page.get_by_role("button", name="Invite people").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    said(page.locator(".toast"), "Copied.")
    window.check_axe("said above a dialog")
    # It outlives the dialog.
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    said(page.locator(".toast"), "Copied.")


def test_a_report_that_was_sent_is_acknowledged(opens: Opens, service: Service) -> None:
    ann, eve = service.person("Ann", "en"), service.person("Eve", "en")
    place = ann.workspace("Reports", eve)
    place.say(eve, LINES["thanks"]["en"])
    page = opens("en-GB").sign_in(ann, place.page)
    row = page.locator(".scroller .message").last
    row.hover()
    row.get_by_role("button", name="More actions").click()
    row.get_by_role("menuitem", name="Report").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("It is not true.")
    page.get_by_role("dialog").get_by_role("button", name="Report").click()
    said(page.locator(".toast"), "Thank you. The report was sent.")
    expect(page.get_by_role("dialog")).to_have_count(0)
