"""Messages for staff.

Only three pages show content: a report's, and a conversation's and a message's, for which staff give a reason.
"""

import contextlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import Guest, User
from accounts.staff import audit
from accounts.staff.pages import ReadOnlyAdmin, may
from accounts.staff.reason_prompt import require_reason
from messaging.actions import moderate
from messaging.actions.feedback import staff_translate_again
from messaging.models import (
    Attachment,
    Block,
    DirectConversation,
    IdempotencyKey,
    KeptDraft,
    Message,
    MessageRevision,
    MessageTranslation,
    ModeratorDecision,
    Reaction,
    Report,
    SavedMessage,
    ThreadFollower,
    TranslationFeedback,
    WorkspaceExport,
)
from rosetta.errors import Conflict, DomainError
from workspaces.models import Channel, Conversation, Visibility, Webhook

SHOWN = 50
AROUND = 5
MOST_COUNTED = 99
REPORTED = format_html(' style="{}"', "border-left:3px solid #dc2626;padding-left:.5rem")


class PendingFilter(admin.SimpleListFilter):
    """The states that have an index of their own; nearly all rows are ready."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("pending", "Pending"), ("failed", "Failed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() in ("pending", "failed") else queryset


class OpenFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("decided", "Decided"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "all":
                return queryset
            case "decided":
                return queryset.filter(resolved_at__isnull=False)
            case _:
                return queryset.filter(resolved_at=None)

    def choices(self, changelist: Any) -> Any:
        chosen, *rest = super().choices(changelist)
        return [{**chosen, "display": "Open"}, *rest]


def open_reports(request: HttpRequest) -> str:
    """Return how many reports wait for a decision, for the side bar; empty for none."""
    if not request.user.has_perm("messaging.view_report"):  # type: ignore[union-attr]
        return ""
    count = len(Report.objects.filter(resolved_at=None).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "conversation_id", "seq", "type", "sender", "language", "translation_status", "created_at")
    list_select_related = ("sender_user", "sender_guest", "sender_webhook")
    by_id = ("pk", "conversation")
    exclude = ("content", "terms", "mentions")
    actions_detail = ("read",)

    @admin.display
    def sender(self, message: Message) -> str:
        return str(_sender_of(message) or "service")

    has_read_permission = may("messaging.read_messages")

    @action(description=_("Read the text"), permissions=["read"], url_path="read")
    def read(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show the message and those around it, after a reason was given and audited."""
        message = self.get_object(request, object_id)
        if message is None:
            raise Http404
        title = str(_sender_of(message) or "service")

        def show() -> HttpResponseBase:
            near = Message.objects.filter(conversation=message.conversation_id)
            around = near.filter(seq__gte=message.seq - AROUND, seq__lte=message.seq + AROUND).order_by("seq")
            lines = _lines(around, request.user)  # type: ignore[arg-type]
            context = {**self.admin_site.each_context(request), "title": title, "lines": lines, "marked": message.pk}
            return render(request, "admin/messaging/read.html", context)

        return require_reason(self, request, action="read message", target=message, title=title, show=show)


@admin.register(MessageTranslation)
class MessageTranslationAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "language", "state", "engine", "reason", "attempts", "due_at", "corrected_by")
    list_select_related = ("corrected_by",)
    list_filter = (PendingFilter,)
    by_id = ("message",)
    exclude = ("text", "terms")


