"""Everybody who may call the service, and one of everything that they may call it about."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.identity.secrets import digest
from accounts.models import Guest, Session, User
from accounts.tests.factories import AccessTokenFactory
from conftest import make_user, token_client
from messaging.models import Report
from rooms.actions import create_room
from translation.models import TermProposal
from workspaces import actions
from workspaces.models import Channel, Member, Role, WebhookDelivery

API = "/api/v1"
CALLERS = ("owner", "admin", "member", "outsider", "guest", "webhook", "automation", "anonymous")
PASSWORD = "open sesame"
# What the names in a path stand for, other than the row of the cast that is called so: rows that belong together.
MAIN = {"conversation": "channel", "email_hash": "hash", "token": "invite_token"}
DIRECT = {"conversation": "direct", "attachment": "direct_attachment", "message": "direct_message"}


@dataclass
class Cast:
    """``clients`` by caller, and ``ids``.

    What the names in the paths of the permission table stand for.
    """

    clients: dict[str, APIClient] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    # The caller's own place in the workspace, for the paths that mean it.
    own: dict[str, str] = field(default_factory=dict)

    def path(self, template: str, caller: str) -> str:
        return API + template.format_map({**self.ids, "own": self.own.get(caller, self.own["member"])})


def assemble() -> Cast:
    """Olivia owns the workspace, Adam administers it, Mali and Mem are members, Otto belongs elsewhere."""
    cast = Cast()
    people = {name: make_user(name) for name in ("Olivia", "Adam", "Mali", "Mem", "Otto", "Nora")}
    owning = actions.create_workspace(owner=people["Olivia"], name="Acme")
    workspace = owning.workspace
    seats = {"owner": owning}
    seats["admin"] = actions.add_member(workspace=workspace, user=people["Adam"], role=Role.ADMIN)
    seats["member"] = actions.add_member(workspace=workspace, user=people["Mali"])
    mem = actions.add_member(workspace=workspace, user=people["Mem"])
    for caller, name in (("owner", "Olivia"), ("admin", "Adam"), ("member", "Mali"), ("outsider", "Otto")):
        cast.clients[caller] = token_client(people[name])
    cast.clients["automation"] = token_client(people["Mali"], ["automation:messages"])
    cast.clients["anonymous"] = APIClient()
    cast.own = {caller: seat.pk for caller, seat in seats.items()}
    cast.ids |= {"workspace": workspace.pk, "member": mem.pk, "owner": owning.pk}
    _add_channels(cast, seats, mem)
    _add_doors(cast, owning, people)
    _add_words(cast, people)
    _add_glossary(cast)
    _add_device(cast)
    _add_room(cast, people["Olivia"])
    _add_account(cast, people)
    return cast


def _add_channels(cast: Cast, seats: dict[str, Member], mem: Member) -> None:
    workspace = seats["owner"].workspace
    private = actions.create_channel(member=seats["member"], name="Secret", visibility="private")
    actions.add_to_channel(channel_access=_access(private, seats["member"]), member=mem)
    locked = actions.create_channel(member=seats["owner"], name="Locked", password=PASSWORD)
    archived = actions.create_channel(member=seats["owner"], name="Old")
    actions.archive_channel(channel=archived)
    cast.ids |= {
        "channel": Channel.objects.get(workspace=workspace, slug="general").pk,
        "private": private.pk,
        "locked": locked.pk,
        "archived": archived.pk,
        "section": actions.create_section(member=seats["member"], name="Mine").pk,
    }


def _access(channel: Channel, member: Member) -> Any:
    from workspaces.access import ChannelAccess

    return ChannelAccess(channel, member, has_joined=True)


def _add_doors(cast: Cast, owning: Member, people: dict[str, User]) -> None:
    """Invites, webhooks in and out, and a workspace that anybody may join."""
    invite = actions.create_invite(member=owning)
    webhook, secret = actions.create_webhook(member=owning, name="CI", default_channel_id=cast.ids["channel"])
    subscription = actions.create_subscription(member=owning, url="https://example.com", event_types=["*"])
    delivery = WebhookDelivery.objects.create(
        subscription=subscription, stream_id=owning.workspace_id, event_seq=1, kind="member.joined",
        occurred_at=invite.created_at, expires_at=invite.expires_at,
    )  # fmt: skip
    public = actions.create_workspace(owner=people["Nora"], name="Open", visibility="public").workspace
    cast.clients["webhook"] = APIClient()
    cast.clients["webhook"].credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    cast.ids |= {
        "invite": invite.pk,
        "invite_token": invite.token,
        "webhook": webhook.pk,
        "subscription": subscription.pk,
        "delivery": delivery.pk,
        "public": public.pk,
        "suspended": str(_suspended(owning)),
    }


def _suspended(owning: Member) -> int:
    """Somebody whom the owner keeps out."""
    troll = actions.add_member(workspace=owning.workspace, user=make_user("Troll"))
    actions.suspend_fellow(by=owning.user, workspace_id=owning.workspace_id, member_id=troll.pk)
    return int(troll.user_id)


def _data(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.content
    return answer.json()["data"]


def _upload(client: APIClient, **form: str) -> str:
    form_data = {"file": SimpleUploadedFile("notes.txt", b"hello"), **form}
    return str(_data(client.post(f"{API}/files", form_data, format="multipart"))["id"])


def _add_words(cast: Cast, people: dict[str, User]) -> None:
    """What Mali said and uploaded, and one message of Olivia's."""
    mali, olivia = cast.clients["member"], cast.clients["owner"]
    base = f"{API}/workspaces/{cast.ids['workspace']}/channels"
    said = _data(
        mali.post(
            f"{base}/{cast.ids['channel']}/messages",
            {"content": "The harbour opens at dawn.", "attachment_ids": [_upload(mali)]},
        )
    )
    others = _data(olivia.post(f"{base}/{cast.ids['channel']}/messages", {"content": "Good."}))
    reported = f"{base}/{cast.ids['channel']}/messages/{said['id']}/report"
    assert token_client(people["Mem"]).post(reported, {"reason": "Rude"}).status_code == 201
    hidden = _data(
        mali.post(f"{base}/{cast.ids['private']}/messages", {"content": "Hidden.", "attachment_ids": [_upload(mali)]})
    )
    direct = _data(mali.post(f"{API}/direct-conversations", {"participant_user_id": people["Mem"].pk}))
    between = _data(
        mali.post(
            f"{API}/direct-conversations/{direct['id']}/messages",
            {"content": "Just us.", "attachment_ids": [_upload(mali)]},
        )
    )
    cast.ids |= {
        "message": said["id"],
        "report": str(Report.objects.get(message=said["id"]).pk),
        "others_message": others["id"],
        "hidden_message": hidden["id"],
        "attachment": said["attachments"][0]["id"],
        "hidden_attachment": hidden["attachments"][0]["id"],
        "direct": direct["id"],
        "direct_message": between["id"],
        "direct_attachment": between["attachments"][0]["id"],
        "file": _upload(mali),
        "public_file": _upload(mali, visibility="public"),
    }


