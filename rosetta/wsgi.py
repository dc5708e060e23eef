"""REST, admin and pages as a WSGI application, which ``rosetta.serving.bridge`` runs."""

import gc
import os
from typing import Any

from django.apps import apps
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")


def warmed(application: Any) -> Any:
    """``application``, with what its first request would have to wait for done: addresses, and each app's ``warm_up``."""
    _ = get_resolver().url_patterns  # importing every view
    for app in apps.get_app_configs():
        if callable(warm_up := getattr(app, "warm_up", None)):
            warm_up()
    _settle_memory()
    return application


# How many more containers than it had before a process may make until the collector looks for garbage. A page of fifty
# messages makes some thousands that live until it is sent: by Python's 700 the collector looked at them time and again, and a
# tenth fewer pages were answered. Garbage that only the collector finds is rare here, and ten thousand of it are few megabytes.
GARBAGE_THRESHOLD = 10_000


def _settle_memory() -> None:
    """Take what was loaded out of the garbage collector's sight, and let it look more rarely at what requests make.

    What was loaded is never garbage, and each of the collector's whole looks at it held a request up for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])


application = warmed(get_wsgi_application())
