"""Senders made for Slack post through incoming webhooks.

Everything that they say arrives as text.
"""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from messaging.incoming import registry, slack
from messaging.models import MAX_CONTENT
from messaging.tests.client import make_webhook
from messaging.tests.incoming import Sender, text_of
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(as_owner: APIClient, channel: Channel) -> Sender:
    return Sender(make_webhook(as_owner, channel, default_channel_id=channel.pk))


TEXTS = {
    "see <https://a.example/x|the page>": "see the page (https://a.example/x)",
    "see <https://a.example/x>": "see https://a.example/x",
    "<https://a.example|https://a.example>": "https://a.example",
    "<https://a.example/?a=1&amp;b=2|A &amp; B>": "A & B (https://a.example/?a=1&b=2)",
    "<mailto:ann@mail.example|Ann>": "Ann (ann@mail.example)",
    "<mailto:ann@mail.example|ann@mail.example>": "ann@mail.example",
    "<!channel> look": "@channel look",
    "<!here|here> look": "@here look",
    "<!everyone> look": "@channel look",
    "<@U024BE7LH> and <@W1|ann>": "@U024BE7LH and @ann",
    "<#C024BE7LR|general> and <#C1>": "#general and #C1",
    "<!subteam^S012|@devs>": "@devs",
    "<!date^1392734382^{date_num}|Feb 18>": "Feb 18",
    "<!date^1392734382^{date_num}>": "2014-02-18 14:39 UTC",
    "<!date^99999999999999999999^{date}>!": "!",
    "a &lt; b &amp;&amp; c &gt; d": "a < b && c > d",
    "&lt;!channel&gt; &amp;lt;": "<!channel> &lt;",
    "1 < 2 and 3 > 2": "1 < 2 and 3 > 2",
    "<b>bold</b> <> <|> <@>": "<b>bold</b> <> <|> <@>",
    "Deployed :tada:": "Deployed :tada:",
}


@pytest.mark.parametrize(("sent", "shown"), TEXTS.items())
def test_text_is_shown_as_people_read_it(sent: str, shown: str) -> None:
    assert slack.unescaped(sent) == shown


ATTACHMENT = {
    "fallback": "not shown",
    "pretext": "Before it",
    "author_name": "Ann",
    "author_link": "https://a.example/ann",
    "title": "Build &lt;41&gt;",
    "title_link": "https://a.example/41",
    "text": "2 tests failed",
    "fields": [{"title": "Branch", "value": "main", "short": True}, {"title": "Tests", "value": 41}, "odd"],
    "actions": [{"type": "button", "text": "Retry", "url": "https://a.example/retry"}],
    "image_url": "https://a.example/a.png",
    "footer": "CI",
    "color": "#ff0000",
}
TOLD = [
    "Before it", "Ann (https://a.example/ann)", "Build <41> (https://a.example/41)", "2 tests failed", "Branch: main",
    "Tests: 41", "Retry (https://a.example/retry)", "https://a.example/a.png", "CI",
]  # fmt: skip
RICH = [
    {"type": "text", "text": "Hi "},
    {"type": "user", "user_id": "U1"},
    {"type": "text", "text": " see <b> "},
    {"type": "link", "url": "https://a.example", "text": "A"},
    {"type": "emoji", "name": "tada", "unicode": "1f389"},
    {"type": "emoji", "name": "party"},
    {"type": "text", "text": "x = 1", "style": {"code": True}},
]
BLOCKS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "section", "text": {"type": "mrkdwn", "text": "a &amp; b"}}, ["a & b"]),
    (
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "one"}, {"type": "plain_text", "text": "two"}],
            "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "https://a.example"},
        },
        ["one", "two", "Open (https://a.example)"],
    ),
    ({"type": "header", "text": {"type": "plain_text", "text": "Title"}}, ["Title"]),
    (
        {
            "type": "context",
            "elements": [{"type": "image", "alt_text": "cat"}, {"type": "mrkdwn", "text": "by <@U1|ann>"}],
        },
        ["cat by @ann"],
    ),
    ({"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]}, ["Go"]),
    (
        {
            "type": "image",
            "title": {"text": "A cat"},
            "alt_text": "a black cat",
            "image_url": "https://a.example/c.png",
        },
        ["A cat", "a black cat", "https://a.example/c.png"],
    ),
    (
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": RICH}]},
        ["Hi @U1 see <b> A (https://a.example)🎉:party:`x = 1`"],
    ),
    (
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                    ],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            ],
        },
        ["- one", "- two", "```\ncode\n```", "> said"],
    ),
    ({"type": "divider"}, []),
    ({"type": "video", "title": {"text": "Film"}, "alt_text": "a film"}, ["Film", "a film"]),
    ({"type": "markdown", "text": "**bold**"}, ["**bold**"]),
]


