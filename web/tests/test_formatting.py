"""Writing Markdown: keys, buttons, lists that go on, what is pasted, and how it will look."""

import pytest
from playwright.sync_api import Page, expect

from web.tests.conftest import Opens, Window
from web.tests.service import Person, Service

PASTE = """([html, text]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
SELECT = "(box, [from, to]) => { box.focus(); box.setSelectionRange(from, to); }"


@pytest.fixture
def ann(service: Service) -> Person:
    return service.person("Ann", "en")


@pytest.fixture
def window(opens: Opens, ann: Person) -> Window:
    window = opens("en-GB")
    window.sign_in(ann, ann.workspace("Writing").page)
    expect(window.page.locator(".intro")).to_be_visible()
    return window


def type_and_select(page: Page, text: str, start: int, end: int) -> None:
    box = page.locator(".composer textarea")
    box.fill(text)
    box.evaluate(SELECT, [start, end])


@pytest.mark.parametrize(
    ("keys", "label", "result"),
    [
        ("Control+b", "Bold", "say **this** now"),
        ("Control+i", "Italic", "say *this* now"),
        ("Control+Shift+X", "Strikethrough", "say ~~this~~ now"),
        ("Control+Shift+C", "Code", "say `this` now"),
        ("Control+k", "Link", "say [this](https://) now"),
        ("", "Bulleted list", "- say this now"),
        ("", "Numbered list", "1. say this now"),
        ("", "Quote", "> say this now"),
    ],
)
def test_keys_and_buttons_format_what_is_selected(window: Window, keys: str, label: str, result: str) -> None:
    page = window.page
    box = page.locator(".composer textarea")
    if keys:
        type_and_select(page, "say this now", 4, 8)
        page.keyboard.press(keys)
        expect(box).to_have_value(result)
        page.keyboard.press("Control+z")
        expect(box).to_have_value("say this now")
    type_and_select(page, "say this now", 4, 8)
    page.get_by_role("toolbar").get_by_role("button", name=label).click()
    expect(box).to_have_value(result)
    expect(box).to_be_focused()


def test_a_list_goes_on_and_is_sent_with_enter(window: Window) -> None:
    page = window.page
    page.locator(".composer textarea").focus()
    page.keyboard.type("- one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and **this**")
    page.keyboard.press("Enter")
    row = page.locator(".scroller .messages:not(.outgoing) .text")
    expect(row.locator("li")).to_have_text(["one", "two"])
    expect(row.locator("p strong")).to_have_text("this")
    # Edited as it was typed, with the same keys.
    page.keyboard.press("ArrowUp")
    editor = page.locator(".editor textarea")
    expect(editor).to_have_value("- one\n- two\nand **this**")
    editor.evaluate(SELECT, [2, 5])
    page.keyboard.press("Control+b")
    expect(editor).to_have_value("- **one**\n- two\nand **this**")
    page.keyboard.press("Enter")
    expect(row.locator("li strong")).to_have_text("one")


def test_control_k_opens_the_switcher_where_nothing_is_selected(window: Window) -> None:
    page = window.page
    type_and_select(page, "say this", 8, 8)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to")).to_be_focused()


def test_formatted_text_is_pasted_as_markdown_and_plain_text_as_it_is(window: Window) -> None:
    page = window.page
    box = page.locator(".composer textarea")
    type_and_select(page, "see: X", 5, 6)
    page.evaluate(PASTE, ["<p>the <b>list</b></p><ul><li>one</li></ul><script>alert(1)</script>", "the list one"])
    expect(box).to_have_value("see: the **list**\n\n- one")
    page.keyboard.press("Control+z")
    expect(box).to_have_value("see: X")
    type_and_select(page, "", 0, 0)
    page.evaluate(PASTE, ["<style>b{}</style><span style='color:red'>* plain</span>", "* plain"])
    expect(box).to_have_value("* plain")
    # In a block of code it is pasted as the browser does.
    type_and_select(page, "```\n", 4, 4)
    page.evaluate(PASTE, ["<b>x</b>", "x"])
    page.wait_for_timeout(100)
    expect(box).to_have_value("```\n")


def test_the_buttons_are_one_stop_and_can_be_put_away(window: Window) -> None:
    page = window.page
    bar = page.get_by_role("toolbar", name="Formatting")
    bar.get_by_role("button", name="Bold").focus()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(bar.get_by_role("button", name="Quote")).to_be_focused()
    assert bar.locator("button:not([tabindex='-1'])").count() == 1
    window.check_axe("toolbar")
    page.get_by_role("button", name="Formatting").click()
    expect(bar).to_have_count(0)
    page.reload()
    expect(page.locator(".composer textarea")).to_be_visible()
    expect(bar).to_have_count(0)


def test_a_draft_is_seen_as_it_will_look(window: Window) -> None:
    page = window.page
    page.locator(".composer textarea").fill("- **one**\n- [ ] two")
    page.get_by_role("button", name="See how others will read it").click()
    expect(page.locator(".preview-text li")).to_have_text(["one", "two"])
    expect(page.locator(".preview-text strong")).to_have_text("one")
    window.check_axe("preview of Markdown")


@pytest.mark.parametrize(
    ("locale", "title"), [("ja", "書式"), ("th", "จัดรูปแบบ"), ("zh-CN", "格式"), ("id", "Pemformatan")]
)
def test_the_buttons_fit_a_phone_in_each_language(opens: Opens, service: Service, locale: str, title: str) -> None:
    somebody = service.person("Somebody", locale)
    place = somebody.workspace("Small")
    window = opens(locale, phone=True, dark=True)
    page = window.sign_in(somebody, place.page)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_role("button", name=title).tap()
    bar = page.get_by_role("toolbar", name=title)
    expect(bar.get_by_role("button")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.check_axe(f"toolbar in {locale}")
