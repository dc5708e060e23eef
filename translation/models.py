"""Store the translation memory, glossaries, policies, engines' health, and usage."""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from rosetta.ids import ULIDField, ULIDModel
from rosetta.normal_forms import nfc

LANGUAGE_LENGTH = 16
ENGINE_LENGTH = 32
MAX_TERM = 200


def this_month() -> date:
    """Return the first day of the calendar month in UTC, to which usage counts."""
    return timezone.now().date().replace(day=1)


class MemoryEntry(models.Model):
    """A translation of one scope, which no other scope ever uses.

    A scope is a workspace or a direct conversation. Texts are stored with placeholders for their protected pieces, so
    that an entry also fits other names, links and amounts.
    """

    class Origin(models.TextChoices):
        ENGINE = "engine"
        CORRECTION = "correction"

    scope_id = ULIDField()
    key = models.CharField(max_length=32)
    source = models.CharField(max_length=LANGUAGE_LENGTH)
    target = models.CharField(max_length=LANGUAGE_LENGTH)
    source_text = models.TextField()
    text = models.TextField()
    origin = models.CharField(max_length=10, choices=Origin)
    engine = models.CharField(max_length=ENGINE_LENGTH)
    # Shows which version of the glossary the translation was made with. Not compared: terms are placeholders in the texts.
    glossary_version = models.PositiveIntegerField(default=0)
    # How sure it is, from 0 to 100; null where a person wrote it, or it is from before this was judged.
    confidence = models.PositiveSmallIntegerField(null=True, editable=False)
    # It holds for one tone, or after what was said before it, and is found only there.
    is_bound = models.BooleanField(default=False, db_default=False, editable=False)
    hits = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "memory entry"
        verbose_name_plural = "translation memory"
        permissions = [("read_memory", "Can read and export texts of the memory, for a reason")]
        constraints = [models.UniqueConstraint(fields=["scope_id", "key"], name="memory_once")]
        # Serves eviction, which deletes entries that were not used for longest.
        indexes = [models.Index(fields=["last_used_at"], name="memory_by_use", condition=Q(origin="engine"))]

    def __str__(self) -> str:
        # Without its texts, which only staff with a recorded reason may read.
        return f"{self.source} → {self.target} ({self.pk})"


class GlossaryTerm(ULIDModel):
    """A term that a scope always translates as ``rendering``.

    If ``rendering`` is empty, the term is kept as it is. An empty ``source`` or ``target`` means any language.
    """

    scope_id = ULIDField()
    source = models.CharField(max_length=LANGUAGE_LENGTH, blank=True)
    target = models.CharField(max_length=LANGUAGE_LENGTH, blank=True)
    term = models.CharField(max_length=MAX_TERM)
    rendering = models.CharField(max_length=MAX_TERM, blank=True)
    case_sensitive = models.BooleanField(default=False)
    # Found in longer words of Chinese, Japanese and Thai too.
    inside_words = models.BooleanField(default=False, db_default=False)
    # Unique within a scope and pair, because "Ticket" and "ticket" are one term.
    folded = models.CharField(max_length=MAX_TERM * 3, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope_id", "source", "target", "folded"], name="term_once"),
            models.CheckConstraint(condition=~Q(term=""), name="term_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.term} → {self.rendering or self.term}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.term)
        super().save(*args, **kwargs)


def fold(term: str) -> str:
    return nfc(term).casefold()


class TermProposal(ULIDModel):
    """A rendering that people of a scope corrected in the same way, and the term that would spare them that.

    ``seen`` has hashes of the texts in which it was corrected; ``words`` those that all of them have. It is proposed once
    there are ``PROPOSED_AFTER`` texts and a word.
    """

    class State(models.TextChoices):
        COUNTING = "counting"
        OPEN = "open"
        ACCEPTED = "accepted"
        DISMISSED = "dismissed"

    scope_id = ULIDField()
    source = models.CharField(max_length=LANGUAGE_LENGTH)
    target = models.CharField(max_length=LANGUAGE_LENGTH)
    # What engines write, and what people write instead.
    was = models.CharField(max_length=MAX_TERM)
    rendering = models.CharField(max_length=MAX_TERM)
    words: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    seen: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.COUNTING)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope_id", "source", "target", "was", "rendering"], name="proposal_once")
        ]
        indexes = [models.Index(fields=["updated_at"], name="proposal_by_use")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target} ({self.pk})"

    @property
    def term(self) -> str:
        """Return the word of the source that would become a term: the longest."""
        return max(self.words, key=len, default="")


