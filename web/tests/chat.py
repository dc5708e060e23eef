"""A person in a conversation, as a page object.

What they see there, and what they do with a message.
"""

from playwright.sync_api import Locator, Page, expect

from web.tests.conftest import Opens, Window
from web.tests.pages import write
from web.tests.service import Person, Place, Service

LOCALES = {"en": "en-GB", "ja": "ja-JP"}
# What the interface calls the things that the tests use.
LABELS = {
    "en": {
        "more": "More actions",
        "reply": "Reply in a thread",
        "thumb": "React with 👍",
        "pin": "Pin",
        "unpin": "Unpin",
        "pins": "Pinned messages",
        "close": "Close",
        "search": "Search",
    },
    "ja": {
        "more": "その他の操作",
        "reply": "スレッドで返信",
        "thumb": "👍 でリアクション",
        "pin": "ピン留め",
        "unpin": "ピン留めを外す",
        "pins": "ピン留め",
        "close": "閉じる",
        "search": "検索",
    },
}


def message(page: Page, text: str) -> Locator:
    """The newest message that says ``text``, whatever it quotes."""
    return page.locator(".scroller .message", has=page.locator(".text", has_text=text)).last


class Chat:
    """One window of ``person``, signed in and looking at ``place``."""

    def __init__(self, window: Window, person: Person, place: Place) -> None:
        self.window = window
        self.labels = LABELS[person.language]
        self.page = window.sign_in(person, place.page)
        expect(self.page.get_by_role("heading", name="general", exact=True)).to_be_visible()
        expect(self.page.locator(".skeleton")).to_have_count(0)

    @property
    def box(self) -> Locator:
        return self.page.locator(".stage .composer textarea")

    def message(self, text: str) -> Locator:
        return message(self.page, text)

    def write(self, text: str) -> None:
        write(self.page, text)

    def do(self, row: Locator, label: str) -> None:
        """Press a button that shows over a message."""
        row.hover()
        row.get_by_role("button", name=self.labels[label]).click()

    def choose(self, row: Locator, label: str) -> None:
        """Choose from a message's menu."""
        self.do(row, "more")
        self.page.get_by_role("menuitem", name=self.labels[label], exact=True).click()

    def close_panel(self) -> None:
        self.page.locator(".panel").get_by_role("button", name=self.labels["close"]).click()
        expect(self.page.locator(".panel")).to_have_count(0)


def pair(opens: Opens, service: Service, name: str) -> tuple[Chat, Chat]:
    """Ann, who reads English, and Yuki, who reads Japanese, in a workspace of their own."""
    ann, yuki = service.person("Ann Baker", "en"), service.person("田中ゆき", "ja")
    place = ann.workspace(name, yuki)
    return Chat(opens(LOCALES["en"]), ann, place), Chat(opens(LOCALES["ja"]), yuki, place)