@admin.register(TranslationFeedback)
class TranslationFeedbackAdmin(ReadOnlyAdmin):
    """List what readers think of translations, by pair and engine."""

    list_display = ("source", "target", "engine", "verdict", "message_id", "created_at", "resolved_at")
    list_filter = ("verdict",)
    list_select_related = ("translation",)
    by_id = ("translation__message",)
    by_words = ("engine", "source", "translation__language")
    actions = ("translate_again",)

    has_again_permission = may("translation.change_enginestate")

    @admin.display(ordering="translation__language")
    def target(self, row: TranslationFeedback) -> str:
        return row.translation.language

    @admin.display
    def message_id(self, row: TranslationFeedback) -> str:
        return row.translation.message_id

    @admin.action(description="Translate again with another engine", permissions=["again"])
    def translate_again(self, request: HttpRequest, queryset: QuerySet[TranslationFeedback]) -> None:
        done = 0
        for translation in MessageTranslation.objects.filter(feedback__in=queryset[:100].values("pk")).distinct():
            with contextlib.suppress(Conflict):
                staff_translate_again(translation, by=request.user.pk)
                done += 1
        self.message_user(request, f"Translations that are made again: {done}.")


@admin.register(MessageRevision)
class MessageRevisionAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "revision", "created_at")
    by_id = ("message",)
    exclude = ("content",)


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "emoji", "user", "guest", "created_at")
    list_select_related = ("user", "guest")
    by_id = ("message",)


@admin.register(SavedMessage)
class SavedMessageAdmin(ReadOnlyAdmin):
    list_display = ("message_id", "user", "created_at")
    list_select_related = ("user",)
    by_id = ("message",)
    by_number = ("user",)


@admin.register(ThreadFollower)
class ThreadFollowerAdmin(ReadOnlyAdmin):
    list_display = ("thread_id", "user", "is_following", "last_read_seq")
    list_select_related = ("user",)
    by_id = ("thread",)
    by_number = ("user",)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("id", "message_id", "file_id", "position")
    by_id = ("pk", "message", "file")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("sender", "conversation_id", "message_id", "created_at")
    by_id = ("message", "conversation")
    exclude = ("key", "body_hash")


@admin.register(DirectConversation)
class DirectConversationAdmin(ReadOnlyAdmin):
    list_display = ("conversation_id", "low", "high", "created_at")
    list_select_related = ("low", "high")
    by_number = ("low", "high")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    by_number = ("blocker", "blocked")
    by_email = ("blocker__email", "blocked__email")


@admin.register(WorkspaceExport)
class WorkspaceExportAdmin(ReadOnlyAdmin):
    """Without its file, which only the owner who asked for it downloads."""

    list_display = ("workspace", "user", "state", "progress", "created_at", "expires_at")
    list_select_related = ("workspace", "user")
    exclude = ("file",)
    by_id = ("pk", "workspace")
    by_number = ("user",)
    by_email = ("user__email",)


@admin.register(KeptDraft)
class KeptDraftAdmin(ReadOnlyAdmin):
    """Without what was begun: nobody but its writer reads that."""

    list_display = ("user", "conversation", "updated_at")
    list_select_related = ("user", "conversation")
    exclude = ("content",)
    by_number = ("user",)
    by_email = ("user__email",)


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("id", "what", "last_seq", "last_message_at")
    list_select_related = ("channel", "channel__workspace", "directconversation")
    exclude = ("turn",)
    actions_detail = ("read",)

    @admin.display
    def what(self, conversation: Conversation) -> str:
        channel = getattr(conversation, "channel", None)
        if channel is not None:
            return f"{channel.workspace} / {channel}"
        return "direct" if hasattr(conversation, "directconversation") else "deleted"

    has_read_permission = may("messaging.read_messages")

    @action(description="Read messages", permissions=["read"], url_path="read")
    def read(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show the latest messages, after a reason was given and audited."""
        conversation = self.get_object(request, object_id)
        if conversation is None:
            raise Http404
        title = str(self.what(conversation))

        def show() -> HttpResponseBase:
            latest = Message.objects.filter(conversation=conversation).order_by("-seq")[:SHOWN]
            lines = _lines(latest, request.user)  # type: ignore[arg-type]
            context = {**self.admin_site.each_context(request), "title": title, "lines": lines}
            return render(request, "admin/messaging/read.html", context)

        return require_reason(self, request, action="read conversation", target=conversation, title=title, show=show)


class DecisionForm(forms.ModelForm):  # type: ignore[type-arg]
    decision = forms.ChoiceField(choices=Report.Decision.choices, widget=forms.RadioSelect)

    class Meta:
        model = Report
        fields = ("decision", "note")
        widgets = {"note": UnfoldAdminTextareaWidget}

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        """Carry out the decision; an error is shown in the form, which keeps the note."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                moderate.decide(
                    report=self.instance,
                    decision=cleaned["decision"],
                    note=cleaned["note"],
                    actor=self.request.user,  # type: ignore[arg-type]
                )
            except DomainError as error:
                audit.mark_audited(self.request)
                raise ValidationError(error.message) from error
        return cleaned


