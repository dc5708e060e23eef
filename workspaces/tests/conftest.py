from collections.abc import Iterator

import pytest
from pytest_django import Settings

from workspaces.models import Workspace
from workspaces.tests.receiver import Receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def base(workspace: Workspace) -> str:
    return f"/api/v1/workspaces/{workspace.pk}/webhook-subscriptions"