@pytest.mark.parametrize(("block", "told"), BLOCKS, ids=[f"{n}-{block['type']}" for n, (block, _) in enumerate(BLOCKS)])
def test_a_block_is_told_as_text(block: dict[str, Any], told: list[str]) -> None:
    assert slack.text_of({"blocks": [block]}, MAX_CONTENT) == "\n".join(told)


def test_attachments_and_blocks_are_added_to_the_text(sender: Sender) -> None:
    blocks = [block for block, _ in BLOCKS]
    shown = text_of(sender.json({"text": "Failed", "attachments": [ATTACHMENT]}))
    assert shown.split("\n") == ["Failed", *TOLD]
    assert text_of(sender.json({"attachments": [ATTACHMENT, {"fallback": "Only &amp; this"}]})).endswith(
        "\nOnly & this"
    )
    shown = text_of(sender.json({"blocks": blocks}))
    assert all(line in shown for _, told in BLOCKS for line in told)
    # The text is a fall-back of the blocks.
    repeated = {"text": "a & b", "blocks": blocks[:1], "attachments": [{"blocks": blocks[2:3]}]}
    assert text_of(sender.json(repeated)) == "a & b\nTitle"
    assert text_of(sender.json({"content": "Mine", "attachments": [{"text": "more"}]})) == "Mine\nmore"


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x", "type": "message"},
        {"text": "x", "type": "mrkdwn", "channel": "#general", "username": "bot", "icon_emoji": ":x:", "mrkdwn": True},
        {"content": None, "text": "x"},
        {"content": "", "text": "x"},
        {"content": "  ", "text": "", "attachments": [{"fallback": "x"}]},
        {"content": "x", "type": "message"},
        {"text": "x", "attachments": [], "blocks": None},
        {"text": "x", "attachments": "nonsense", "blocks": '[{"type": "divider"}]'},
        {"attachments": {"text": "x"}},
        {"blocks": json.dumps([{"type": "section", "text": {"text": "x"}}])},
    ],
)
def test_what_slack_takes_is_taken(sender: Sender, body: dict[str, Any]) -> None:
    answer = sender.json(body)
    assert text_of(answer).strip() == "x"
    assert answer.json()["data"]["type"] == "text"


def test_our_own_type_stays(sender: Sender) -> None:
    assert sender.json({"text": "**x**", "type": "markdown"}).json()["data"]["type"] == "markdown"
    assert sender.json({"content": "x", "type": "loud"}).status_code == 422


PAYLOAD = json.dumps({"text": "ราคา &amp; 価格", "attachments": [{"text": "more"}]})
FORM = urlencode({"payload": PAYLOAD})
MULTIPART = f'--b\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{PAYLOAD}\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (FORM, "application/x-www-form-urlencoded"),
        (FORM, "application/x-www-form-urlencoded; charset=utf-8"),
        (FORM, ""),
        (FORM, "text/plain"),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (PAYLOAD, ""),
        (PAYLOAD, "text/plain"),
        (PAYLOAD, "text/html; charset=utf-8"),
        (PAYLOAD, "application/octet-stream"),
        (PAYLOAD, "application/x-www-form-urlencoded"),
        (PAYLOAD, "application/vnd.slack+json"),
        ("\ufeff" + PAYLOAD, "application/json"),
    ],
)
def test_a_body_is_read_whatever_it_is_labelled(sender: Sender, body: str, content_type: str) -> None:
    assert text_of(sender.raw(body.encode(), content_type)) == "ราคา & 価格\nmore"


