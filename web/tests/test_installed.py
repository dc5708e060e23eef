"""The client as an installed app: what systems ask of it, starting without a network, and pushes."""

import json
import re
import time
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from web.tests.conftest import PATIENCE, Opens
from web.tests.service import Service

READY = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise(done => setTimeout(done, 50));
}"""
STORED = "async () => (await (await caches.open('rosetta-answers')).keys()).map(one => new URL(one.url).pathname)"


def wait_for(page: Page, condition: str, argument: Any = None) -> None:
    """Ask the page until it says yes; ``condition`` may be asynchronous."""
    until = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition, argument):
        assert time.monotonic() < until, condition
        page.wait_for_timeout(100)


def test_systems_can_install_the_client(opens: Opens, service: Service) -> None:
    emma = service.person("Emma", "en")
    place = emma.workspace("Trade")
    page = opens(service_workers="allow").sign_in(emma, place.page)
    page.evaluate(READY)
    cdp = page.context.new_cdp_session(page)
    told = cdp.send("Page.getAppManifest")
    assert told["errors"] == []
    assert cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
    manifest = json.loads(told["data"])
    assert (manifest["start_url"], manifest["display"], manifest["share_target"]["method"]) == (
        "/",
        "standalone",
        "GET",
    )
    for icon in manifest["icons"]:
        assert httpx.get(service.inside + icon["src"]).headers["content-type"].startswith(icon["type"])
    thai = httpx.get(f"{service.inside}/manifest.webmanifest", headers={"Accept-Language": "th"}).json()
    assert (thai["lang"], thai["shortcuts"][0]["name"]) == ("th", "ข้อความส่วนตัวใหม่")
    page.goto(f"{service.url}/?open=direct")
    expect(page.get_by_role("dialog", name="New direct message")).to_be_visible()
    page.goto(f"{service.url}/share?title=Plan&text=https://a.example/plan&url=https://a.example/plan")
    expect(page.get_by_role("heading", name="Share to …")).to_be_visible()
    page.get_by_role("button", name="#general").click()
    expect(page).to_have_url(re.compile(f"/w/{place.workspace}/c/"))
    expect(page.get_by_role("textbox").first).to_have_value("Plan\nhttps://a.example/plan")


def test_without_a_network_the_last_messages_are_read_and_what_is_written_waits(opens: Opens, service: Service) -> None:
    emma, budi = service.person("Emma", "en"), service.person("Budi", "id")
    place = emma.workspace("Trade", budi)
    place.say(emma, "Read me on the train", skip_translation=True)
    window = opens(service_workers="allow")
    window.expected += ("ERR_", "Failed to load resource", "WebSocket")
    page = window.sign_in(emma, place.page)
    expect(page.get_by_text("Read me on the train")).to_be_visible()
    page.evaluate(READY)
    place.say(budi, "Came while it was open", skip_translation=True)
    expect(page.get_by_text("Came while it was open", exact=True)).to_be_visible()
    messages = f"/api/v1{place.api}/messages"
    wait_for(
        page,
        """async address => {
            const rows = await (await caches.open('rosetta-answers')).match(address, { ignoreSearch: true });
            return rows !== undefined && (await rows.text()).includes('Came while it was open');
        }""",
        messages,
    )
    service.gate.cut()
    page.reload()
    expect(page.get_by_text("Read me on the train")).to_be_visible()
    expect(page.get_by_text("Came while it was open", exact=True)).to_be_visible()
    page.get_by_role("textbox").first.fill("Written in the tunnel")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Written in the tunnel")).to_be_visible()
    place.say(budi, "Meanwhile, elsewhere", skip_translation=True)
    service.gate.open()
    expect(page.get_by_text("Meanwhile, elsewhere", exact=True)).to_be_visible()
    wait_for(
        page,
        "path => fetch(path).then(a => a.json()).then(a => JSON.stringify(a.data).includes('Written in the tunnel'))",
        messages,
    )

    # Signed out, nothing of hers is left in the browser, and the next person's is theirs.
    assert messages in page.evaluate(STORED)
    window.context.request.post(f"{service.url}/api/v1/auth/web/logout", headers=csrf(page))
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    wait_for(page, "async () => !(await caches.has('rosetta-answers'))")
    assert page.evaluate("() => localStorage.getItem('rosetta.answers')") is None
    shell = page.evaluate(
        "async () => { const found = []; for (const name of await caches.keys())"
        " for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname); return found; }"
    )
    assert "/" in shell and not [address for address in shell if address.startswith("/api")]


def csrf(page: Page) -> dict[str, str]:
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    return {"X-CSRFToken": token, "Origin": page.url.partition("/w/")[0]}


def test_a_push_becomes_a_notification_that_opens_marks_and_speaks_the_readers_language(
    opens: Opens, service: Service
) -> None:
    mali, budi = service.person("Mali", "th"), service.person("Budi", "id")
    place = mali.workspace("Trade", budi)
    message = place.say(budi, "Apa kabar", skip_translation=True)
    window = opens(service_workers="allow", permissions=["notifications"])
    page = window.sign_in(mali, "/w/settings/notifications")
    page.evaluate(READY)
    cdp = page.context.new_cdp_session(page)
    versions: list[dict[str, Any]] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    data = {
        "conversation_id": place.channel,
        "channel_id": place.channel,
        "workspace_id": place.workspace,
        "message_id": message["id"],
        "parent_message_id": None,
    }
    push = {
        "title": "Budi (#general)",
        "body": "สบายดีไหม",
        "lang": "th",
        "tag": place.channel,
        "badge": 1,
        "labels": {"open": "เปิด", "read": "ทำเครื่องหมายว่าอ่านแล้ว", "reply": "ตอบกลับ"},
        "data": data,
    }
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": service.url, "registrationId": versions[-1]["registrationId"], "data": json.dumps(push)},
    )
    shown = """async () => {
        const ready = await navigator.serviceWorker.ready;
        return (await ready.getNotifications()).map(({ title, body, lang, actions }) =>
            ({ title, body, lang, actions: actions.map(one => one.action + ' ' + one.title) }));
    }"""
    wait_for(page, f"async () => (await ({shown})()).length === 1")
    assert page.evaluate(shown) == [
        {
            "title": "Budi (#general)",
            "body": "สบายดีไหม",
            "lang": "th",
            "actions": ["reply ตอบกลับ", "read ทำเครื่องหมายว่าอ่านแล้ว"],
        }
    ]
    [worker] = window.context.service_workers
    # As the browser clicks: a system's notification cannot be reached from here.
    click = """([action, data, reply]) => {
        const event = new ExtendableEvent('notificationclick');
        Object.assign(event, { action, reply, notification: { close() {}, data } });
        self.dispatchEvent(event);
    }"""
    worker.evaluate(click, ["read", data])
    wait_for(page, "path => fetch(path).then(a => a.json()).then(a => a.data[0].unread_count === 0)",
             f"/api/v1/workspaces/{place.workspace}/channels")  # fmt: skip
    assert page.url.endswith("/w/settings/notifications")
    worker.evaluate(click, ["reply", data, "Sehat, terima kasih"])
    wait_for(
        page,
        "path => fetch(path).then(a => a.json()).then(a => JSON.stringify(a.data).includes('Sehat, terima'))",
        f"/api/v1{place.api}/messages",
    )
    worker.evaluate(click, ["", data])
    expect(page).to_have_url(re.compile(f"/c/{place.channel}"))
    expect(page.get_by_text("Apa kabar")).to_be_visible()
