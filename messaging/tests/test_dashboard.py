"""The first page of admin and ``/metrics`` say the numbers of messages, translations and reports, from one reading a minute."""

import html
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import make_user
from messaging.models import MessageTranslation
from messaging.tests.client import path_of, post
from rosetta.tests.processes import manage
from workspaces.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def busy(as_owner: APIClient, as_member: APIClient, channel: Channel) -> None:
    """Two messages wait to be translated into Thai since two minutes and now.

    One of them is reported.
    """
    first, _ = (
        post(as_owner, channel, f"Crane {number} has left the harbour.").json()["data"]["id"] for number in range(2)
    )
    as_member.post(f"{path_of(channel)}/{first}/report", {"reason": "rude"})
    long_ago = timezone.now() - timedelta(seconds=120)
    MessageTranslation.objects.filter(message_id=first).update(created_at=long_ago)


def desk_of(role: str) -> Client:
    user = make_user(role.capitalize(), is_staff=True, is_superuser=role == "root")
    if role != "root":
        call_command("set_user", user.email, "--role", role, verbosity=0)
    client = Client()
    client.force_login(user)
    return client


def figures(page: str) -> dict[str, str]:
    """The cards' values by their names."""
    words = [word.strip() for word in re.sub(r"<[^>]+>", "\n", page).splitlines() if word.strip()]
    names = (
        "Messages, last 24 h",
        "Translations pending",
        "Oldest pending, seconds",
        "Open reports",
        "Open rooms",
        "Pending mails",
    )
    return {name: words[words.index(name) + 1] for name in names}


def charts(page: str) -> dict[str, list[int]]:
    """The bars' heights by what they are of."""
    found = [json.loads(html.unescape(data)) for data in re.findall(r'data-type="bar" data-value="([^"]*)"', page)]
    return {one["datasets"][0]["label"]: one["datasets"][0]["data"] for one in found}


def test_the_first_page_has_figures_charts_engines_and_jobs(busy: None) -> None:
    page = desk_of("root").get("/admin/").content.decode()
    told = figures(page)
    assert (told["Messages, last 24 h"], told["Translations pending"], told["Open reports"]) == ("2", "2", "1")
    assert 120 <= int(told["Oldest pending, seconds"]) < 300
    drawn = charts(page)
    assert sum(drawn["Messages an hour (UTC)"]) == sum(drawn["Translations requested an hour (UTC)"]) == 2
    assert drawn["Pending translations, by age"] == [1, 0, 1, 0, 0]
    assert drawn["Reports a day"][-1] == 1
    assert len(drawn["Rooms opened per day"]) == 14
    for told_of in ("Engines", "local", "Periodic jobs", "sweep-translations"):
        assert told_of in page


def test_a_figure_leads_to_its_list_for_who_may_see_it(busy: None) -> None:
    link = "/admin/messaging/report/"
    pages = {role: desk_of(role).get("/admin/").content.decode() for role in ("support", "moderator")}
    assert [f'href="{link}"' in pages[role] for role in ("support", "moderator")] == [False, True]


def test_many_looks_ask_the_database_once(busy: None) -> None:
    desk = desk_of("root")
    desk.get("/admin/")
    with CaptureQueriesContext(connection) as seen:
        desk.get("/admin/")
    # The side bar counts open reports on each page, up to a bound.
    asked = [one["sql"] for one in seen.captured_queries if "messaging_" in one["sql"]]
    assert len(asked) <= 1 and all("LIMIT" in sql for sql in asked)


def test_what_is_over_is_counted_once(busy: None) -> None:
    desk = desk_of("root")
    desk.get("/admin/")
    cache.delete("dashboard")
    with CaptureQueriesContext(connection) as seen:
        desk.get("/admin/")
    hours = [
        one["sql"] for one in seen.captured_queries if "COUNT(" in one["sql"] and '"messaging_message"' in one["sql"]
    ]
    # The hour that goes on, and perhaps the one that ended since; for the chart and for the day's figure.
    assert 1 <= len(hours) <= 4
    assert all("LIMIT" in sql for sql in hours)


def test_prometheus_hears_the_figures_and_the_jobs(busy: None, client: Client) -> None:
    call_command("run_jobs", "purge-queue")
    text = client.get("/metrics").content.decode()
    values = dict(re.findall(r"^(rosetta_\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE))
    pair = 'source="en",target="th"'
    owed = values['rosetta_translations_owed{source="en",state="pending",target="th"}']
    assert (owed, values["rosetta_reports_open"], values["rosetta_database_up"]) == ("2.0", "1.0", "1.0")
    assert float(values[f"rosetta_translation_queue_age_seconds{{{pair}}}"]) >= 120
    last = float(values['rosetta_job_last_success_timestamp_seconds{name="purge-queue"}'])
    assert timezone.now().timestamp() - last < 60
    assert values['rosetta_job_period_seconds{name="purge-queue"}'] == "600.0"


def test_metrics_answer_when_the_database_does_not(tmp_path: Path) -> None:
    code = "from rosetta.observability import metrics; print(metrics.text().decode())"
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "k" * 50}
    done = manage("shell", "--no-imports", "-c", code, VAR_DIR=str(tmp_path), **away)
    assert "rosetta_database_up 0.0" in done.stdout, done.stderr
    assert "rosetta_translations_owed" not in done.stdout
