"""What people tell about themselves, and who is shown it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db


def change(client: APIClient, **changes: Any) -> Any:
    return client.patch("/api/v1/me", changes, format="json")


def test_a_profile_says_how_a_name_is_read_what_somebody_does_and_where(as_owner: APIClient) -> None:
    changes = {"name": "ゆき", "name_reading": " Yuki ", "title": "Port master", "time_zone": "Asia/Tokyo"}
    answer = change(as_owner, **changes).json()
    assert {name: answer[name] for name in changes} == {**changes, "name_reading": "Yuki"}
    cleared = change(as_owner, name_reading="", title="\u200b", time_zone="").json()
    assert (cleared["name_reading"], cleared["title"], cleared["time_zone"]) == ("", "", "")


def test_a_status_ends_by_itself(as_owner: APIClient, owner: User) -> None:
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    status = {"emoji": "🏝", "text": "On holiday", "until": until}
    assert change(as_owner, status=status).json()["status"]["text"] == "On holiday"
    User.objects.filter(pk=owner.pk).update(status_until=timezone.now() - timedelta(seconds=1))
    assert as_owner.get("/api/v1/me").json()["status"] is None
    assert change(as_owner, status={"text": "In a meeting"}).json()["status"] == {
        "emoji": "",
        "text": "In a meeting",
        "until": None,
    }
    assert change(as_owner, status=None).json()["status"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Mars/Base"},
        {"time_zone": None},
        {"title": "x" * 121},
        {"name_reading": "a\x00"},
        {"status": {}},
        {"status": {"emoji": "x" * 33}},
        {"status": {"text": "\u200b"}},
        {"status": {"text": "late", "until": "2001-01-01T00:00:00Z"}},
        {"status": "busy"},
        {"undisturbed_until": "2001-01-01T00:00:00Z"},
        {"undisturbed_until": "soon"},
        {"show_originals": "sometimes"},
    ],
)
def test_what_makes_no_sense_is_refused(as_owner: APIClient, changes: dict[str, Any]) -> None:
    assert change(as_owner, **changes).status_code == 422


def test_a_deleted_account_tells_nothing_any_longer(as_owner: APIClient, owner: User) -> None:
    change(as_owner, name_reading="Olivia", title="Owner", status={"text": "Here"}, time_zone="Asia/Tokyo")
    answer = as_owner.delete("/api/v1/me", {"password": "correct horse 9"}, format="json")
    assert answer.status_code == 204
    owner.refresh_from_db()
    assert (owner.name_reading, owner.title, owner.status_text, owner.time_zone) == ("", "", "", "")
