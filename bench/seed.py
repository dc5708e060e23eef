"""Rows for the benchmarks, made through the service's own actions and, by the million, in SQL."""

import os
from dataclasses import dataclass
from typing import Any

SECRET = "s" * 43


@dataclass(frozen=True)
class World:
    """A workspace of four languages, its first channel, and bearer tokens."""

    workspace_id: str
    channel_id: str
    deep_channel_id: str
    tokens: list[str]
    user_id: int


def connect(env: dict[str, str]) -> None:
    """Set Django up in this process on the benchmark's database."""
    os.environ.update(env)
    import django

    django.setup()


def make_world(clients: int = 64, deep_rows: int = 1_000_000) -> World:
    """The world of the message benchmarks: ``clients`` members with a token each, a channel of ``deep_rows`` messages."""
    from accounts.models import AccessToken, User
    from accounts.secrets import digest
    from workspaces import actions
    from workspaces.models import Channel

    languages = ["en", "th", "ja", "id"]
    users = [
        User(email=f"bench{n}@example.com", name=f"Bench {n}", preferred_language=languages[n % 4], password="!")
        for n in range(clients)
    ]
    User.objects.bulk_create(users)
    owner = actions.create_workspace(owner=users[0], name="Bench")
    for user in users[1:]:
        actions.add_member(workspace=owner.workspace, user=user)
    tokens = [
        AccessToken.objects.create(user=user, name="bench", abilities=["*"], secret_hash=digest(SECRET))
        for user in users
    ]
    shallow = Channel.objects.get(workspace=owner.workspace)
    deep = actions.create_channel(member=owner, name="deep")
    fill(shallow.pk, users[0].pk, 1000)
    fill(deep.pk, users[0].pk, deep_rows)
    return World(owner.workspace_id, shallow.pk, deep.pk, [f"{token.pk}|{SECRET}" for token in tokens], users[0].pk)


def fill(conversation_id: str, user_id: int, rows: int) -> None:
    """``rows`` messages with a translation each, straight into the tables."""
    from django.db import connection

    from rosetta.ids import database_id

    where: Any = database_id(conversation_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO messaging_message (id, conversation_id, seq, type, sender_user_id, is_automation, content, language,
                translation_status, skip_translation, revision, reply_count, attachment_count, reaction_count, mentions,
                created_at)
            SELECT gen_random_uuid(), %s, n, 'text', %s, false, 'A line of the benchmark, number ' || n, 'en', 'completed',
                false, 1, 0, 0, 0, '[]', now() FROM generate_series(1, %s) AS n
            """,
            [where, user_id, rows],
        )
        cursor.execute(
            """
            INSERT INTO messaging_messagetranslation (message_id, language, state, revision, text, engine, reason, attempts,
                due_at, created_at)
            SELECT id, 'th', 'ready', 1, 'บรรทัด ' || seq, 'bench', '', 1, now(), now()
            FROM messaging_message WHERE conversation_id = %s
            """,
            [where],
        )
        cursor.execute(
            "UPDATE workspaces_conversation SET last_seq = %s, last_message_at = now() WHERE id = %s", [rows, where]
        )
        cursor.execute("ANALYZE")


def make_large_workspace(members: int = 10_000, channels: int = 500) -> tuple[str, str]:
    """A workspace of many people and channels with messages; its id and one member's token."""
    from accounts.models import AccessToken, User
    from accounts.secrets import digest
    from rosetta.ids import new_ulid
    from workspaces import actions
    from workspaces.models import Channel, Conversation, Member, Workspace

    crowd = [
        User(email=f"crowd{n}@example.com", name=f"Crowd {n}", preferred_language="en", password="!")
        for n in range(members)
    ]
    User.objects.bulk_create(crowd, batch_size=2000)
    owner = actions.create_workspace(owner=crowd[0], name="Crowd")
    Member.objects.bulk_create(
        [Member(workspace=owner.workspace, user=user, language="en") for user in crowd[1:]], batch_size=2000
    )
    Workspace.objects.filter(pk=owner.workspace_id).update(member_count=members)
    rooms = [Conversation(pk=new_ulid(), last_seq=n) for n in range(channels - 1)]
    Conversation.objects.bulk_create(rooms)
    Channel.objects.bulk_create(
        [
            Channel(conversation=room, workspace=owner.workspace, name=f"c{n}", slug=f"c{n}")
            for n, room in enumerate(rooms)
        ]
    )
    token = AccessToken.objects.create(user=crowd[-1], name="bench", abilities=["*"], secret_hash=digest(SECRET))
    return owner.workspace_id, f"{token.pk}|{SECRET}"


def fresh_channel(world: World) -> World:
    """``world`` with an empty first channel, for tests that count every message."""
    from workspaces import actions
    from workspaces.models import Member

    owner = Member.objects.select_related("workspace", "user").get(workspace=world.workspace_id, user=world.user_id)
    channel = actions.create_channel(member=owner, name="faults")
    return World(world.workspace_id, channel.pk, world.deep_channel_id, world.tokens, world.user_id)


def make_outsider() -> str:
    """A token of somebody who belongs nowhere."""
    from accounts.models import AccessToken, User
    from accounts.secrets import digest

    user = User.objects.create(email="outsider@example.com", name="Outsider", password="!")
    token = AccessToken.objects.create(user=user, name="bench", abilities=["*"], secret_hash=digest(SECRET))
    return f"{token.pk}|{SECRET}"
