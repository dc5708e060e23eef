"""What a person does in a page, and sees there."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from web.tests.conftest import PATIENCE


def wait_until(page: Page, is_true: Callable[[], object], what: str) -> None:
    """Let ``page`` go on until ``is_true()``; fails when that takes too long."""
    until = time.monotonic() + PATIENCE / 1000
    while not is_true():
        assert time.monotonic() < until, f"Not within {PATIENCE / 1000:.0f} s: {what}"
        page.wait_for_timeout(50)


def scroll_back_until(page: Page, is_true: Callable[[], object], what: str, *, step: int = 2000) -> None:
    """Turn the wheel towards older messages by ``step`` pixels at a time, each once the last is drawn, until ``is_true()``."""

    def is_true_after_a_turn() -> bool:
        page.mouse.wheel(0, -step)
        page.wait_for_function("() => !document.querySelector('.scroller .spinner')")
        return bool(is_true())

    page.locator(".scroller").hover()
    wait_until(page, is_true_after_a_turn, what)


def write(page: Page, text: str) -> None:
    box = page.locator(".stage .composer textarea, .room .composer textarea").first
    box.fill(text)
    box.press("Enter")


def said(page: Page) -> list[str]:
    return [
        text.replace("\n", " ") for text in page.locator(".scroller .messages:not(.outgoing) .text").all_inner_texts()
    ]


def touch(row: Locator, *, to: int | None) -> None:
    """Press a message for long, or move a finger over it by ``to`` pixels."""
    row.locator(".text").evaluate(
        """async (target, to) => {
            const at = target.getBoundingClientRect();
            const send = (kind, x) => {
                const point = new Touch({identifier: 1, target, clientX: at.left + x, clientY: at.top + 4});
                const touches = kind === "touchend" ? [] : [point];
                const event = new TouchEvent(kind, {touches, changedTouches: [point], bubbles: true, cancelable: true});
                target.dispatchEvent(event);
            };
            send("touchstart", 2);
            if (to === null) await new Promise(resolve => setTimeout(resolve, 600));
            else for (let x = 10; x <= to; x += 10) send("touchmove", x);
            send("touchend", to ?? 2);
        }""",
        to,
    )
