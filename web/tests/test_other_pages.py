"""Pages that are not the client's work in a browser under the policies that they are served with."""

from playwright.sync_api import expect

from web.tests.conftest import Opens
from web.tests.service import PASSWORD, Service

STAFF = "staff@example.com"


def test_the_apis_documentation_shows_its_calls(opens: Opens) -> None:
    page = opens().go("/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()


def test_staff_sign_in_look_through_lists_and_open_a_form(opens: Opens, service: Service) -> None:
    service.manage(
        "createsuperuser", "--noinput", "--email", STAFF, "--name", "Staff", DJANGO_SUPERUSER_PASSWORD=PASSWORD
    )
    page = opens().go("/admin/")
    page.locator("input[name=username]").fill(STAFF)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page).to_have_url(f"{service.url}/admin/")
    for place in ("accounts/user/", "messaging/message/", "translation/glossaryterm/add/", "rooms/plan/add/"):
        page.goto(f"{service.url}/admin/{place}")
        expect(page.locator("#content, #main")).not_to_have_count(0)
    page.goto(f"{service.url}/admin/accounts/user/")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(page.locator("form input[name=name]")).to_be_visible()
