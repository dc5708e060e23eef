"""Messages for staff. What people say stands on no page here but two: a report's, and a conversation's, for a reason given.

The tables may have a million rows: every list goes by its key, filters by an index, and counts nothing to the end.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import audit
from accounts.staff import ReadOnlyAdmin
from messaging.actions import moderating
from messaging.models import (
    Attachment,
    Block,
    DirectConversation,
    IdempotencyKey,
    Message,
    MessageRevision,
    MessageTranslation,
    Reaction,
    Report,
)
from messaging.paginators import EstimatingPaginator
from rosetta.errors import DomainError
from rosetta.ids import parse_ulid
from workspaces.models import Channel, Conversation, Visibility

SHOWN = 50
AROUND = 5


class LongAdmin(ReadOnlyAdmin):
    """Rows that are many, found by ids alone: ``id_fields`` are those that an id is looked for in."""

    paginator = EstimatingPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("pk",)
    id_fields: tuple[str, ...] = ("pk",)
    search_help_text = "An id"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        ulid = parse_ulid(search_term.strip())
        if not search_term.strip():
            return queryset, False
        if ulid is None:
            return queryset.none(), False
        wanted = Q()
        for name in self.id_fields:
            wanted |= Q(**{name: ulid})
        return queryset.filter(wanted), False


class OwedFilter(admin.SimpleListFilter):
    """The states that have an index of their own; what is ready is nearly everything."""

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


@admin.register(Message)
class MessageAdmin(LongAdmin):
    list_display = ("id", "conversation_id", "seq", "type", "sender", "language", "translation_status", "created_at")
    list_select_related = ("sender_user", "sender_guest", "sender_webhook")
    id_fields = ("pk", "conversation")
    exclude = ("content", "terms", "mentions")
    search_help_text = "A message's or a conversation's id"

    @admin.display
    def sender(self, message: Message) -> str:
        return str(message.sender_user or message.sender_guest or message.sender_webhook or "service")


@admin.register(MessageTranslation)
class MessageTranslationAdmin(LongAdmin):
    list_display = ("message_id", "language", "state", "engine", "reason", "attempts", "due_at", "corrected_by")
    list_select_related = ("corrected_by",)
    list_filter = (OwedFilter,)
    id_fields = ("message",)
    exclude = ("text", "terms")
    search_help_text = "A message's id"


@admin.register(MessageRevision)
class MessageRevisionAdmin(LongAdmin):
    list_display = ("message_id", "revision", "created_at")
    id_fields = ("message",)
    exclude = ("content",)


@admin.register(Reaction)
class ReactionAdmin(LongAdmin):
    list_display = ("message_id", "emoji", "user", "guest", "created_at")
    list_select_related = ("user", "guest")
    id_fields = ("message",)


@admin.register(Attachment)
class AttachmentAdmin(LongAdmin):
    list_display = ("id", "message_id", "file_id", "position")
    id_fields = ("pk", "message", "file")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(LongAdmin):
    list_display = ("sender", "conversation_id", "message_id", "created_at")
    id_fields = ("message", "conversation")
    exclude = ("key", "body_hash")


@admin.register(DirectConversation)
class DirectConversationAdmin(LongAdmin):
    list_display = ("conversation_id", "low", "high", "created_at")
    list_select_related = ("low", "high")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("=blocker__email", "=blocked__email")
    ordering = ("-pk",)
    show_full_result_count = False


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget,
        help_text="It is written to the audit log with your name, before you see anything.",
    )


@admin.register(Conversation)
class ConversationAdmin(LongAdmin):
    list_display = ("id", "what", "last_seq", "last_message_at")
    list_select_related = ("channel", "channel__workspace", "directconversation")
    exclude = ("turn",)
    actions_detail = ("read",)

    @admin.display
    def what(self, conversation: Conversation) -> str:
        channel = getattr(conversation, "channel", None)
        if channel is not None:
            return f"{channel.workspace} / {channel}"
        return "direct" if hasattr(conversation, "directconversation") else "gone"

    def has_read_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("messaging.view_message"))  # type: ignore[union-attr]

    @action(description="Read messages", permissions=["read"], url_path="read")
    def read(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The latest messages, once a reason was given and written down."""
        conversation = self.get_object(request, object_id)
        if conversation is None:
            raise Http404
        form, said = ReasonForm(request.POST or None), None
        if request.method == "POST" and form.is_valid():
            audit.record(
                actor=request.user,  # type: ignore[arg-type]
                action="read conversation",
                target=conversation,
                detail={"reason": form.cleaned_data["reason"]},
            )
            said = _lines(Message.objects.filter(conversation=conversation).order_by("-seq")[:SHOWN])
        context = {**self.admin_site.each_context(request), "title": str(self.what(conversation)), "form": form}
        return render(request, "admin/messaging/read.html", context | {"said": said})


