"""Show a new workspace how it is to talk across languages: a channel in which nobody real has spoken."""

import secrets

from django.db import transaction
from django.utils import timezone

from accounts.identity.secrets import digest
from messaging.actions.post import post_message
from messaging.context import ConversationContext, Sender
from messaging.drafts import NewMessage
from rosetta import languages
from rosetta.languages import Reading
from workspaces import access, actions
from workspaces.audience import audience_of, heard_languages
from workspaces.models import Channel, Member, Webhook, Workspace

NAME = "demo"
# Who speaks, in which language, and the same in every other: it is read without any engine.
LINES = (
    (
        "ゆき",
        "ja",
        {
            "en": "Nice to meet you, I am Yuki. I write in Japanese.",
            "ja": "はじめまして、ゆきです。私は日本語で書いています。",
            "zh-CN": "初次见面，我是由纪。我用日语书写。",
            "th": "ยินดีที่ได้รู้จัก ฉันชื่อยูกิ ฉันเขียนเป็นภาษาญี่ปุ่น",
            "id": "Salam kenal, saya Yuki. Saya menulis dalam bahasa Jepang.",
        },
    ),
    (
        "มะลิ",
        "th",
        {
            "en": "Hello! I write in Thai, and you read me in your language.",
            "ja": "こんにちは！私はタイ語で書き、あなたはご自分の言語で読めます。",
            "zh-CN": "你好！我用泰语书写，你用自己的语言阅读。",
            "th": "สวัสดีค่ะ ฉันเขียนเป็นภาษาไทย ส่วนคุณอ่านเป็นภาษาของคุณ",
            "id": "Halo! Saya menulis dalam bahasa Thai, dan Anda membacanya dalam bahasa Anda.",
        },
    ),
    (
        "Budi",
        "id",
        {
            "en": "The small sign at a message says that it is translated. Click it to see the original.",
            "ja": "メッセージの小さな印は、翻訳されていることを示します。クリックすると原文が見られます。",
            "zh-CN": "消息旁的小标记表示它是译文。点击即可查看原文。",
            "th": "เครื่องหมายเล็ก ๆ ที่ข้อความบอกว่าเป็นคำแปล คลิกเพื่อดูต้นฉบับ",
            "id": "Tanda kecil pada pesan menunjukkan bahwa pesan itu diterjemahkan. Klik untuk melihat aslinya.",
        },
    ),
    (
        "李伟",
        "zh-CN",
        {
            "en": "Before you send, the eye shows you how others will read it. Try it here!",
            "ja": "送る前に、目のボタンでほかの人にどう読まれるかを確認できます。ここで試してください！",
            "zh-CN": "发送之前，点眼睛图标可以看到别人会读到什么。在这里试试吧！",
            "th": "ก่อนส่ง ปุ่มรูปตาจะแสดงว่าคนอื่นจะอ่านอย่างไร ลองที่นี่ได้เลย!",
            "id": "Sebelum mengirim, tombol mata menunjukkan bagaimana orang lain membacanya. Cobalah di sini!",
        },
    ),
)


@transaction.atomic
def open_demo(*, member: Member) -> tuple[Channel, bool]:
    """Open a channel with a few messages by people who do not exist; return it and whether it is new.

    Idempotent. Locks the workspace. Raises NotFound or Forbidden when ``member`` no longer moderates it.
    """
    member = access.moderator(member.user, member.workspace_id, lock=True)
    workspace = member.workspace
    channel = demo_of(workspace)
    if channel is not None:
        return channel, False
    channel = actions.create_channel(member=member, name=NAME)
    Workspace.objects.filter(pk=workspace.pk).update(demo_channel_id=channel.pk)
    channel = (
        Channel.objects.select_related("conversation", "workspace").annotate(heard=heard_languages()).get(pk=channel.pk)
    )
    context = ConversationContext(
        conversation=channel.conversation,
        channel=channel,
        workspace=workspace,
        reading=Reading(languages.DEFAULT),
        audience=audience_of(channel),
    )
    for name, language, texts in LINES:
        others = {code: text for code, text in texts.items() if code != language}
        draft = NewMessage(content=texts[language], language=language, translations=others)
        post_message(sender=Sender(webhook=_speaker(workspace, name)), context=context, draft=draft)
    return channel, True


def demo_of(workspace: Workspace) -> Channel | None:
    """Return the channel of the demo, None where it was never opened or is removed."""
    if not workspace.demo_channel_id:
        return None
    return Channel.objects.filter(pk=workspace.demo_channel_id, workspace=workspace).first()


def _speaker(workspace: Workspace, name: str) -> Webhook:
    """Return a name to speak under: a webhook that is deleted from its beginning, so that nobody can post through it."""
    return Webhook.objects.create(
        workspace=workspace,
        name=name,
        secret_hash=digest(secrets.token_urlsafe(32)),
        is_active=False,
        deleted_at=timezone.now(),
    )


@transaction.atomic
def remove_demo(*, member: Member) -> None:
    """Destroy the channel of the demo, with what others wrote there. Idempotent. Locks the workspace."""
    member = access.moderator(member.user, member.workspace_id, lock=True)
    channel = demo_of(member.workspace)
    Workspace.objects.filter(pk=member.workspace_id).update(demo_channel_id=None)
    if channel is not None:
        actions.purge_channel(channel=channel)
