"""Export a workspace as a ZIP for its owner, which a worker builds in steps that survive its death."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.actions import account_work
from accounts.models import AccountWork
from accounts.staff import audit
from messaging.models import Message, MessageTranslation, WorkspaceExport
from rosetta.http import throttles
from rosetta.queue.nudge import nudge
from rosetta.times import moment
from translation.actions import export_terms_csv
from workspaces import resources
from workspaces.access import open_to
from workspaces.models import Channel, Member, Role, Workspace

log = structlog.get_logger(__name__)

MAKE = "messaging.tasks.make_workspace_export"
# For storing a whole ZIP, because nothing renews the lease meanwhile.
STORING = timedelta(hours=1)
TRIES = 3
LIVES = timedelta(days=7)
# Rows in memory at a time.
CHUNK = 500
PER_WORKSPACE = "10/day"
# Grows when a file or field of the ZIP changes its meaning or goes; not when one is added.
FORMAT = 1
State = AccountWork.State


@transaction.atomic
def request_workspace_export(*, member: Member) -> WorkspaceExport:
    """Queue a ZIP of the workspace for ``member``, its owner; record it in the audit log.

    Returns the pending export if there is one. Raises Throttled.
    """
    pending = WorkspaceExport.objects.filter(workspace=member.workspace, state=State.PENDING).first()
    if pending is not None:
        return pending
    throttles.hit("workspace-export", PER_WORKSPACE, member.workspace_id)
    try:
        with transaction.atomic():
            export = WorkspaceExport.objects.create(workspace=member.workspace, user=member.user)
    except IntegrityError:
        return WorkspaceExport.objects.get(workspace=member.workspace, state=State.PENDING)
    audit.record(actor=member.user, action="export workspace", target=member.workspace)
    transaction.on_commit(lambda: nudge(MAKE, export.pk))
    return export


def latest_workspace_export(workspace: Workspace) -> WorkspaceExport | None:
    """Return the export that was requested last, unless it has expired."""
    export = workspace.exports.order_by("-pk").first()
    is_over = export is not None and export.expires_at is not None and export.expires_at <= timezone.now()
    return None if is_over else export


def build_workspace_export(*, export_id: str) -> None:
    """Build the ZIP of an export.

    Idempotent. Does nothing while another worker is at it; the third failure ends it, and so does the loss of ownership.
    """
    export = account_work.lease(WorkspaceExport, export_id)
    if export is None:
        return
    owners = Member.objects.select_related("workspace", "user")
    member = owners.filter(workspace=export.workspace_id, user=export.user_id, role=Role.OWNER).first()
    if member is None:
        account_work.finish(export, state=State.FAILED, expires_at=timezone.now() + LIVES)
        return
    try:
        name = _store_zip(export, member)
    except Exception as error:  # the storage may raise anything
        log.error("workspace_export_failed", export=export.pk, error=f"{type(error).__name__}: {error}")
        if export.attempts >= TRIES:
            account_work.finish(export, state=State.FAILED, expires_at=timezone.now() + LIVES)
        else:
            account_work.postpone(export)
        return
    if not account_work.finish(export, state=State.READY, file=name, expires_at=timezone.now() + LIVES):
        default_storage.delete(name)
        return
    for older in WorkspaceExport.objects.filter(workspace=export.workspace_id, pk__lt=export.pk):
        remove_workspace_export(export=older)


def remove_workspace_export(*, export: WorkspaceExport) -> None:
    """Delete an export: its file first, because a row without a file is noticed and a file without a row never is."""
    if export.file:
        default_storage.delete(export.file)
    export.delete()


def expired_exports() -> QuerySet[WorkspaceExport]:
    """Return the exports that nobody may download any longer."""
    is_over = Q(expires_at__lt=timezone.now()) | Q(workspace=None) | Q(workspace__deleted_at__isnull=False)
    return WorkspaceExport.objects.filter(is_over).order_by("pk")


def _store_zip(export: WorkspaceExport, member: Member) -> str:
    with TemporaryDirectory(prefix="rosetta-export-") as folder:
        path = Path(folder) / "export.zip"
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            _write(archive, export, member)
        account_work.change(export, due_at=timezone.now() + STORING)
        with path.open("rb") as source:
            return default_storage.save(f"exports/{export.pk}.zip", File(source))


def _write(archive: ZipFile, export: WorkspaceExport, member: Member) -> None:
    workspace = member.workspace
    channels = Channel.objects.filter(open_to(member), workspace=workspace).order_by("pk")
    messages = _messages_in(channels)
    advance = account_work.progress_of(export, messages.count())
    about = {
        "format": FORMAT,
        "made_at": moment(timezone.now()),
        "made_for": resources.person(member.user),
        "workspace": resources.workspace(workspace, member.role),
    }
    archive.writestr("workspace.json", json.dumps(about, ensure_ascii=False, indent=2))
    members = Member.objects.filter(workspace=workspace).select_related("user").order_by("pk")
    _write_lines(archive, "members.jsonl", members, resources.member)
    _write_lines(archive, "channels.jsonl", channels, resources.channel)
    _write_lines(archive, "messages.jsonl", messages, _message, advance)
    archive.writestr("glossary.csv", export_terms_csv(scope_id=workspace.pk))


def _messages_in(channels: QuerySet[Channel]) -> QuerySet[Message]:
    ready = MessageTranslation.objects.filter(state=MessageTranslation.State.READY).order_by("language")
    return (
        Message.objects.filter(conversation__channel__in=channels, deleted_at=None)
        .select_related("sender_user", "sender_guest", "sender_webhook")
        .prefetch_related("attachments__file", Prefetch("translations", queryset=ready, to_attr="ready"))
        .order_by("pk")
    )


def _write_lines(
    archive: ZipFile,
    name: str,
    rows: QuerySet[Any],
    line: Callable[[Any], dict[str, Any]],
    advance: Callable[[int], None] | None = None,
) -> None:
    with archive.open(name, "w", force_zip64=True) as raw, TextIOWrapper(raw, encoding="utf-8") as file:
        for number, row in enumerate(rows.iterator(chunk_size=CHUNK), start=1):
            file.write(json.dumps(line(row), ensure_ascii=False) + "\n")
            if advance is not None and number % CHUNK == 0:
                advance(CHUNK)


def _message(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "channel_id": row.conversation_id,
        "seq": row.seq,
        "type": row.type,
        "sender": _sender(row),
        "language": row.language,
        "content": row.content,
        "translations": {one.language: one.text for one in row.ready},
        "parent_message_id": row.parent_id,
        "attachments": [
            {"file_id": one.file_id, "name": one.file.client_name, "size": one.file.size}
            for one in sorted(row.attachments.all(), key=lambda one: one.position)
        ],
        "created_at": moment(row.created_at),
        "edited_at": moment(row.edited_at),
        "pinned_at": moment(row.pinned_at),
    }


def _sender(row: Message) -> dict[str, Any] | None:
    if row.sender_user is not None:
        return {
            "kind": "automation" if row.is_automation else "user",
            "id": row.sender_user_id,
            "name": row.sender_user.name,
        }
    if row.sender_guest is not None:
        return {"kind": "guest", "id": row.sender_guest_id, "name": row.sender_guest.nickname}
    if row.sender_webhook is not None:
        return {"kind": "webhook", "id": row.sender_webhook_id, "name": row.sender_webhook.name}
    return None
