"""What PostgreSQL's driver does quicker than Django lets it."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection


def read_moments_quickly() -> None:
    """Have moments read by the standard library, in C. Django's loader reads them with a regular expression, and a page
    of fifty messages then spends a seventh of its time on that."""
    if connection.vendor != "postgresql":
        return
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template

    class MomentLoader(BaseTzLoader):
        timezone = connection.timezone  # Django replaces a loader of another zone.

        def load(self, data: Any) -> datetime:
            try:
                moment = datetime.fromisoformat(bytes(data).decode())
            except ValueError:  # infinity, years of five digits
                return super().load(data)  # type: ignore[no-any-return]
            return moment if moment.tzinfo is UTC else moment.astimezone(UTC)

    get_adapters_template(settings.USE_TZ, connection.timezone).adapters.register_loader("timestamptz", MomentLoader)
