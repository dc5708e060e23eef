"""``manage.py demo``: what a person sees who tries Rosetta for the first time."""

from io import StringIO

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from messaging.demo import TALK
from messaging.models import Message
from rosetta.languages import CODES

pytestmark = pytest.mark.django_db


def sign_ins() -> list[list[str]]:
    out = StringIO()
    call_command("demo", stdout=out)
    table = out.getvalue().split("\n\n")[0]
    header, *rows = [line.split() for line in table.splitlines()]
    assert header == ["email", "password", "language"]
    return rows


def signed_in(email: str, password: str) -> APIClient:
    client = APIClient()
    answer = client.post("/api/v1/auth/app/login", {"email": email, "password": password})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    return client


def test_everybody_signs_in_and_reads_everything_in_their_own_language() -> None:
    rows = sign_ins()
    assert {language for _, _, language in rows} == set(CODES)
    for email, password, language in rows:
        client = signed_in(email, password)
        (workspace,) = client.get("/api/v1/workspaces").json()["data"]
        channels = client.get(f"/api/v1/workspaces/{workspace['id']}/channels").json()["data"]
        assert {one["slug"] for one in channels} == set(TALK)
        for channel in channels:
            path = f"/api/v1/workspaces/{workspace['id']}/channels/{channel['id']}/messages"
            messages = client.get(path).json()["data"]
            assert len(messages) == len(TALK[channel["slug"]])
            assert {one["display_language"] for one in messages} == {language}


def test_a_second_run_adds_nothing_and_names_the_same_sign_ins() -> None:
    first = sign_ins()
    said = Message.objects.count()
    assert sign_ins() == first
    assert Message.objects.count() == said
