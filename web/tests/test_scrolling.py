"""A conversation that is far longer than a page can hold."""

import contextlib
import sqlite3

from playwright.sync_api import Page, expect

from web.tests.conftest import Opens
from web.tests.pages import scroll_back_until
from web.tests.service import Service

HUNDRED_THOUSAND = 100_000
# Until scrolling has come to rest: two looks at the same place.
SETTLED = """() => new Promise(done => {
    const box = document.querySelector(".scroller");
    const look = last => setTimeout(() => (box.scrollTop === last ? done() : look(box.scrollTop)), 300);
    look(-1);
})"""
TOP_ROW = """() => {
    const box = document.querySelector(".scroller").getBoundingClientRect();
    const row = [...document.querySelectorAll("[data-id]")].find(one => one.getBoundingClientRect().bottom > box.top);
    return [row.dataset.id, Math.round(row.getBoundingClientRect().top)];
}"""


def test_a_hundred_thousand_messages_scroll_with_few_rows_in_the_page(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Long")
    first = place.say(ann, "Message 1")
    lengthen(service, "Message 1", HUNDRED_THOUSAND)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    texts = page.locator(".scroller .message .text")
    expect(texts.last).to_have_text(f"Message {HUNDRED_THOUSAND}")
    scroll_back_until(page, lambda: numbers(page)[0] <= HUNDRED_THOUSAND - 400, "400 messages are read back", step=900)
    seen = numbers(page)
    assert seen == list(range(seen[0], seen[-1] + 1)), "neighbours, in order"
    assert len(seen) <= 300
    page.evaluate(SETTLED)
    before = page.evaluate(TOP_ROW)
    # Somebody writes below, a row above grows: what is read stays where it is.
    place.say(ann, "meanwhile")
    page.evaluate("() => { document.querySelector('[data-id] .text').append('\\n'.repeat(9)) }")
    expect(page.get_by_role("button", name="To the latest messages")).to_be_visible()
    assert page.evaluate(TOP_ROW) == before
    page.get_by_role("button", name="To the latest messages").click()
    expect(texts.last).to_have_text("meanwhile")
    page.goto(f"{window.url}{place.page}?at={first['id']}")
    expect(page.locator(".message.flash .text")).to_have_text("Message 1")
    expect(page.locator(".intro")).to_be_visible()


def numbers(page: Page) -> list[int]:
    # In one step: a locator first lists the rows and then reads them, and some may be gone in between.
    texts = page.evaluate(
        "() => [...document.querySelectorAll('.scroller .message .text')].map(one => one.textContent)"
    )
    assert [text for text in texts if len(text.split()) != 2] == []
    return [int(text.split()[1]) for text in texts]


def lengthen(service: Service, content: str, most: int) -> None:
    """Let the conversation of the message ``content``, its first, have ``most`` of the kind: too many to post one by one."""
    with contextlib.closing(sqlite3.connect(service.var / "db.sqlite3", timeout=60)) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(messaging_message)")]
        own = {"id": "lower(hex(randomblob(16)))", "seq": "n", "content": "'Message ' || n"}
        [(first, conversation)] = database.execute(
            "SELECT id, conversation_id FROM messaging_message WHERE content = ?", [content]
        )
        copy = (
            "WITH RECURSIVE numbers(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
            f"INSERT INTO messaging_message ({', '.join(names)}) "
            f"SELECT {', '.join(own.get(name, f'first.{name}') for name in names)} "
            "FROM numbers, messaging_message AS first WHERE first.id = ?"
        )
        # In steps, so that the service's own writers never wait for long.
        for start in range(2, most + 1, 10_000):
            with database:
                database.execute(copy, [start, min(most, start + 9_999), first])
        with database:
            database.execute("UPDATE workspaces_conversation SET last_seq = ? WHERE id = ?", [most, conversation])
