"""The first minutes: what to do in a new workspace, an example that can be removed, and addresses that lead nowhere."""

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.service import Service


def test_an_owner_takes_the_first_steps_and_removes_the_example(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place = ann.workspace("Fresh")
    window = opens("en-GB")
    page = window.sign_in(ann, place.page)
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("listitem")).to_have_count(4)
    expect(steps.get_by_role("listitem").filter(has_text="Done:")).to_have_count(2)
    window.check_axe("first steps")
    steps.get_by_role("button", name="Show me an example conversation").click()
    expect(page.get_by_role("heading", name="demo", exact=True).first).to_be_visible()
    expect(page.get_by_text("Nice to meet you, I am Yuki. I write in Japanese.")).to_be_visible()
    window.check_axe("an example")
    page.get_by_role("button", name="Remove the example").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the example").click()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="demo")).to_have_count(0)
    invite = ann.call("POST", f"/workspaces/{place.workspace}/invites", {})["data"]
    bob.call("POST", f"/invites/{invite['token']}/accept")
    page.reload()
    expect(steps.get_by_role("listitem").filter(has_text="Done:")).to_have_count(3)
    steps.get_by_role("button", name="Do not show these steps again").click()
    expect(steps).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Show me an example conversation")).to_have_count(0)


def test_addresses_that_lead_nowhere_say_what_to_do(opens: Opens, service: Service) -> None:
    ann, bob = service.person("Ann", "en"), service.person("Bob", "en")
    place, other = ann.workspace("Mine"), bob.workspace("Theirs")
    window = opens("en-GB", phone=True, dark=True)
    window.expected += ("404",)
    page = window.sign_in(ann, other.page)
    expect(page.get_by_role("heading", name="You do not belong to this workspace")).to_be_visible()
    expect(page.get_by_text(ann.email)).to_be_visible()
    window.check_axe("another workspace")
    page.get_by_role("link", name="Go to Mine").tap()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    window.go(f"/w/{place.workspace}/c/{other.channel}")
    expect(page.get_by_role("heading", name="This conversation is not here")).to_be_visible()
    window.check_axe("a missing channel")
    window.go("/invites/of-yesterday")
    expect(page.get_by_role("heading", name="This invitation no longer works")).to_be_visible()
    window.check_axe("a bad invite")
    page.get_by_role("link", name="Go to Rosetta").tap()
    expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