@admin.register(ModeratorDecision)
class ModeratorDecisionAdmin(ReadOnlyAdmin):
    """What owners and admins decided about reports in their workspace."""

    list_display = ("report", "decision", "decided_by", "created_at")
    list_select_related = ("report", "decided_by")
    by_number = ("report", "decided_by")
    by_email = ("decided_by__email",)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """The queue of open reports, the oldest first. Saving a decision carries it out."""

    form = DecisionForm
    list_display = ("created_at", "reason", "sender", "where", "reporter", "decision", "decided_by", "resolved_at")
    list_display_links = ("created_at", "reason")
    list_select_related = (
        "reporter", "decided_by", "message__sender_user", "message__sender_guest", "message__sender_webhook",
        "message__conversation__channel__workspace",
    )  # fmt: skip
    list_filter = (OpenFilter,)
    ordering = ("pk",)
    by_id = ("message",)
    by_email = ("message__sender_user__email", "reporter__email")
    readonly_fields = (
        "reporter", "reason", "created_at", "sender", "where", "others", "reported", "earlier", "context", "decided_by",
        "resolved_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("reason", "reporter", "created_at", "sender", "where", "others", "reported")}),
        ("Around it", {"fields": ("earlier", "context")}),
        ("Decision", {"fields": ("decision", "note", "decided_by", "resolved_at")}),
    )
    actions_detail = ("take_back",)

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        if obj is not None and obj.resolved_at is not None:
            return False
        return bool(request.user.has_perm("messaging.change_report"))  # type: ignore[union-attr]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        report = self.get_object(request, object_id)
        if isinstance(answer, TemplateResponse) and report is not None and _is_private(report.message):
            # The page is made after this. The report is the reason why staff see what was said in private.
            audit.record_request(request, action="read reported message", target=report)
        return answer

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Report | None:
        report: Report | None = super().get_object(request, *args, **kwargs)
        if report is not None:
            report.shown_to = request.user  # type: ignore[attr-defined]
        return report

    def get_form(self, request: HttpRequest, obj: Report | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)  # a new class for each request
        form.request = request
        return form

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        """Do nothing: ``DecisionForm.clean`` has carried out the decision."""

    @admin.display(description="where")
    def where(self, report: Report) -> str:
        channel: Channel | None = getattr(report.message.conversation, "channel", None)
        if channel is None:
            return "a direct conversation"
        return _link(channel.workspace, f"{channel.workspace} / {channel}")

    @admin.display(description="sender")
    def sender(self, report: Report) -> str:
        sender = _sender_of(report.message)
        return _link(sender) if sender is not None else "service"

    @admin.display(description="other open reports")
    def others(self, report: Report) -> str:
        """Other open reports of the message, which the decision is for too."""
        rows = Report.objects.filter(message=report.message_id, resolved_at=None).exclude(pk=report.pk)
        lines = [(_link(row), row.reason) for row in rows.order_by("pk")[:SHOWN]]
        return format_html_join("", "<p>{} {}</p>", lines) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: Report | None = None) -> Any:
        """Show earlier texts only to those who may decide."""
        if request.user.has_perm("messaging.change_report"):  # type: ignore[union-attr]
            return self.fieldsets
        hidden = ("reported", "earlier")
        return [
            (title, {"fields": tuple(name for name in part["fields"] if name not in hidden)})
            for title, part in self.fieldsets
        ]

    @admin.display(description="as it was reported")
    def reported(self, report: Report) -> str:
        return report.content or "–"

    @admin.display(description="earlier versions")
    def earlier(self, report: Report) -> str:
        rows = report.message.revisions.order_by("-revision")[:SHOWN]
        lines = [(f"{row.created_at:%Y-%m-%d %H:%M}", row.content) for row in rows]
        return format_html_join("", "<p>until {}: {}</p>", lines) or "–"

    @admin.display(description="messages around it")
    def context(self, report: Report) -> str:
        seq = report.message.seq
        near = Message.objects.filter(conversation=report.message.conversation_id)
        around = near.filter(seq__gte=seq - AROUND, seq__lte=seq + AROUND).order_by("seq")
        return format_html_join(
            "",
            "<p{}><strong>{}</strong> {} {}{}</p>",
            (
                (
                    REPORTED if line.pk == report.message_id else "",
                    line.sender, line.moment, line.text,
                    format_html("<br><em>{}</em>", line.translation) if line.translation else "",
                )
                for line in _lines(around, report.shown_to)  # type: ignore[attr-defined]
            ),
        )  # fmt: skip

    def has_take_back_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it only where there is a decision."""
        may_decide = bool(request.user.has_perm("messaging.change_report"))  # type: ignore[union-attr]
        report = self.get_object(request, object_id) if object_id and may_decide else None
        # Whether a row exists is the action's own answer.
        return may_decide and (report is None or report.resolved_at is not None)

    @action(description=_("Take the decision back"), permissions=["take_back"], url_path="take-back")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        report = self.get_object(request, object_id)
        if report is None:
            raise Http404
        if request.method == "POST":
            audit.mark_audited(request)  # the action writes its own entries
            try:
                moderate.revert(report=report, actor=request.user)  # type: ignore[arg-type]
                self.message_user(request, "The decision was taken back; the report is open again.")
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
            return redirect(reverse("admin:messaging_report_change", args=[report.pk]))
        context = {**self.admin_site.each_context(request), "title": f"Take back: {report.get_decision_display()}"}
        return render(request, "admin/messaging/take_back.html", context)


def _is_private(message: Message) -> bool:
    channel = Channel.objects.select_related("workspace").filter(pk=message.conversation_id).first()
    return channel is None or channel.is_restricted or channel.workspace.visibility == Visibility.PRIVATE


def _sender_of(message: Message) -> User | Guest | Webhook | None:
    return message.sender_user or message.sender_guest or message.sender_webhook


def _link(row: Model, label: str = "") -> str:
    """Return a link to ``row``'s page in admin."""
    path = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a class="underline" href="{}">{}</a>', path, label or str(row))


@dataclass(frozen=True, slots=True)
class Line:
    """A message as staff read it, with its translation into the reader's language where there is one."""

    pk: str
    sender: str
    moment: str
    text: str
    translation: str


def _lines(rows: QuerySet[Message], reader: User) -> list[Line]:
    readable = MessageTranslation.objects.filter(
        language=reader.preferred_language, state=MessageTranslation.State.READY
    )
    messages = rows.select_related("sender_user", "sender_guest", "sender_webhook").prefetch_related(
        "attachments__file", Prefetch("translations", readable)
    )
    return [
        Line(
            message.pk,
            str(_sender_of(message) or "service"),
            f"{message.created_at:%Y-%m-%d %H:%M}",
            _text(message),
            "".join(row.text for row in message.translations.all()),
        )
        for message in messages
    ]


def _text(message: Message) -> str:
    if message.deleted_at is not None:
        return "(deleted)"
    files = "".join(f" [{attachment.file.client_name}]" for attachment in message.attachments.all())
    return f"{message.content or ''}{files}"
