"""Rows that belong to no app: the record of periodic jobs, leases, and changes of access for the gateways."""

from django.db import models
from django.db.models.functions import Now


class JobRun(models.Model):
    """The last runs of a periodic job, by its name in the schedule.

    Metrics, doctor and admin read it.
    """

    name = models.CharField(max_length=64, primary_key=True)
    # When a worker first had it in its schedule; a job that has never run is late counted from here.
    known_since = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    # How long the last success took, and the number of rows or files that it reported.
    seconds = models.FloatField(default=0)
    done = models.BigIntegerField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Consecutive failures since the last success.
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def that_ran(cls) -> models.QuerySet["JobRun"]:
        """Return the jobs that have run, successfully or not."""
        return cls.objects.exclude(succeeded_at=None, failed_at=None)


class Lease(models.Model):
    """Which process does what only one may do, and until when, by the database's clock."""

    name = models.CharField(max_length=64, primary_key=True)
    # Host, process and a random part; empty: nobody.
    holder = models.CharField(max_length=100, blank=True, db_default="")
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class AccessChange(models.Model):
    """A change of what somebody may receive, or the end of a credential, written in the transaction of the change itself.

    Gateways read these rows by number. Written by ``rosetta.access_changes``, which also says what kinds there are.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    # The id of the user, guest, workspace, token or session.
    subject = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
