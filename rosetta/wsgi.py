"""REST, admin and pages: ``granian --interface wsgi rosetta.wsgi:application``."""

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


def _settle_memory() -> None:
    """Take what was loaded out of the garbage collector's sight.

    It is never garbage, and each of the collector's whole looks at it held a request up for a tenth of a second.
    """
    gc.collect()
    gc.freeze()


application = warmed(get_wsgi_application())
