"""The story in a real browser, scene by scene.

Two people, two languages, one conversation.
"""

import re

from playwright.sync_api import expect

from web.tests.chat import message, pair
from web.tests.conftest import Opens
from web.tests.pages import write
from web.tests.service import LINES, PASSWORD, Service


def test_somebody_registers_makes_a_workspace_and_another_joins_by_its_link(opens: Opens, service: Service) -> None:
    ann = opens("en-GB")
    ann.expected += ("422",)
    page = ann.go("/")
    ann.check_axe("sign-in")
    page.get_by_role("button", name="Create an account").click()
    ann.check_axe("register")
    page.get_by_label("Your name").fill("Ann Baker")
    page.get_by_label("Email").fill("ann.story@example.com")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Welcome, Ann Baker")).to_be_visible()
    ann.check_axe("no workspace yet")
    page.get_by_role("button", name="New workspace").first.click()
    page.get_by_label("Name").fill("Label printers")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    page.get_by_role("button", name="Invite people").click()
    page.get_by_role("button", name="New link").click()
    link = page.get_by_role("textbox", name="Invite link").input_value()
    ann.check_axe("invite dialog")

    theirs = opens("ja-JP").page
    theirs.goto(link)
    expect(theirs.get_by_role("heading", name="Label printers に参加")).to_be_visible()
    theirs.get_by_role("button", name="アカウントを作成").click()
    theirs.get_by_label("お名前").fill("田中ゆき")
    theirs.get_by_label("メールアドレス").fill("yuki.story@example.com")
    theirs.get_by_label("パスワード").fill(PASSWORD)
    theirs.locator("form .button.primary").click()
    expect(theirs.get_by_role("heading", name="general", exact=True)).to_be_visible()
    expect(theirs.locator("html")).to_have_attribute("lang", "ja")


