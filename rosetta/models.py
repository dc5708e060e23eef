"""What the frame itself remembers."""

from django.db import models


class JobRun(models.Model):
    """How a periodic job went last; ``name`` is its name in the schedule. Metrics, doctor and admin read it."""

    name = models.CharField(max_length=64, primary_key=True)
    # When a process that runs jobs first had it in its schedule; what has never run is late by this.
    known_since = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    # How long the last success took, and how many things it says it did.
    seconds = models.FloatField(default=0)
    done = models.BigIntegerField(null=True)
    failed_at = models.DateTimeField(null=True)
    # In a row; 0 since the last success.
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def that_ran(cls) -> models.QuerySet["JobRun"]:
        """Those that ran at all, well or not."""
        return cls.objects.exclude(succeeded_at=None, failed_at=None)
