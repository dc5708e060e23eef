"""The Celery application."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

# Celery warns because a worker runs as root with pickle allowed; our tasks are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("rosetta", task_cls="rosetta.queue.jobs:JobTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add("rosetta.queue.probes:Probes")
app.autodiscover_tasks()
