"""REST, admin and pages: ``granian --interface wsgi rosetta.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

application = get_wsgi_application()
