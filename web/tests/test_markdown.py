"""What is typed is Markdown: how it is shown, in each language and on each screen."""

import re

import pytest
from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.pages import write
from web.tests.service import Service

EVERYTHING = """# Release 4

Please **read** this, *slowly*, and ~~not~~ now: [the manual](https://a.example/manual), `make test`.

- [x] build
- [ ] ship
  - nested **item**

1. first
2. second

> somebody said so
> twice

| part | state |
|------|------:|
| `core` | **ready** |
| docs | @channel |

```python
def area(radius):
    return 3.14 * radius * radius
```"""
HOSTILE = [
    "[no](javascript:alert(1)) ![no](data:text/html,x) <script>alert(1)</script>",
    "[no](<javascript:alert(1)>) <javascript:alert(1)> [no](  JaVaScRiPt:alert(1))",
    "<img src=x onerror=alert(1)> **<b>bold</b>**",
    ">" * 4000,
    "| a |\n|---|\n" + "| b |\n" * 1000,
    "- a\n" * 2000,
    "*a " * 2600,
    "[" * 4000,
]


def test_what_is_typed_becomes_elements_and_no_mark_is_left(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Markdown")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    write(page, EVERYTHING)
    row = page.locator(".scroller .messages:not(.outgoing) .text")
    expect(row.locator(".heading-1")).to_have_text("Release 4")
    expect(row.locator("strong")).to_have_text(["read", "item", "ready"])
    expect(row.locator("em")).to_have_text("slowly")
    expect(row.locator("s")).to_have_text("not")
    expect(row.get_by_role("link", name="the manual")).to_have_attribute("href", "https://a.example/manual")
    expect(row.get_by_role("img", name="Done:")).to_have_count(1)
    expect(row.locator("li li")).to_have_text("nested item")
    expect(row.locator("ol > li")).to_have_count(2)
    expect(row.locator("blockquote")).to_have_text("somebody said so\ntwice")
    expect(row.get_by_role("columnheader")).to_have_text(["part", "state"])
    expect(row.locator("td .mention.me")).to_have_text("@channel")
    expect(row.locator("pre")).to_contain_text("def area(radius):")
    expect(row.locator(".code-language")).to_have_text("python")
    assert not re.search(r"\*\*|~~|\||```|- \[|^#|^>", row.inner_text(), re.MULTILINE)
    window.check_axe("markdown")


def test_what_a_program_posts_without_a_type_stays_as_it_is(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Plain")
    assert place.say(ann, "**plain** `code`")["type"] == "text"
    assert place.say(ann, "**bold** `code`", type="markdown")["type"] == "markdown"
    page = opens("en-GB").sign_in(ann, place.page)
    expect(page.locator(".scroller .text")).to_have_text(["**plain** code", "bold code"])


def test_hostile_markdown_leads_nowhere_and_keeps_its_place(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Hostile")
    for words in HOSTILE:
        place.say(ann, words, type="markdown", skip_translation=True)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".scroller .message")).to_have_count(len(HOSTILE))
    expect(page.locator(".message strong")).to_have_text("<b>bold</b>")
    assert page.locator(".scroller .text :is(a, img, script, b, iframe)").count() == 0
    assert page.locator(".scroller .text *").count() < 4000, "what is too much is shown as it is written"
    assert page.locator(".scroller").evaluate("box => box.scrollWidth <= box.clientWidth")
    window.check_axe("hostile markdown")


def test_long_code_is_folded_copied_and_wrapped(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Code")
    code = "\n".join(f"line {number} " + "x" * 200 for number in range(27))
    place.say(ann, f"```\n{code}\n```", type="markdown", skip_translation=True)
    window = opens("en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = window.sign_in(ann, place.page)
    block = page.locator(".code-block")
    expect(block.locator("pre")).not_to_contain_text("line 10 ")
    block.get_by_role("button", name="Copy code").click()
    expect(page.locator(".toast").last).to_have_text("Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == code
    is_wider = "pre => pre.scrollWidth > pre.clientWidth"
    assert block.locator("pre").evaluate(is_wider)
    block.get_by_role("button", name="Wrap long lines").click()
    assert not block.locator("pre").evaluate(is_wider)
    block.get_by_role("button", name="Show more (17 lines)").click()
    expect(block.locator("pre")).to_contain_text("line 26 ")
    expect(page.get_by_role("button", name="Show less")).to_have_count(1)


@pytest.mark.parametrize("is_dark", [False, True])
def test_markdown_fits_a_phone(opens: Opens, service: Service, is_dark: bool) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Small")
    wide = "| " + " | ".join(f"column {n}" for n in range(12)) + " |\n|" + "---|" * 12
    for words in (EVERYTHING, wide, "> " * 15 + "deep", "- a\n  - b\n    - c\n      - " + "long" * 60):
        place.say(ann, words, type="markdown", skip_translation=True)
    window = opens("en-GB", phone=True, dark=is_dark)
    page = window.sign_in(ann, place.page)
    expect(page.locator(".scroller .message")).to_have_count(4)
    expect(page.locator(".scroller th")).to_have_count(14)
    assert page.locator(".scroller").evaluate("box => box.scrollWidth <= box.clientWidth")
    window.check_axe("markdown on a phone")
