"""Read ``DATABASE_URL`` as libpq does, and name Django's settings for it.

libpq's own parser takes what PostgreSQL documents as connection URIs: several hosts, ``target_session_attrs``, ``sslmode``,
sockets. Source: "Connection URIs" in PostgreSQL's documentation of libpq.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from rosetta import env

EXAMPLE = "postgres://user:password@host:5432/name, with several hosts as host1:5432,host2:5432"
SCHEMES = ("postgres://", "postgresql://")

# A server that vanished without closing its connections is noticed within about ten seconds: by the probes of an idle
# connection (seconds and a count), and by data that is not acknowledged (milliseconds). The address may name other values.
_DEFAULTS: dict[str, str | int] = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Seconds that a request waits for a connection. An attempt to reconnect is given up after as long, so that the next
# request begins a new one: the pool would otherwise double its pause up to minutes.
WAIT_SECONDS = 2


def read_address(name: str) -> str:
    """Read the variable ``name``, or the file that ``<name>_FILE`` points to, as the address of a PostgreSQL database.

    Raises ImproperlyConfigured.
    """
    scheme, separator, rest = env.secret(name).partition("://")
    address = f"{scheme.lower()}{separator}{rest}"
    if address:
        _parameters(name, address)
    return address


def database_settings(
    name: str, address: str, *, pool_size: int, prepares: bool, statement_seconds: int
) -> dict[str, Any]:
    """Return Django's settings for the database at ``address``, which the variable ``name`` holds.

    ``statement_seconds`` ends statements that run longer; 0: never. With ``prepares`` off, a pooler such as PgBouncer stands
    between, which passes no such option on. Raises ImproperlyConfigured.
    """
    parameters = _parameters(name, address)
    if not prepares:
        statement_seconds = 0
    own = {"options": f"-c statement_timeout={statement_seconds}s"} if statement_seconds else {}
    return {
        "ENGINE": "rosetta.db.postgresql",
        "NAME": parameters.pop("dbname"),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": parameters.pop("port", ""),
        "OPTIONS": {
            **_DEFAULTS,
            **own,
            **parameters,
            "pool": {
                "min_size": 1,
                "max_size": pool_size,
                "timeout": WAIT_SECONDS,
                "reconnect_timeout": WAIT_SECONDS,
            },
            # Statements are prepared after a few uses, because planning cost as much as running.
            "server_side_binding": prepares,
            "prepare_threshold": 5 if prepares else None,
        },
    }


def _parameters(name: str, address: str) -> dict[str, Any]:
    try:
        parameters: dict[str, Any] = conninfo_to_dict(address)
    except ProgrammingError:  # not named, because it may quote the password
        raise _refused(name, address) from None
    ports = str(parameters.get("port", "")).split(",")
    if (
        not address.startswith(SCHEMES)
        or not parameters.get("dbname")
        or not all(not port or port.isdecimal() for port in ports)
    ):
        raise _refused(name, address)
    return parameters


def _refused(name: str, address: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={env.without_user(address)!r}: write {EXAMPLE}")