class DecisionForm(forms.ModelForm):  # type: ignore[type-arg]
    decision = forms.ChoiceField(choices=Report.Decision.choices, widget=forms.RadioSelect)

    class Meta:
        model = Report
        fields = ("decision", "note")
        widgets = {"note": UnfoldAdminTextareaWidget}


@admin.register(Report)
class ReportAdmin(LongAdmin):
    """The queue: open reports, the oldest first. A decision is made by saving it."""

    form = DecisionForm
    list_display = ("created_at", "reason", "reporter", "decision", "decided_by", "resolved_at")
    list_display_links = ("created_at", "reason")
    list_select_related = ("reporter", "decided_by")
    list_filter = (OpenFilter,)
    ordering = ("created_at",)
    id_fields = ("message",)
    readonly_fields = (
        "reporter",
        "reason",
        "created_at",
        "where",
        "context",
        "decided_by",
        "resolved_at",
        "notified_at",
    )
    fieldsets = (
        (None, {"fields": ("reason", "reporter", "created_at", "where", "context")}),
        ("Decision", {"fields": ("decision", "note", "decided_by", "resolved_at", "notified_at")}),
    )
    actions_detail = ("take_back",)

    def has_change_permission(self, request: HttpRequest, obj: Report | None = None) -> bool:
        if obj is not None and obj.resolved_at is not None:
            return False
        return bool(request.user.has_perm("messaging.change_report"))  # type: ignore[union-attr]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        report = self.get_object(request, object_id)
        if report is not None and request.method == "GET" and _is_private(report.message):
            # The report is the reason why staff see what was said in private.
            audit.record(actor=request.user, action="read reported message", target=report)  # type: ignore[arg-type]
        return super().change_view(request, object_id, *args, **kwargs)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        try:
            moderating.decide(
                report=obj,
                decision=form.cleaned_data["decision"],
                note=form.cleaned_data["note"],
                actor=request.user,  # type: ignore[arg-type]
            )
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)

    @admin.display(description="where")
    def where(self, report: Report) -> str:
        channel = Channel.objects.select_related("workspace").filter(pk=report.message.conversation_id).first()
        return f"{channel.workspace} / {channel}" if channel is not None else "a direct conversation"

    @admin.display(description="what was said")
    def context(self, report: Report) -> str:
        seq = report.message.seq
        near = Message.objects.filter(conversation=report.message.conversation_id)
        rows = _lines(near.filter(seq__gte=seq - AROUND, seq__lte=seq + AROUND).order_by("seq"))
        return format_html_join(
            "",
            "<p{}><strong>{}</strong> {} {}</p>",
            (
                (
                    format_html(' style="border-left:3px solid #dc2626;padding-left:.5rem"') if pk == report.message_id else "",
                    sender, moment, text,
                )
                for pk, sender, moment, text in rows
            ),
        )  # fmt: skip

    def has_take_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("messaging.change_report"))  # type: ignore[union-attr]

    @action(description="Take the decision back", permissions=["take_back"], url_path="take-back")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        report = self.get_object(request, object_id)
        if report is None:
            raise Http404
        if request.method == "POST":
            try:
                moderating.revert(report=report, actor=request.user)  # type: ignore[arg-type]
                self.message_user(request, "The decision was taken back; the report is open again.")
            except DomainError as error:
                self.message_user(request, error.message, messages.ERROR)
            return redirect(reverse("admin:messaging_report_change", args=[report.pk]))
        context = {**self.admin_site.each_context(request), "title": f"Take back: {report.get_decision_display()}"}
        return render(request, "admin/messaging/take_back.html", context)


def _is_private(message: Message) -> bool:
    channel = Channel.objects.select_related("workspace").filter(pk=message.conversation_id).first()
    return channel is None or channel.is_restricted or channel.workspace.visibility == Visibility.PRIVATE


def _lines(rows: QuerySet[Message]) -> list[tuple[str, str, str, str]]:
    """Id, sender, time and words of messages."""
    named = rows.select_related("sender_user", "sender_guest", "sender_webhook").prefetch_related("attachments__file")
    return [
        (
            message.pk,
            str(message.sender_user or message.sender_guest or message.sender_webhook or "service"),
            f"{message.created_at:%Y-%m-%d %H:%M}",
            _words(message),
        )
        for message in named
    ]


def _words(message: Message) -> str:
    if message.deleted_at is not None:
        return "(deleted)"
    files = "".join(f" [{one.file.client_name}]" for one in message.attachments.all())
    return f"{message.content or ''}{files}"
