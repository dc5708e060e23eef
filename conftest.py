"""The cast of every test.

Olivia owns the workspace, Mali is a member, Otto belongs nowhere; and how a run begins.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from rest_framework.test import APIClient
from xdist.scheduler import LoadScopeScheduling

from accounts.models import User
from accounts.tests.factories import PASSWORD as PASSWORD
from accounts.tests.factories import AccessTokenFactory, UserFactory
from rosetta import ids
from rosetta.http import throttles
from rosetta.tests import migrated
from workspaces.models import Channel, Member, Workspace
from workspaces.tests.factories import MemberFactory, WorkspaceFactory


def make_user(name: str, language: str = "en", **fields: Any) -> User:
    """Somebody by name; where a test says more than that, it calls the factory."""
    user: User = UserFactory.create(name=name, preferred_language=language, **fields)
    return user


def token_client(user: User, abilities: list[str] | None = None) -> APIClient:
    """A client that calls with a bearer token of ``user``."""
    token = AccessTokenFactory.create(user=user, abilities=abilities or ["*"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.shown}")
    return client


def answers_until_limited(call: Callable[[], int], limit: int) -> list[int]:
    """The statuses before the first 429, which has to come.

    After ``limit`` of them, or later when a minute ends meanwhile.
    """
    answers: list[int] = []
    while (status := call()) != 429:
        answers.append(status)
        assert len(answers) <= 2 * limit, "no limit"
    assert len(answers) >= limit
    return answers


class ByService(LoadScopeScheduling):
    """Give tests that share a running service to one process, which starts it once.

    Any other to whichever is free.

    By path, because xdist's own groups have no effect with pytest 9.2 (pytest-dev/pytest-xdist#1386).
    """

    SHARING = (
        "realtime/tests/test_faults.py",
        "realtime/tests/",
        "messaging/tests/test_outages.py",
        "rosetta/tests/test_serving.py",
        "rosetta/tests/test_supervisor.py",
        "rosetta/tests/test_telling.py",
        "web/tests/",
    )

    def _split_scope(self, nodeid: str) -> str:
        return next((path for path in self.SHARING if nodeid.startswith(path)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByService:
    return ByService(config, log)


def is_worker(config: pytest.Config) -> bool:
    """Return whether this is one of several processes of a run (xdist), rather than the one that began it."""
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if not is_worker(config):
        migrated.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not is_worker(config):
        migrated.end()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool, django_db_modify_db_settings: None) -> bool:
    """The tests' own database begins as a copy too.

    Pytest-django then migrates it, and finds nothing to do.
    """
    database = settings.DATABASES["default"]
    if "postgresql" in database["ENGINE"]:
        database["TEST"]["TEMPLATE"] = migrated.postgres_template(os.environ["DATABASE_URL"])
        return django_db_keepdb
    migrated.copy_sqlite(Path(database["TEST"]["NAME"]))
    return True  # The copy is what is kept.


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Limits are counted per process and in Redis.

    Each test starts with none of another's.
    """
    throttles.counter.reset()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread.

    The next test starts without it.
    """
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def ids_of_now() -> None:
    """Ids only grow within a process.

    After a test that travelled to the future, the next one would get ids from there.
    """
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
    created: Workspace = WorkspaceFactory.create(owner=owner, name="Acme")
    return created


@pytest.fixture
def membership(workspace: Workspace, member_user: User) -> Member:
    joined: Member = MemberFactory.create(workspace=workspace, user=member_user)
    return joined


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