def _add_glossary(cast: Cast) -> None:
    made = cast.clients["owner"].post(f"{API}/workspaces/{cast.ids['workspace']}/glossary", {"term": "Acme"})
    cast.ids["term"] = _data(made)["id"]
    proposal = TermProposal.objects.create(
        scope_id=cast.ids["workspace"], source="en", target="th", was="x", rendering="y", words=["dock"],
        state=TermProposal.State.OPEN,
    )  # fmt: skip
    cast.ids["proposal"] = proposal.pk


def _add_device(cast: Cast) -> None:
    device = {"platform": "ios", "provider": "expo", "push_token": "ExponentPushToken[old]"}
    cast.ids["device"] = _data(cast.clients["member"].post(f"{API}/devices", device))["id"]


def _add_room(cast: Cast, owner: User) -> None:
    room, _limits = create_room(owner=owner, name="Support")
    joined = _data(
        APIClient().post(f"{API}/external/rooms/{room.pk}/guests", {"nickname": "Mei", "preferred_language": "zh-CN"})
    )
    cast.clients["guest"] = APIClient()
    cast.clients["guest"].credentials(HTTP_X_ROSETTA_GUEST_TOKEN=joined["session"]["token"])
    guest_client = cast.clients["guest"]
    said = _data(guest_client.post(f"{API}/external/rooms/{room.pk}/messages", {"content": "Hello"}))
    cast.ids |= {
        "room": room.pk,
        "room_channel": room.channel_id,
        "guest": Guest.objects.get(workspace_id=room.pk).pk,
        "room_message": said["id"],
    }


def _add_account(cast: Cast, people: dict[str, User]) -> None:
    mali = people["Mali"]
    session = Session.objects.create(
        session_key=digest("k" * 32), session_data="", expire_date=mali.created_at, user=mali
    )
    cast.ids |= {
        "user": str(people["Mem"].pk),
        "token": str(AccessTokenFactory.create(user=mali, name="old").pk),
        "session": session.id,
        "provider": "google",
        "hash": "0" * 40,
        "emoji": "👍",
        "language": "ja",
    }


# What a path's ``{id}`` stands for, by the segment before it, where that is not the row's name in the plural.
ID_AFTER = {"verify": "user", "webhook-subscriptions": "subscription"}


def known_ids(cast: Cast, path: str, scene: dict[str, str]) -> dict[str, Any]:
    """What stands for the names in ``path``, so that calls reach rows that exist."""
    scene = scene | DIRECT if "/direct-" in path else scene
    names = re.findall(r"\{(\w+)\}", path)
    rows = {name: name if name in scene else name.removesuffix("_id") for name in names}
    if "id" in rows:
        segment = path[: path.index("/{id}")].rpartition("/")[2]
        rows["id"] = ID_AFTER.get(segment, segment.removesuffix("s"))
    return {name: cast.ids[scene.get(row, row)] for name, row in rows.items()}
