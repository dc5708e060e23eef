"""The factories make rows as the service does, so that what depends on a row is there with it."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.tests.factories import AccessTokenFactory, UserFactory
from devices.tests.factories import DeviceFactory
from files.tests.factories import FileFactory
from messaging.tests.factories import DirectConversationFactory, MessageFactory, ReportFactory
from rooms.tests.factories import GuestFactory, RoomFactory
from rosetta.tests.factories import ActionFactory
from translation.tests.factories import GlossaryTermFactory, TranslationPolicyFactory
from workspaces.models import Event
from workspaces.tests.factories import (
    ChannelFactory,
    InviteFactory,
    MemberFactory,
    OwnerFactory,
    WebhookFactory,
    WebhookSubscriptionFactory,
    WorkspaceFactory,
)

pytestmark = pytest.mark.django_db

FACTORIES = [
    UserFactory, AccessTokenFactory, FileFactory, GlossaryTermFactory, TranslationPolicyFactory, DeviceFactory,
    WorkspaceFactory, OwnerFactory, MemberFactory, ChannelFactory, InviteFactory, WebhookFactory,
    WebhookSubscriptionFactory, DirectConversationFactory, MessageFactory, ReportFactory, RoomFactory, GuestFactory,
]  # fmt: skip


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_factory_stores_different_rows_from_its_own_defaults(
    factory: type[ActionFactory[Any]], settings: Settings, tmp_path: Path
) -> None:
    settings.FILES_SPOOL_DIR = tmp_path / "spool"
    on_disk = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": on_disk}
    first, second = factory.create_batch(2)
    assert first.pk != second.pk
    assert type(first).objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_a_factory_keeps_the_counters_and_events_of_the_service() -> None:
    member = MemberFactory.create()
    message = MessageFactory.create(channel__member=member)
    member.workspace.refresh_from_db()
    message.conversation.refresh_from_db()
    assert (member.workspace.member_count, message.conversation.last_seq) == (2, 1)
    assert Event.objects.get(stream_id=message.conversation_id).kind == "message.created"


def test_the_token_of_a_factory_is_a_bearer() -> None:
    token = AccessTokenFactory.create(user__name="Mali")
    answer = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {token.shown}"})
    assert answer.json()["name"] == "Mali"


def test_what_would_not_be_stored_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        UserFactory.build()