class TranslationPolicy(models.Model):
    """A scope's budget and privacy, and the version of its glossary.

    ``local_only``: its texts may not leave the operator's machines.
    """

    scope_id = ULIDField(primary_key=True)
    local_only = models.BooleanField(default=False, help_text="Texts never leave machines of the operator.")
    monthly_characters = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Characters that may be sent to paid engines in a calendar month. Empty: the default.",
    )
    glossary_version = models.PositiveIntegerField(default=0, editable=False)
    # The last month in which staff were notified of a spent budget.
    told_month = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "translation policies"

    def __str__(self) -> str:
        return str(self.scope_id)


class EngineState(models.Model):
    """An engine's circuit breaker, shared by all workers.

    An engine that never failed has no row.
    """

    class Status(models.TextChoices):
        CLOSED = "closed", "working"
        OPEN = "open", "backing off"
        HALF_OPEN = "half_open", "trial call"
        OUT = "out", "permanent error"

    engine = models.CharField(max_length=ENGINE_LENGTH, primary_key=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    # When an open breaker allows a trial call, and when a trial without a result is repeated.
    retry_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "engine"

    def __str__(self) -> str:
        return self.engine

    def admits(self, now: datetime) -> bool:
        """Return whether any call may go to the engine now, without a trial."""
        return self.status == self.Status.CLOSED

    def is_due_for_trial(self, now: datetime) -> bool:
        return self.status in (self.Status.OPEN, self.Status.HALF_OPEN) and (
            self.retry_at is None or self.retry_at <= now
        )


class Usage(models.Model):
    """The characters, calls and costs of one scope, engine, language pair and month."""

    scope_id = ULIDField()
    month = models.DateField()
    engine = models.CharField(max_length=ENGINE_LENGTH)
    source = models.CharField(max_length=LANGUAGE_LENGTH)
    target = models.CharField(max_length=LANGUAGE_LENGTH)
    characters = models.PositiveBigIntegerField(default=0)
    calls = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0)
    # Millionths of the currency that the operator's prices are in.
    cost_micros = models.PositiveBigIntegerField(default=0)
    # Whether it counts towards the scope's budget.
    metered = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(fields=["scope_id", "month", "engine", "source", "target"], name="usage_once")
        ]
        # Serves an engine's sums of a month over all scopes.
        indexes = [models.Index(fields=["month", "engine"], name="usage_by_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.engine} {self.source} → {self.target}"


class RefusedAnswers(models.Model):
    """How many answers of an engine were no translations, by language pair, month and fault."""

    month = models.DateField()
    engine = models.CharField(max_length=ENGINE_LENGTH)
    source = models.CharField(max_length=LANGUAGE_LENGTH)
    target = models.CharField(max_length=LANGUAGE_LENGTH)
    # ``pieces``, or one of translation.judging.judge.FAULTS.
    fault = models.CharField(max_length=16)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "refused answers"
        constraints = [
            models.UniqueConstraint(fields=["month", "engine", "source", "target", "fault"], name="refused_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.engine} {self.source} → {self.target}: {self.fault}"


class LocalModel(models.Model):
    """A model of the engine ``local`` for one direction.

    Wanted, on its way, installed, or why it is not.

    The files are in ``VAR_DIR/models``; this is what people see of them, and when the next attempt is due.
    """

    class State(models.TextChoices):
        WANTED = "wanted"
        FETCHING = "fetching"
        READY = "ready"
        FAILED = "failed"
        # Somebody removed it, so that it is not fetched again by itself.
        REMOVED = "removed"

    source = models.CharField(max_length=LANGUAGE_LENGTH)
    target = models.CharField(max_length=LANGUAGE_LENGTH)
    kind = models.CharField(max_length=8, blank=True)
    version = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WANTED)
    # Somebody of staff asked for it: it is fetched whatever LOCAL_MODELS says.
    is_requested = models.BooleanField(default=False)
    # Those wanted most have the lowest.
    position = models.PositiveSmallIntegerField(default=0)
    url = models.CharField(max_length=500, blank=True)
    bytes_done = models.PositiveBigIntegerField(default=0)
    bytes_total = models.PositiveBigIntegerField(default=0)
    # The file's SHA-256 when it was first downloaded: the same version must never be another file later.
    sha256 = models.CharField(max_length=64, blank=True)
    # The kind of the last failure, as translation.local_models.download names it, and its words.
    reason = models.CharField(max_length=16, blank=True)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # When it is tried next.
    due_at = models.DateTimeField(default=timezone.now)
    installed_at = models.DateTimeField(null=True, blank=True)
    # Measured when it was installed; empty for a model that was put into the folder by hand.
    memory_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sentence_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "local model"
        ordering = ("source", "target")
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="local_model_once")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
