"""Everything on one port, embedded: ``uvicorn rosetta.asgi:application``."""

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rosetta.settings")

application = WSGIMiddleware(get_wsgi_application(), workers=10)
