"""The WSGI application of REST, admin and pages, which ``rosetta.serving.bridge`` runs."""

import gc
import os
from typing import Any

from django.apps import apps
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")


def warmed(application: Any) -> Any:
    """Do what the first request would have to wait for.

    Load the URLs and call each app's ``warm_up``.
    """
    _ = get_resolver().url_patterns  # importing every view
    for app in apps.get_app_configs():
        if callable(warm_up := getattr(app, "warm_up", None)):
            warm_up()
    _settle_memory()
    return application


# The number of new containers after which the collector runs. A page of fifty messages makes some thousands that live until
# it is sent. With Python's 700 the collector scanned them repeatedly, and throughput was a tenth lower. Reference cycles are
# rare here, and ten thousand objects are a few megabytes.
GARBAGE_THRESHOLD = 10_000


def _settle_memory() -> None:
    """Exempt loaded code from garbage collection, and collect less often while serving.

    Loaded code is never garbage, and each full collection that scanned it delayed a request by a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])


application = warmed(get_wsgi_application())
