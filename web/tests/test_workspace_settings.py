"""The settings of a workspace: a page with tabs, by what one may do there."""

import re

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.service import Service

CSV = "term,rendering,source,target,case_sensitive,inside_words\nRosetta,,,,true,false\nticket,チケット,en,ja,false,false\n"


def test_an_owner_sets_up_a_workspace_and_deletes_it_by_typing_its_name(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann Baker", "en"), service.person("田中ゆき", "ja")
    place = ann.workspace("Harbour", yuki)
    ann.workspace("Home")
    window = opens("en-GB", permissions=["clipboard-read", "clipboard-write"])
    window.expected += ("404",)  # What was deleted may be asked for once more.
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Harbour Workspaces").click()
    page.get_by_role("menuitem", name="Workspace settings").click()
    tabs = page.get_by_role("navigation", name="Workspace settings")
    expect(tabs.get_by_role("link")).to_have_count(7)
    # The languages that people on this server read, other tests' people among them.
    expect(page.get_by_text(re.compile("Everything between English.* is translated"))).to_be_visible()
    window.check_axe("general")

    tabs.get_by_role("link", name="Members").click()
    expect(page).to_have_url(re.compile("/settings/people$"))
    page.get_by_label("Search members").fill("ゆき")
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("combobox"))).to_have_count(1)
    page.get_by_label("Role of 田中ゆき").select_option("Admin")
    expect(page.locator(".toast")).to_have_text("Saved.")
    page.get_by_label("The link works for").select_option("30 days")
    page.get_by_role("button", name="New link").click()
    expect(page.get_by_role("img", name="QR code of this link")).to_be_visible()
    window.check_axe("invite")
    page.keyboard.press("Escape")
    window.check_axe("members")

    tabs.get_by_role("link", name="Channels").click()
    page.get_by_role("button", name="New channel").last.click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("Docks")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Docks", exact=True)).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Change Docks").click()
    window.check_axe("channels")
    page.get_by_role("menuitem", name="Archive channel").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive channel").click()
    expect(page.get_by_role("heading", name="Archived")).to_be_visible()

    tabs.get_by_role("link", name="Integrations").click()
    incoming = page.get_by_role("region", name="Incoming webhooks")
    incoming.get_by_label("Name", exact=True).fill("Build")
    incoming.get_by_label("Posts into").select_option("#general")
    incoming.get_by_role("button", name="Create").click()
    expect(incoming.locator(".secret")).to_have_text(re.compile("^whs_"))
    expect(incoming.locator("pre")).to_contain_text("/messages")
    outgoing = page.get_by_role("region", name="Outgoing webhooks")
    outgoing.get_by_label("Address", exact=True).fill("https://example.com/hook")
    outgoing.get_by_role("button", name="Create").click()
    expect(outgoing.locator(".secret")).to_have_text(re.compile("^whsec_"))
    outgoing.get_by_role("button", name="Change https://example.com/hook").click()
    outgoing.get_by_role("menuitem", name="Edit").click()
    page.get_by_role("dialog").get_by_role("switch", name="All events").click()
    page.get_by_role("dialog").get_by_label("message.deleted").uncheck()
    window.check_axe("events of a webhook")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(outgoing.get_by_text("11 kinds of events")).to_be_visible()
    outgoing.get_by_role("button", name="Change https://example.com/hook").click()
    outgoing.get_by_role("menuitem", name="Deliveries").click()
    expect(page.get_by_text("Nothing was sent in the last 14 days.")).to_be_visible()
    page.keyboard.press("Escape")
    window.check_axe("integrations")

    tabs.get_by_role("link", name="Glossary").click()
    page.locator("input[type=file]").set_input_files(
        [{"name": "terms.csv", "mimeType": "text/csv", "buffer": CSV.encode()}]
    )
    expect(page.locator(".toast").last).to_have_text("2 added, 0 changed.")
    page.get_by_role("button", name="Add a term").click()
    page.get_by_role("dialog").get_by_label("Term", exact=True).fill("Pier 7")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(4)
    window.check_axe("glossary")

    said = place.say(yuki, "Nobody may read this")
    mali = service.person("Mali", "th")
    invite = ann.call("POST", f"/workspaces/{place.workspace}/invites", {})["data"]
    mali.call("POST", f"/invites/{invite['token']}/accept")
    mali.call("POST", f"{place.api}/messages/{said['id']}/report", {"reason": "Rude"})
    tabs.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("blockquote")).to_have_text("Nobody may read this")
    window.check_axe("reports")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_role("radio", name="Remove the message").check()
    window.check_axe("decide")
    page.get_by_role("dialog").get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    page.get_by_role("button", name="Decided").click()
    expect(page.get_by_text("Message removed")).to_be_visible()

    tabs.get_by_role("link", name="Temporary rooms").click()
    page.get_by_label("Name", exact=True).fill("Open day")
    page.get_by_label("Hours", exact=True).fill("2")
    page.get_by_role("button", name="Open a room").click()
    page.get_by_role("button", name="Change Open day").click()
    page.get_by_role("menuitem", name="Visitors").click()
    expect(page.get_by_text("Nobody has come yet.")).to_be_visible()
    page.keyboard.press("Escape")
    window.check_axe("rooms")

    tabs.get_by_role("link", name="General").click()
    page.get_by_label("Keep messages for how many days").fill("90")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Messages older than 90 days are erased")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert ann.call("GET", f"/workspaces/{place.workspace}")["data"]["retention_days"] == 90
    page.get_by_role("button", name="Prepare an export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "workspace-export.zip"
    page.get_by_role("button", name="Delete workspace").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete workspace")).to_be_disabled()
    dialog.get_by_role("textbox").fill("Harbour")
    window.check_axe("delete")
    dialog.get_by_role("button", name="Delete workspace").click()
    expect(page.get_by_role("button", name="Home Workspaces")).to_be_visible()
    assert [row["name"] for row in ann.call("GET", "/workspaces")["data"]] == ["Home", "Open day"]


def test_a_member_on_a_dark_phone_reads_what_is_for_members(opens: Opens, service: Service) -> None:
    ann, yuki = service.person("Ann", "en"), service.person("ゆき", "ja")
    place = ann.workspace("Phones", yuki)
    ann.call("POST", f"/workspaces/{place.workspace}/glossary", {"term": "Rosetta"})
    window = opens("ja-JP", phone=True, dark=True)
    page = window.sign_in(yuki, f"/w/{place.workspace}/settings/integrations")
    tabs = page.get_by_role("navigation", name="ワークスペースの設定")
    # What is for owners and admins shows nothing of it to a member.
    expect(tabs.get_by_role("link")).to_have_text(["一般", "メンバー", "用語集", "一時ルーム"])
    expect(tabs.get_by_role("link", name="一般")).to_have_attribute("aria-current", "page")
    window.check_axe("general")
    for name in ("メンバー", "用語集", "一時ルーム"):
        tabs.get_by_role("link", name=name).click()
        expect(tabs.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        window.check_axe(name)
    tabs.get_by_role("link", name="用語集").click()
    expect(page.get_by_role("cell", name="そのまま残す")).to_be_visible()
    expect(page.get_by_role("button", name="用語を追加")).to_have_count(0)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    expect(tabs.get_by_role("link", name="一時ルーム")).to_have_attribute("aria-current", "page")
