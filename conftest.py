"""The cast of every test: Olivia owns the workspace, Mali is a member, Otto belongs nowhere."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import AccessToken, User
from accounts.secrets import digest
from rosetta import ids, throttles
from workspaces import actions
from workspaces.models import Channel, Member, Workspace

PASSWORD = "correct horse 9"  # noqa: S105
SECRET = "s" * 43


def make_user(name: str, language: str = "en", **fields: Any) -> User:
    return User.objects.create_user(
        f"{name.lower()}@example.com", PASSWORD, name=name, preferred_language=language, **fields
    )


def token_client(user: User, abilities: list[str] | None = None) -> APIClient:
    """A client that calls with a bearer token of ``user``."""
    token = AccessToken.objects.create(user=user, name="test", abilities=abilities or ["*"], secret_hash=digest(SECRET))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.pk}|{SECRET}")
    return client


def answers_until_limited(call: Callable[[], int], limit: int) -> list[int]:
    """The statuses before the first 429, which has to come: after ``limit`` of them, or later when a minute ends meanwhile."""
    answers: list[int] = []
    while (status := call()) != 429:
        answers.append(status)
        assert len(answers) <= 2 * limit, "no limit"
    assert len(answers) >= limit
    return answers


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Limits are counted per process and in Redis: each test starts with none of another's."""
    throttles.counter.reset()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test starts without it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def ids_of_now() -> None:
    """Ids only grow within a process: after a test that travelled to the future, the next one would get ids from there."""
    ids._last = 0


@pytest.fixture
def owner(db: None) -> User:
    return make_user("Olivia", "en")


@pytest.fixture
def member_user(db: None) -> User:
    return make_user("Mali", "th")


@pytest.fixture
def outsider(db: None) -> User:
    return make_user("Otto", "ja")


@pytest.fixture
def workspace(owner: User) -> Workspace:
    return actions.create_workspace(owner=owner, name="Acme").workspace


@pytest.fixture
def membership(workspace: Workspace, member_user: User) -> Member:
    return actions.add_member(workspace=workspace, user=member_user)


@pytest.fixture
def channel(workspace: Workspace, membership: Member) -> Channel:
    """The workspace's first channel, which Olivia and Mali read."""
    return Channel.objects.get(workspace=workspace, slug="general")


@pytest.fixture
def as_owner(owner: User) -> APIClient:
    return token_client(owner)


@pytest.fixture
def as_member(member_user: User) -> APIClient:
    return token_client(member_user)


@pytest.fixture
def as_outsider(outsider: User) -> APIClient:
    return token_client(outsider)


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    return token_client
