"""Files of messages: pictures keep their place and open over the page, sound and video play, and what is chosen is seen."""

import base64
import io
import re
import wave
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from web.tests.conftest import Opens
from web.tests.pages import wait_until
from web.tests.service import Person, Place, Service

SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(
    entry => { window.shifted += entry.value; })).observe({ type: "layout-shift", buffered: true }); }"""
FILM = """async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const brush = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: "video/webm" });
    const parts = [];
    recorder.ondataavailable = event => parts.push(event.data);
    const done = new Promise(resolve => { recorder.onstop = resolve; });
    recorder.start();
    for (let i = 0; i < 8; i += 1) {
        brush.fillStyle = i % 2 ? "red" : "blue";
        brush.fillRect(0, 0, 64, 48);
        await new Promise(resolve => setTimeout(resolve, 80));
    }
    recorder.stop();
    await done;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
}"""


def picture(width: int, height: int, color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    return out.getvalue()


def send(person: Person, place: Place, *files: tuple[str, bytes, str]) -> None:
    ids = []
    for file in files:
        answer = person.http.post("/files", files={"file": file})
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["data"]["id"])
    place.say(person, "Files", attachment_ids=ids, skip_translation=True)


def box_of(page: Page, selector: str) -> Any:
    return page.locator(selector).last.bounding_box()


@pytest.mark.parametrize("phone", [False, True])
def test_pictures_take_their_place_before_they_are_there(opens: Opens, service: Service, phone: bool) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Pictures")
    send(ann, place, ("wide.png", picture(1600, 400), "image/png"), ("tall.png", picture(300, 900), "image/png"))
    send(ann, place, ("tiny.png", picture(8, 8), "image/png"), ("notes.txt", b"notes", "text/plain"))
    window = opens("en-GB", phone=phone)
    page, held = window.page, []
    page.add_init_script(f"({SHIFTS})()")
    page.route(re.compile("/message-attachments/"), lambda route: held.append(route))
    window.sign_in(ann, place.page)
    expect(page.locator(".picture img")).to_have_count(3)
    wait_until(page, lambda: len(held) >= 3, "the pictures are asked for")
    before = [one.bounding_box() for one in page.locator(".picture, .file").all()]
    if not phone:
        assert [(round(one["width"]), round(one["height"])) for one in before[:2] if one] == [(362, 92), (95, 282)]
    # What moved while the conversation itself came is not the pictures' doing.
    page.evaluate("() => { window.shifted = 0; }")
    for route in held:
        route.continue_()
    page.wait_for_function("() => [...document.querySelectorAll('.picture img')].every(one => one.naturalWidth > 0)")
    after = [one.bounding_box() for one in page.locator(".picture, .file").all()]
    for one, other in zip(before, after, strict=True):
        assert one and other
        assert all(abs(one[side] - other[side]) < 3 for side in ("x", "y", "width", "height")), (one, other)
    assert page.evaluate("() => window.shifted") < 0.05
    # A file beside a picture is no taller than a file.
    assert box_of(page, ".file")["height"] < 60
    assert page.locator(".scroller").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_pictures_open_over_the_page_and_turn_by_keys(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Lightbox")
    send(ann, place, *((f"{color}.png", picture(900, 700, color), "image/png") for color in ("red", "green", "blue")))
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    page.get_by_role("button", name="Open green.png").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("green.png")
    expect(dialog).to_contain_text("2 / 3")
    window.check_axe("lightbox")
    for key, name in (("ArrowRight", "blue"), ("ArrowRight", "red"), ("ArrowLeft", "blue")):
        page.keyboard.press(key)
        expect(dialog.get_by_role("img")).to_have_attribute("alt", f"{name}.png")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "blue.png"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Open green.png")).to_be_focused()


def test_sound_and_video_play_and_other_files_have_icons_of_their_own(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Players")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    film = base64.b64decode(page.evaluate(FILM))
    send(ann, place, ("film.webm", film, "video/webm"), ("sound.wav", sound(), "audio/wav"))
    send(ann, place, ("table.csv", b"a,b\n1,2\n", "text/csv"), ("page.html", b"<script>alert(1)</script>", "text/html"))
    send(ann, place, ("lie.mp4", b"this is no video", "video/mp4"))
    send(ann, place, ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"))
    for tag in ("video", "audio"):
        player = page.locator(tag)
        expect(player).to_have_count(1)
        page.wait_for_function("tag => document.querySelector(tag).readyState >= 1", arg=tag)
        player.evaluate("one => { one.muted = true; return one.play(); }")
        page.wait_for_function("tag => document.querySelector(tag).currentTime > 0", arg=tag)
    expect(page.locator(".file")).to_have_count(6)
    assert page.locator(".picture").count() == 0, "no picture that could run"
    shapes = page.locator(".file .icon path").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    assert len(set(shapes)) >= 4
    window.check_axe("players")


def test_a_chosen_picture_is_seen_before_it_is_sent(opens: Opens, service: Service) -> None:
    ann = service.person("Ann", "en")
    place = ann.workspace("Staged")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "seen.png", "mimeType": "image/png", "buffer": picture(120, 80)},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"},
        ]
    )
    expect(page.locator(".staged li")).to_have_count(2)
    seen = page.locator(".staged-picture")
    expect(seen).to_have_count(1)
    assert seen.evaluate("image => image.decode().then(() => image.naturalWidth)") == 120
    window.check_axe("staged picture")
    page.locator(".composer textarea").press("Enter")
    expect(page.locator(".scroller .picture")).to_be_visible()
    expect(page.locator(".staged li")).to_have_count(0)
