"""The Celery application."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, celeryd_init, worker_init, worker_shutdown
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from rosetta.processes import private_files
from rosetta.queue import slots

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

# Celery warns because a worker runs as root with pickle allowed; our tasks are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("rosetta", task_cls="rosetta.queue.jobs:JobTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add("rosetta.queue.probes:Probes")
app.autodiscover_tasks()


@worker_init.connect
def _provide_slots(**_: object) -> None:
    slots.provide(settings.WORKER_CONCURRENCY)


@worker_shutdown.connect
def _withdraw_slots(**_: object) -> None:
    slots.withdraw()


@celeryd_init.connect
@beat_init.connect
def _write_privately(**_: object) -> None:
    """Also where celery is started by its own command."""
    private_files.write_privately()