def test_each_reads_the_other_in_their_own_language_and_the_original_on_demand(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Two languages")
    yuki.write(LINES["morning"]["ja"])
    seen = ann.message(LINES["morning"]["en"])
    expect(seen.locator(".text")).to_have_attribute("lang", "en")
    seen.get_by_role("button", name="from Japanese").click()
    expect(seen.locator(".original .text")).to_have_text(LINES["morning"]["ja"])
    expect(seen.locator(".original .text")).to_have_attribute("lang", "ja")
    seen.get_by_role("button", name="Hide the original").click()
    # By key as well.
    seen.focus()
    ann.page.keyboard.press("o")
    expect(seen.locator(".original .text")).to_be_visible()
    ann.page.keyboard.press("o")
    expect(seen.locator(".original .text")).to_have_count(0)
    ann.window.check_axe("conversation")
    yuki.window.check_axe("conversation in Japanese")


def test_who_types_is_seen_and_links_code_and_mentions_stay_what_they_are(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Kept as it is")
    ann.box.press_sequentially("Great", delay=15)
    expect(yuki.page.locator(".typing")).to_contain_text("Ann Baker")
    ann.write("Great. The manual is at https://printers.example/setup and the setup code is `QL-820-7`.")
    manual = yuki.message("いいですね。説明書は")
    expect(manual.locator("a")).to_have_attribute("href", "https://printers.example/setup")
    expect(manual.locator("a")).to_have_attribute("rel", re.compile("noopener"))
    expect(manual.locator("code")).to_have_text("QL-820-7")
    manual.get_by_role("button", name="英語から").click()
    expect(manual.locator(".original .kept")).to_have_count(2)
    ann.box.press_sequentially("@田")
    expect(ann.page.get_by_role("option")).to_have_count(1)
    ann.box.press("Enter")
    ann.box.press_sequentially("Can you set it up in Osaka tomorrow before noon?")
    ann.box.press("Enter")
    question = yuki.message("明日の昼までに大阪で設置できますか？")
    expect(question.locator(".mention.me")).to_have_text("@田中ゆき")


def test_reactions_and_replies_arrive_live(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Replies")
    ann.write(LINES["morning"]["en"])
    theirs = yuki.message(LINES["morning"]["ja"])
    yuki.do(theirs, "thumb")
    mine = ann.message(LINES["morning"]["en"])
    expect(mine.locator(".reaction")).to_contain_text("1")
    yuki.do(theirs, "reply")
    yuki.page.locator(".thread textarea").fill(LINES["yes"]["ja"])
    yuki.page.locator(".thread textarea").press("Enter")
    expect(yuki.page.locator(".thread .message")).to_have_count(2)
    yuki.window.check_axe("thread")
    expect(mine.locator(".thread-link")).to_contain_text("1 reply")
    expect(ann.page.locator(".scroller .text")).to_have_text([LINES["morning"]["en"]])
    yuki.page.locator(".broadcast input").check()
    yuki.page.locator(".thread textarea").fill(LINES["thanks"]["ja"])
    yuki.page.locator(".thread textarea").press("Enter")
    reply = ann.message(LINES["thanks"]["en"])
    expect(reply.locator(".quote")).to_contain_text(LINES["morning"]["en"])
    yuki.close_panel()


def test_edits_and_deletions_arrive_live(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Edits")
    ann.write(LINES["yes"]["en"])
    expect(yuki.message(LINES["yes"]["ja"])).to_be_visible()
    ann.message(LINES["yes"]["en"]).focus()
    ann.page.keyboard.press("e")
    ann.page.locator(".editor textarea").fill(LINES["thanks"]["en"])
    ann.page.locator(".editor textarea").press("Enter")
    edited = yuki.message(LINES["thanks"]["ja"])
    expect(edited.locator(".edited")).to_be_visible()
    ann.message(LINES["thanks"]["en"]).focus()
    ann.page.keyboard.press("Delete")
    ann.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(yuki.page.locator(".stub")).to_have_text("このメッセージは削除されました。")


def test_pins_arrive_live_and_are_listed(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Pins")
    ann.write(LINES["morning"]["en"])
    theirs = yuki.message(LINES["morning"]["ja"])
    yuki.do(theirs, "more")
    yuki.window.check_axe("message menu")
    yuki.page.get_by_role("menuitem", name=yuki.labels["pin"], exact=True).click()
    ann.page.get_by_role("button", name=ann.labels["pins"]).click()
    expect(ann.page.locator(".panel .found")).to_contain_text(LINES["morning"]["en"])
    ann.window.check_axe("pins")
    pinned = ann.message(LINES["morning"]["en"])
    expect(pinned.locator(".pinned-mark")).to_have_text("Pinned")
    ann.choose(pinned, "unpin")
    expect(ann.page.locator(".panel .found")).to_have_count(0)
    expect(theirs.locator(".pinned-mark")).to_have_count(0)
    ann.close_panel()


def test_search_finds_a_message_by_the_words_of_its_translation(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Search")
    ann.write("@Yuki Can you set it up in Osaka tomorrow before noon?")
    expect(yuki.page.locator(".scroller .text", has_text="大阪")).to_be_visible()
    yuki.page.keyboard.press("Control+Shift+f")
    yuki.page.get_by_role("searchbox", name=yuki.labels["search"]).fill("大阪")
    expect(yuki.page.locator(".panel .found mark").first).to_have_text("大阪")
    yuki.window.check_axe("search")
    yuki.page.locator(".panel .found").first.click()
    expect(yuki.page.locator(".scroller .message.flash")).to_contain_text("大阪")
    yuki.close_panel()


def test_everything_shown_is_read_again_in_another_language(opens: Opens, service: Service) -> None:
    ann, yuki = pair(opens, service, "Another language")
    yuki.write(LINES["morning"]["ja"])
    expect(ann.message(LINES["morning"]["en"])).to_be_visible()
    ann.page.get_by_role("button", name="The language that you read in").click()
    ann.page.get_by_role("menuitemradio", name="Bahasa Indonesia").click()
    expect(ann.message(LINES["morning"]["id"])).to_be_visible()
    expect(ann.page.locator("html")).to_have_attribute("lang", "id")
    expect(ann.page.get_by_role("button", name="Anggota")).to_be_visible()


def test_a_direct_message_counts_as_unread_until_it_is_seen_in_any_tab(opens: Opens, service: Service) -> None:
    ann, mali = service.person("Ann", "en"), service.person("Mali", "th")
    place = ann.workspace("Two tabs", mali)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    second = window.new_page()
    second.goto(window.url + place.page)
    expect(second.get_by_role("heading", name="general", exact=True)).to_be_visible()

    direct = mali.call("POST", "/direct-conversations", {"participant_user_id": ann.id})["data"]["id"]
    mali.call("POST", f"/direct-conversations/{direct}/messages", {"content": LINES["yes"]["th"]})
    for tab in (page, second):
        expect(tab.locator(".place.unread .count-badge")).to_have_text("1")
        expect(tab).to_have_title(re.compile(r"^\(1\) "))
    second.bring_to_front()
    second.get_by_role("link", name="Mali").click()
    expect(second.locator(".scroller .message .text")).to_have_text(LINES["yes"]["en"])
    for tab in (second, page):
        expect(tab.locator(".count-badge")).to_have_count(0)
        expect(tab).not_to_have_title(re.compile(r"^\("))

    # What one tab sends stands in the other, once.
    write(second, "Thank you")
    page.bring_to_front()
    page.get_by_role("link", name="Mali").click()
    expect(page.locator(".scroller .message .text", has_text="Thank you")).to_have_count(1)
    # Signing out in one ends the other too.
    page.get_by_role("button", name="Settings and more").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(second.get_by_role("heading", name="Welcome back")).to_be_visible()


def test_what_is_not_translated_yet_says_so_and_why(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Slow words", yuki)
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".intro")).to_be_visible()
    service.translator.delay = 1.5
    place.say(yuki, LINES["thanks"]["ja"])
    row = page.locator(".scroller .message").last
    expect(row.locator(".text")).to_have_text(LINES["thanks"]["ja"])
    expect(row.locator(".translating")).to_be_visible()
    expect(row.locator(".text")).to_have_text(LINES["thanks"]["en"])
    expect(row.locator(".translating")).to_have_count(0)

    # One that cannot be had says so, and why; when the service is back, it comes by itself.
    service.translator.delay, service.translator.is_broken = 0.0, True
    place.say(yuki, LINES["boxes"]["ja"])
    failed = page.locator(".scroller .message").last
    expect(failed.locator(".untranslated")).to_contain_text("Not available in English right now.", timeout=90_000)
    failed.get_by_role("button", name="Why?").click()
    expect(failed.locator(".why")).to_contain_text("could not be reached")
    window.check_axe("a failed translation")


def test_who_wonders_why_a_message_is_not_translated_is_told(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("As it is", yuki)
    place.say(yuki, LINES["thanks"]["ja"], skip_translation=True)
    page = opens("en-GB").sign_in(ann, place.page)
    row = page.locator(".scroller .message").last
    expect(row.locator(".text")).to_have_text(LINES["thanks"]["ja"])
    row.hover()
    row.get_by_role("button", name="More actions").click()
    row.get_by_role("menuitem", name="Why is this not translated?").click()
    expect(row.locator(".why")).to_contain_text("its author chose not to have it translated")


def test_a_draft_can_be_read_as_others_will_and_a_translation_corrected(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Careful words", yuki)
    place.say(yuki, LINES["thanks"]["ja"])
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    expect(page.locator(".scroller .message .text")).to_have_text(LINES["thanks"]["en"])
    page.locator(".composer textarea").fill(LINES["yes"]["en"])
    page.get_by_role("button", name="See how others will read it").click()
    expect(page.locator(".preview-text")).to_have_text([LINES["yes"]["ja"], LINES["yes"]["en"]])
    expect(page.locator(".preview-back")).to_have_text(LINES["yes"]["en"])
    window.check_axe("preview")
    page.locator(".composer textarea").press("Enter")
    row = message(page, LINES["thanks"]["en"])
    row.get_by_role("button", name="from Japanese").click()
    expect(row.locator(".original-note")).to_contain_text("libretranslate")
    row.get_by_role("button", name="Correct the translation").first.click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Thanks everyone, so fast!")
    window.check_axe("correct a translation")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(message(page, "Thanks everyone, so fast!")).to_be_visible()


def test_a_wrong_language_is_corrected_and_others_than_ours_are_named(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Which language", yuki)
    place.say(yuki, "오늘 회의는 몇 시예요?")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    row = page.locator(".scroller .message").last
    expect(row.locator(".original-note")).to_have_text("This seems to be in Korean, which is not translated here.")
    place.say(yuki, "Kalimbaro")
    expect(page.locator(".scroller .message")).to_have_count(2)
    row = page.locator(".scroller .message").last
    row.hover()
    row.get_by_role("button", name="More actions").click()
    row.get_by_role("menuitem", name="Wrong language?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".hint")).to_contain_text("taken for Japanese")
    window.check_axe("wrong language")
    dialog.get_by_role("button", name="None of these").click()
    expect(dialog).to_have_count(0)
    expect(row.locator(".original-note")).to_have_text(
        "This seems to be in another language, which is not translated here."
    )


def test_files_are_sent_by_choice_and_by_drop_and_pictures_are_seen(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Pictures", yuki)
    window, other = opens("en-GB"), opens("ja-JP")
    page, theirs = window.sign_in(ann, place.page), other.sign_in(yuki, place.page)
    expect(page.locator(".intro")).to_be_visible()
    expect(theirs.locator(".intro")).to_be_visible()
    picture = page.screenshot(type="png", clip={"x": 0, "y": 0, "width": 80, "height": 60})
    files = [
        {"name": "printer.png", "mimeType": "image/png", "buffer": picture},
        {"name": "a\u202egpj.txt", "mimeType": "text/plain", "buffer": b"notes"},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator(".staged .file-size").last).to_contain_text("byte")
    page.locator(".composer textarea").press("Enter")
    expect(theirs.locator(".picture img")).to_be_visible()
    assert theirs.locator(".picture img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 80
    expect(theirs.locator(".file .file-name")).to_have_text("agpj.txt")
    page.evaluate(
        """() => {
            const of = name => {
                const data = new DataTransfer();
                data.items.add(new File([name], `${name}.txt`, { type: "text/plain" }));
                return data;
            };
            dispatchEvent(new DragEvent("drop", { dataTransfer: of("dropped"), cancelable: true }));
            const paste = { clipboardData: of("pasted"), bubbles: true, cancelable: true };
            document.querySelector(".composer textarea").dispatchEvent(new ClipboardEvent("paste", paste));
        }"""
    )
    expect(page.locator(".staged .file-name")).to_have_text(["dropped.txt", "pasted.txt"])
    expect(page.locator(".staged progress")).to_have_count(0)
    page.locator(".composer textarea").press("Enter")
    with theirs.expect_download() as download:
        theirs.locator(".file", has_text="dropped.txt").click()
    assert download.value.path().read_bytes() == b"dropped"


def test_a_keyboard_is_enough(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("Yuki", "ja")
    place = ann.workspace("Keys", yuki)
    place.say(yuki, LINES["thanks"]["ja"])
    window = opens("en-GB")
    page = window.go(place.page)
    keys = page.keyboard
    expect(page.get_by_label("Email")).to_be_focused()
    keys.type(ann.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    box = page.get_by_role("textbox", name="Write in #general")
    expect(box).to_be_focused()
    keys.type("Hello from the keyboard")
    keys.press("Enter")
    expect(message(page, "Hello from the keyboard")).to_be_visible()
    expect(page.locator(".outgoing")).to_have_count(0)
    # An emoji goes where one writes, and one goes on writing.
    page.get_by_role("button", name="Insert an emoji").focus()
    keys.press("Enter")
    keys.type("rocket")
    expect(page.locator(".picker-row").get_by_role("button", name="rocket")).to_be_visible()
    keys.press("Enter")
    expect(box).to_be_focused()
    keys.type(" off")
    expect(box).to_have_value("🚀 off")
    keys.press("Enter")
    expect(message(page, "🚀 off")).to_be_visible()
    expect(page.locator(".outgoing")).to_have_count(0)
    # The up arrow in an empty box edits the last message.
    keys.press("ArrowUp")
    expect(page.locator(".editor textarea")).to_be_focused()
    keys.type(" we go")
    keys.press("Enter")
    expect(message(page, "🚀 off we go").locator(".edited")).to_be_visible()
    # From there through the messages: the original, a reply, away again.
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(message(page, LINES["thanks"]["en"])).to_be_focused()
    keys.press("o")
    expect(page.locator(".original")).to_be_visible()
    keys.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    keys.type("With pleasure")
    keys.press("Enter")
    expect(page.locator(".thread .message")).to_have_count(2)
    keys.press("Escape")
    expect(message(page, LINES["thanks"]["en"])).to_be_focused()
    keys.press("Control+k")
    keys.type("pleasure")
    keys.press("Enter")
    expect(page.locator(".found")).to_have_count(1)
    keys.press("ArrowDown")
    keys.press("Enter")
    # The reply is found where it lives, in its thread.
    expect(page.locator(".thread .message.flash")).to_contain_text("With pleasure")
    keys.press("Delete")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator(".thread .stub")).to_be_visible()