def test_a_form_of_fields_is_read_too(sender: Sender) -> None:
    body = urlencode({"text": "x", "username": "bot"}).encode()
    assert text_of(sender.raw(body, "application/x-www-form-urlencoded")) == "x"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"payload=nonsense", "application/x-www-form-urlencoded", 400),
        (b"payload=[]", "application/x-www-form-urlencoded", 400),
        (b"hello there", "text/plain", 400),
        (b"\xff\xfe\xfd", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"blocks": ' + b"[" * 400 + b"]" * 400 + b"}", "application/json", 422),
        (b"", "application/json", 422),
        (b"&" * 5000, "application/x-www-form-urlencoded", 400),
        (b"a=1", "application/x-www-form-urlencoded", 422),
        (b"--b--", "multipart/form-data; boundary=b", 422),
        (b"x", "multipart/form-data", 400),
        (b'{"text": "\\ud800"}', "application/json", 201),
        (b'{"content": "\\ud800"}', "application/json", 422),
        (b'{"text": "' + b"x" * 2**20 + b'"}', "application/json", 413),
    ],
    ids=range(15),
)
def test_what_says_nothing_is_refused(sender: Sender, body: bytes, content_type: str, status: int) -> None:
    assert sender.raw(body, content_type).status_code == status


def test_a_long_text_is_cut_and_a_long_content_refused(sender: Sender) -> None:
    shown = text_of(sender.json({"text": "x" * 9000, "attachments": [{"text": "lost"}] * 50}))
    assert (len(shown), shown[-1]) == (MAX_CONTENT, "…")
    assert sender.json({"content": "x" * (MAX_CONTENT + 1)}).status_code == 422
    assert len(text_of(sender.json({"content": "x" * 7999, "attachments": [{"text": "more"}]}))) == MAX_CONTENT


def test_slack_calls_the_channel_and_what_is_escaped_does_not(sender: Sender) -> None:
    for text, kinds in (("<!channel> down", ["channel"]), ("&lt;!channel&gt; down", []), ("`<!channel>`", [])):
        answer = sender.json({"text": text})
        assert [one["kind"] for one in answer.json()["data"]["mentions"]] == kinds


def test_the_secret_may_be_the_password_of_the_address(sender: Sender) -> None:
    client = APIClient()
    for headers, status in (
        ({"Authorization": "Basic " + b64encode(f"rosetta:{sender.secret}".encode()).decode()}, 201),
        ({"Authorization": "Basic " + b64encode(b"rosetta:whs_wrong").decode()}, 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"Authorization": "Basic " + b64encode(b"\xff").decode()}, 401),
        ({"X-Gitlab-Token": sender.secret}, 201),
        ({"X-Gitlab-Token": "whs_wrong"}, 401),
        ({}, 401),
    ):
        assert client.post(sender.path, {"text": "x"}, headers=headers).status_code == status, headers


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["x", "<!date^9^", "&amp;", "<@", "\ud800"]),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "blocks", "fields", "title", "value", "url", "style", "rows"])
            | st.just("attachments"),
            children | st.sampled_from(["rich_text", "rich_text_list", "table", "context", "link", "date", "emoji"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(text=ODD, attachments=ODD, blocks=ODD)
def test_no_shape_is_an_error(text: Any, attachments: Any, blocks: Any) -> None:
    body = {"text": text, "attachments": attachments, "blocks": blocks}
    read = registry.read(body, {}, None)
    assert read is not None
    assert len(read.get("content", "")) <= MAX_CONTENT
