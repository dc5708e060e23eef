"""A word said in any channel that one reads is found again, in the language one reads or in the one it was said in."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from messaging.models import Message, MessageTranslation
from messaging.tests.client import found, path_of, post, search
from messaging.translations.worker import translate_pending
from workspaces.models import Channel, Workspace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("The rocket leaves at dawn", "rocket"),
        ("The ROCKET leaves at dawn", "Rocket"),
        ("The rockets leave at dawn", "rocket dawn"),
        ("Ｔｈｅ ｒｏｃｋｅｔ leaves", "the rocket"),
        ("Straße", "STRASSE"),
        ("İstanbul calling", "i̇stanbul"),
        ("我们明天去东京开会", "东京"),
        ("我们明天去东京开会", "京"),
        ("我们明天去东京开会", "明天去东京"),
        ("明日は東京で会議です", "会議"),
        ("カタカナのテスト", "ｶﾀｶﾅ"),
        ("ｶﾞｲﾄﾞを見てください", "ガイド"),
        ("พรุ่งนี้เราจะประชุมที่กรุงเทพ", "ประชุม"),
        ("พรุ่งนี้เราจะประชุมที่กรุงเทพ", "กร"),
        ("Rapat besok pukul sembilan", "besok rapat"),
        ("Call me at 555-0199 about order A-1234", "1234"),
        ("see snake_case_name here", "case"),
        ("don't panic", "don't"),
        ("The café is open", "CAFÉ"),
        ("東京 meeting at 5pm", "東京 5pm"),
        ("He said the rocket leaves at dawn", '"rocket leaves at"'),
        ("He said the\n rocket   leaves", '"the rocket"'),
        ("これはslackの通知です", "slack"),
        ("これはslackの通知です", "slackの通知"),
        ("会議はZoomです", "Zoom"),
        ("会議はZoomです", '"Zoom"'),
        ("会議はZoomです", "会議はZoomです"),
        ("这个bug很奇怪", "bug"),
        ("ทดสอบAPIวันนี้", "API"),
        ("3月10日に会う", "3月"),
        ("第3回会議", "第3回"),
        ("私のiPhoneが壊れた", "iPhone"),
        ("Tシャツを買う", "Tシャツ"),
        ("ส่งPDFให้หน่อย", '"PDF"'),
        ("请用Excel打开", "excel"),
        ("เอาน้ำแข็งมา", "นํ้าแข็ง"),
        ("เอานํ้าแข็งมา", "น้ำแข็ง"),
        ("The café is open", "cafe"),
        ("The cafe is open", "café"),
        ("Ångström and Łódź", "angstrom lodz"),
        ("Crème brûlée", '"creme brulee"'),
        ("đường phố", "duong pho"),
        ("Smørrebrød", "smorrebrod"),
        ("ticket#42を見て", "ticket 42"),
        ("@[Ann Baker](user:6) hello", "ann baker"),
        ("@[Ann Baker](user:6) hello", "@[Ann Baker](user:6) hello"),
        ("☀️ a sunny day ☀️", "☀️ sunny"),
        ("100% of 'quotes' & | ! : * ( ) <-> work", "quotes' & | ! : * ( ) <-> \\ work"),
    ],
)
def test_it_is_found(as_owner: APIClient, channel: Channel, said: str, asked: str) -> None:
    post(as_owner, channel, said)
    assert found(as_owner, channel.workspace, asked) == [said]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("The rocket leaves at dawn", "pocket"),
        ("The rocket leaves at dawn", "ocket"),
        ("The rocket leaves at dawn", "rocket noon"),
        ("The rocket leaves at dawn", '"leaves rocket"'),
        ("The rockets leave", '"the rocket"'),
        ("Go in", "i"),
        ("京东 and 东西 and 西京", "东西京"),
        ("我们去东京", "北京"),
        ("The rocket leaves at dawn", "?!"),
        ("The rocket leaves at dawn", "*"),
        ("The rocket leaves at dawn", "OR"),
        ("@[Ann](user:6) hello", "6"),
        ("@[Ann](user:6) hello", "user"),
        ("☀️ it is", "❤️"),
        ("snacksです", "slack"),
        ("私のXiPhoneが", "iPhone"),
    ],
)
def test_what_was_not_said_is_not_found(as_owner: APIClient, channel: Channel, said: str, asked: str) -> None:
    post(as_owner, channel, said)
    assert found(as_owner, channel.workspace, asked) == []


def test_a_translation_is_found_by_its_readers_alone(
    as_owner: APIClient, as_member: APIClient, channel: Channel
) -> None:
    post(as_owner, channel, "The rocket leaves at dawn", translations={"th": "จรวดจะออกตอนรุ่งสาง"})
    assert found(as_member, channel.workspace, "จรวด") == ["The rocket leaves at dawn"]
    assert found(as_member, channel.workspace, "rocket") == ["The rocket leaves at dawn"]
    assert found(as_owner, channel.workspace, "จรวด") == []
    assert found(as_owner, channel.workspace, "จรวด", "language=th") == ["The rocket leaves at dawn"]
    row = search(as_member, channel.workspace, "จรวด").json()["data"][0]
    assert (row["display_content"], row["snippet"]) == ("จรวดจะออกตอนรุ่งสาง", "จรวดจะออกตอนรุ่งสาง")


def test_what_comes_from_a_translator_is_found_too(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "Thank you")
    translate_pending()
    words = MessageTranslation.objects.get(language="th").text
    assert found(as_member, channel.workspace, words) == ["Thank you"]


def test_an_edit_is_found_by_its_new_words_alone(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    first = post(as_owner, channel, "Meet at dawn", translations={"th": "เจอกันตอนรุ่งสาง"}).json()["data"]["id"]
    as_owner.patch(f"{path_of(channel)}/{first}", {"content": "Meet at noon"})
    assert found(as_member, channel.workspace, "dawn") == found(as_member, channel.workspace, "รุ่งสาง") == []
    assert found(as_member, channel.workspace, "noon") == ["Meet at noon"]


def test_a_deleted_message_is_not_found(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    first = post(as_owner, channel, "Meet at dawn", translations={"th": "เจอกันตอนรุ่งสาง"}).json()["data"]["id"]
    as_owner.delete(f"{path_of(channel)}/{first}")
    assert found(as_member, channel.workspace, "dawn") == found(as_member, channel.workspace, "รุ่งสาง") == []


def test_rows_that_go_leave_nothing_to_find(as_owner: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "Meet at dawn")
    Message.objects.all().delete()
    assert found(as_owner, channel.workspace, "dawn") == []


def test_only_what_one_may_read_is_found(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    for more in ({"visibility": "private"}, {"password": "open sesame"}):
        closed = as_owner.post(base, {"name": "Closed", **more}).json()["data"]["id"]
        as_owner.post(f"{base}/{closed}/messages", {"content": "secret rocket"})
    assert found(as_member, channel.workspace, "rocket") == []
    assert found(as_owner, channel.workspace, "rocket") == ["secret rocket"] * 2
    hidden = search(as_owner, channel.workspace, "rocket").json()["data"][0]["id"]
    assert search(as_member, channel.workspace, "rocket", f"before={hidden}").status_code == 422
    as_member.post(f"{base}/{closed}/join", {"password": "open sesame"})
    assert found(as_member, channel.workspace, "rocket") == ["secret rocket"]


def test_another_workspace_is_not_searched(as_owner: APIClient, channel: Channel) -> None:
    other = as_owner.post("/api/v1/workspaces", {"name": "Other"}).json()["data"]["id"]
    post(as_owner, channel, "rocket")
    assert as_owner.get(f"/api/v1/workspaces/{other}/search?q=rocket").json()["data"] == []


def test_an_outsider_is_told_nothing(as_outsider: APIClient, channel: Channel) -> None:
    assert search(as_outsider, channel.workspace, "rocket").status_code == 404
    assert APIClient().get(f"/api/v1/workspaces/{channel.workspace_id}/search?q=x").status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "q"), ("q=", "q"), ("q=%20", "q"), ("q=" + "x" * 201, "q"), ("q=x&before=nope", "before"),
     ("q=x&limit=0", "limit"), ("q=x&language=xx", "language"), (f"q=x&before={'0' * 26}", "before")],
)  # fmt: skip
def test_a_careless_query_is_refused_by_field(as_owner: APIClient, channel: Channel, query: str, field: str) -> None:
    answer = as_owner.get(f"/api/v1/workspaces/{channel.workspace_id}/search?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_pages_go_from_new_to_old_without_gaps_or_repeats(as_owner: APIClient, channel: Channel) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    second = as_owner.post(base, {"name": "Second"}).json()["data"]["id"]
    for number in range(7):
        as_owner.post(f"{base}/{(channel.pk, second)[number % 2]}/messages", {"content": f"rocket {number}"})
    seen, cursor = [], ""
    while True:
        page = search(as_owner, channel.workspace, "rocket", f"limit=3{cursor}").json()
        seen += [row["original_content"] for row in page["data"]]
        if not page["meta"]["has_more"]:
            break
        cursor = f"&before={page['meta']['next_before']}"
    assert seen == [f"rocket {number}" for number in range(6, -1, -1)]
    assert page["meta"] == {"has_more": False, "next_before": None, "next_after": None, "last_seq": None, "ignored": []}


def test_a_hit_names_its_own_channel(as_owner: APIClient, channel: Channel) -> None:
    base = f"/api/v1/workspaces/{channel.workspace_id}/channels"
    second = as_owner.post(base, {"name": "Second"}).json()["data"]["id"]
    as_owner.post(f"{base}/{second}/messages", {"content": "rocket"})
    row = search(as_owner, channel.workspace, "rocket").json()["data"][0]
    assert (row["workspace_id"], row["channel_id"], row["conversation_id"]) == (channel.workspace_id, second, second)


def test_phrases_that_only_look_alike_do_not_fill_the_page(as_owner: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "leaves at dawn")
    for _ in range(6):
        post(as_owner, channel, "at dawn it leaves", skip_translation=True)
    ids, cursor = [], ""
    for _round in range(4):
        page = search(as_owner, channel.workspace, '"leaves at"', f"limit=1{cursor}").json()
        ids += [row["original_content"] for row in page["data"]]
        if not page["meta"]["has_more"]:
            break
        cursor = f"&before={page['meta']['next_before']}"
    assert ids == ["leaves at dawn"]


def test_a_long_text_is_shown_around_the_hit(as_owner: APIClient, channel: Channel, owner: User) -> None:
    post(as_owner, channel, f"@[Olivia](user:{owner.pk}) " + "word " * 200 + "the\nrocket leaves " + "more " * 200)
    snippet = search(as_owner, channel.workspace, "ROCKET").json()["data"][0]["snippet"]
    assert "the rocket leaves" in snippet
    assert len(snippet) <= 170
    assert snippet.startswith("…word") and snippet.endswith("more…")
    start = search(as_owner, channel.workspace, "Olivia").json()["data"][0]["snippet"]
    assert start.startswith("@Olivia word")


@pytest.mark.parametrize(
    ("said", "asked", "snippet"),
    [
        ("The **rocket** leaves at _dawn_", '"rocket leaves"', "The rocket leaves at dawn"),
        ("- [ ] fuel the `rocket`\n- call @[Olivia](user:7)", "fuel", "fuel the rocket call @Olivia"),
        ("| part | state |\n|---|---|\n| rocket | ok |", "rocket", "part | state rocket | ok"),
        ("See [the *rocket*](https://a.example/x)", "rocket", "See the rocket"),
        ("这是**火箭**的说明", "火箭的说明", "这是火箭的说明"),
    ],
)
def test_markdown_is_found_across_its_marks_and_shown_without_them(
    as_owner: APIClient, channel: Channel, said: str, asked: str, snippet: str
) -> None:
    post(as_owner, channel, said, type="markdown")
    assert [row["snippet"] for row in search(as_owner, channel.workspace, asked).json()["data"]] == [snippet]


def test_searching_takes_the_same_queries_for_one_row_and_for_fifty(
    as_owner: APIClient, workspace: Workspace, channel: Channel
) -> None:
    counts = []
    for rows in (1, 50):
        for _ in range(rows):
            post(as_owner, channel, "rocket", skip_translation=True)
        with CaptureQueriesContext(connection) as seen:
            found(as_owner, workspace, "rocket")
        counts.append(len(seen))
    assert counts[0] == counts[1], seen.captured_queries


@pytest.mark.parametrize(
    ("query", "ignored"),
    [
        ("❤️", ["❤️"]),
        ("rocket 🚀", ["🚀"]),
        ("rocket🚀", ["🚀"]),
        ('"👍🏽"', ["👍🏽"]),
        ("?! rocket", ["?!"]),
        ("👩‍🚀 rocket 🇯🇵", ["👩‍🚀", "🇯🇵"]),
        ("rocket", []),
        ('"rocket, now!"', []),
    ],
)
def test_what_cannot_be_looked_for_is_said(
    as_owner: APIClient, channel: Channel, query: str, ignored: list[str]
) -> None:
    assert search(as_owner, channel.workspace, query).json()["meta"]["ignored"] == ignored


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "🇯🇵", "ที่", "👍🏽", "क्षि", "q\u0301", "1️⃣", "น้ำ", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "กั้"])
def test_a_snippet_cuts_no_cluster(as_owner: APIClient, channel: Channel, cluster: str) -> None:
    post(as_owner, channel, f"{cluster * 100} rocket {cluster * 100}")
    snippet = search(as_owner, channel.workspace, "rocket").json()["data"][0]["snippet"]
    assert "rocket" in snippet
    assert snippet.replace("rocket", "").strip("… ").replace(" ", "").replace(cluster, "") == ""


def test_older_terms_are_written_again(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    post(as_owner, channel, "The café is open", translations={"th": "ร้านcaféเปิด"})
    Message.objects.update(terms="old")
    MessageTranslation.objects.filter(terms__isnull=False).update(terms="old")
    assert found(as_owner, channel.workspace, "cafe") == []
    call_command("rebuild_search", stdout=StringIO())
    assert found(as_owner, channel.workspace, "cafe") == ["The café is open"]
    assert found(as_member, channel.workspace, "เปิด") == ["The café is open"]
