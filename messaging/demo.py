"""Demo data: people of all five languages who talk.

Every line is in the shipped phrasebook.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from messaging import access
from messaging.actions.direct import open_direct
from messaging.actions.post import post_message
from messaging.actions.react import add_reaction
from messaging.context import ConversationContext, Sender
from messaging.drafts import NewMessage
from messaging.models import Message
from workspaces import actions
from workspaces.models import Channel, Member, Role, Workspace

WORKSPACE = "Rosetta demo"
DOMAIN = "demo.example"
# By the local part of the address: a name, a language. The first owns the workspace.
PEOPLE = {
    "emma": ("Emma", "en"),
    "wei": ("李伟", "zh-CN"),
    "yuki": ("ゆき", "ja"),
    "mali": ("มะลิ", "th"),
    "budi": ("Budi", "id"),
}
# By channel: sender and text; a line that starts with ↳ is a reply in the thread of the line before.
TALK = {
    "general": [
        ("emma", "Welcome to the team!"),
        ("yuki", "はじめまして"),
        ("mali", "ยินดีที่ได้รู้จัก"),
        ("budi", "Senang berkenalan dengan Anda"),
        ("emma", "Are you free today?"),
        ("wei", "我在开会。"),
        ("mali", "เซิร์ฟเวอร์ล่ม"),
        ("budi", "↳Sedang saya kerjakan."),
        ("wei", "↳请查看日志。"),
        ("budi", "Servernya sudah normal kembali."),
        ("yuki", "お疲れさまです。"),
        ("emma", "Thank you for your quick reply."),
    ],
    "support": [
        ("mali", "สินค้าที่สั่งไปอยู่ที่ไหนแล้ว"),
        ("yuki", "ご注文番号を教えていただけますか？"),
        ("yuki", "少々お待ちください。"),
        ("yuki", "ご注文の商品を発送いたしました。"),
        ("mali", "จะมาถึงเมื่อไหร่"),
        ("yuki", "明日届きます。"),
        ("mali", "ขอบคุณมาก"),
        ("yuki", "ほかに何かお手伝いできることはございますか？"),
    ],
}
DIRECT = [("budi", "Bisa tolong cek deployment-nya?"), ("yuki", "すぐに確認いたします。"), ("budi", "Terima kasih")]


@dataclass(frozen=True, slots=True)
class SignIn:
    email: str
    password: str
    language: str


@transaction.atomic
def fill() -> list[SignIn]:
    """Create the demo's people, workspace and conversations.

    Return how to sign in as each person. Idempotent.
    """
    people = {key: _person(key) for key in PEOPLE}
    workspace = _workspace(people)
    for slug, lines in TALK.items():
        channel = Channel.objects.get(workspace=workspace, slug=slug)
        _talk(people, lines, lambda user, channel=channel: _in_channel(user, channel))  # type: ignore[misc]
    direct, _is_new = open_direct(user=people["budi"], other_id=people["yuki"].pk)
    _talk(people, DIRECT, lambda user: access.direct_context(user, str(direct.pk), to_write=True))
    return [SignIn(user.email, _password(), user.preferred_language) for user in people.values()]


def _password() -> str:
    """Return the demo's password.

    The same at each run, and derived from this instance's secret key.
    """
    return "demo-" + hmac.new(settings.SECRET_KEY.encode(), b"rosetta demo", hashlib.sha256).hexdigest()[:12]


def _person(key: str) -> User:
    name, language = PEOPLE[key]
    email = f"{key}@{DOMAIN}"
    user = User.objects.filter(email=email).first()
    if user is None:
        return User.objects.create_user(
            email, _password(), name=name, preferred_language=language, email_verified_at=timezone.now()
        )
    if not user.check_password(_password()):
        user.set_password(_password())
        user.save(update_fields=["password"])
    return user


def _workspace(people: dict[str, User]) -> Workspace:
    owner, *others = people.values()
    membership = Member.objects.filter(user=owner, role=Role.OWNER, workspace__name=WORKSPACE).first()
    if membership is None:
        membership = actions.create_workspace(owner=owner, name=WORKSPACE)
    for user in others:
        actions.add_member(workspace=membership.workspace, user=user)
    if not Channel.objects.filter(workspace=membership.workspace, slug="support").exists():
        actions.create_channel(member=membership, name="Support", slug="support")
    return membership.workspace


def _in_channel(user: User, channel: Channel) -> ConversationContext:
    return access.channel_context(user, channel.workspace_id, channel.pk, to_write=True)


def _talk(
    people: dict[str, User], lines: list[tuple[str, str]], context_of: Callable[[User], ConversationContext]
) -> None:
    """Post ``lines``, unless the conversation has messages already."""
    if context_of(people[lines[0][0]]).conversation.last_seq:
        return
    opener: Message | None = None
    for key, line in lines:
        user, is_answer = people[key], line.startswith("↳")
        parent = opener.pk if is_answer and opener else None
        draft = NewMessage(content=line.removeprefix("↳"), parent_message_id=parent)
        message = post_message(sender=Sender(user=user), context=context_of(user), draft=draft).message
        opener = opener if is_answer else message
    add_reaction(context=context_of(people["budi"]), message_id=str(message.pk), emoji="🎉")
