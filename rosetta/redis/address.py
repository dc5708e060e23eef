"""Read the addresses of Redis and of the broker.

    redis://user:password@host:6379/0          one server; rediss:// with TLS
    unix:///run/redis/redis.sock?db=0          one server, by its socket
    redis+sentinel://user:password@host1:26379,host2:26379/mymaster/0
                                               the primary that Sentinel names; rediss+sentinel:// with TLS to it
    amqp://user:password@host1/vhost;amqp://user:password@host2/vhost
                                               RabbitMQ, the broker alone; amqps:// with TLS, several for failover

User and password are Redis'; Sentinel's own are the parameters ``sentinel_username`` and ``sentinel_password``.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from rosetta import env

PLAIN = ("redis", "rediss")
SENTINEL = ("redis+sentinel", "rediss+sentinel")
RABBITMQ = ("amqp", "amqps")
SENTINEL_PORT = 26379
# The name that Redis' own documentation and packages give to a primary.
DEFAULT_SERVICE = "mymaster"
EXAMPLE = "redis+sentinel://host1:26379,host2:26379/mymaster/0"


@dataclass(frozen=True, slots=True)
class Sentinels:
    """The address of a primary that Sentinel watches."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    is_encrypted: bool
    # ``username`` and ``password``, those that are set.
    login: dict[str, str] = field(default_factory=dict)
    sentinel_login: dict[str, str] = field(default_factory=dict)


def read_redis(name: str) -> str:
    """Read the variable ``name`` as the address of a Redis; empty when unset. Raises ImproperlyConfigured."""
    return _read(name, env.secret(name), (*PLAIN, *SENTINEL, "unix"))


def read_broker(name: str, default: str) -> str:
    """Read the variable ``name`` as the address of a Redis or of one or more RabbitMQ servers.

    Raises ImproperlyConfigured.
    """
    raw = env.secret(name) or default
    if ";" not in raw:
        return _read(name, raw, (*PLAIN, *SENTINEL, "unix", *RABBITMQ))
    addresses = [_read(name, one.strip(), RABBITMQ, hint=f"; for several Redis, {EXAMPLE}") for one in raw.split(";")]
    return ";".join(addresses)


def _read(name: str, raw: str, schemes: tuple[str, ...], *, hint: str = "") -> str:
    scheme, separator, rest = raw.partition("://")
    address = f"{scheme.lower()}{separator}{rest}"
    if not address:
        return ""
    if scheme.lower() in SENTINEL and scheme.lower() in schemes:
        try:
            sentinels(address)
        except ValueError:
            raise ImproperlyConfigured(f"{name}={env.without_user(address)!r}: write {EXAMPLE}") from None
    elif scheme.lower() == "unix" and "unix" in schemes:
        if not urlsplit(address).path.strip("/"):
            raise ImproperlyConfigured(
                f"{name}={address!r}: write the path of a socket, as unix:///run/redis/redis.sock"
            )
    elif not env.is_address(address, schemes):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(
            f"{name}={env.without_user(address)!r}: write an address that starts with {starts}{hint}"
        )
    return address.rstrip("/")


def is_sentinel(address: str) -> bool:
    return address.partition("://")[0] in SENTINEL


def sentinels(address: str) -> Sentinels:
    """Take a Sentinel address apart. Raises ValueError."""
    scheme, _, rest = address.partition("://")
    parts = urlsplit(f"//{rest}")
    user, _, hosts = parts.netloc.rpartition("@")
    username, _, password = map(unquote, user.partition(":"))
    service, _, database = parts.path.strip("/").partition("/")
    parameters = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    sentinel_login = {
        key: parameters.pop(f"sentinel_{key}") for key in ("username", "password") if f"sentinel_{key}" in parameters
    }
    if parameters or (database and not database.isdigit()):
        raise ValueError("unknown parameter, or no number of a database")
    return Sentinels(
        hosts=tuple(map(_host_and_port, hosts.split(","))),
        service=unquote(service) or DEFAULT_SERVICE,
        database=int(database or 0),
        is_encrypted=scheme == "rediss+sentinel",
        login={key: value for key, value in (("username", username), ("password", password)) if value},
        sentinel_login=sentinel_login,
    )


def _host_and_port(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path:
        raise ValueError("no host")
    return parts.hostname, parts.port or SENTINEL_PORT


class Broker(NamedTuple):
    """The settings with which Celery reaches its broker."""

    url: str
    transport_options: dict[str, Any]
    use_ssl: dict[str, Any] | None = None


def celery_broker(address: str, prefix: str) -> Broker:
    """Return Celery's settings for the broker at ``address``; ``prefix`` begins the names of its keys in Redis."""
    # One attempt for each server, because kombu retries forever, and a post would wait for an unavailable broker.
    options: dict[str, Any] = {"max_retries": max(1, address.count(";")), "interval_start": 0, "interval_step": 0}
    scheme = address.partition("://")[0]
    if scheme in RABBITMQ:
        return Broker(address, options)
    # The first queue that has a task, rather than each in turn.
    options |= {"socket_timeout": 2, "socket_connect_timeout": 1, "queue_order_strategy": "priority"}
    if prefix != "rosetta":  # because installations from before this setting have tasks under names without a prefix
        options["global_keyprefix"] = f"{prefix}:"
    if scheme == "unix":
        parts = urlsplit(address)
        user, at, _ = parts.netloc.rpartition("@")
        database = dict(parse_qsl(parts.query)).get("db", "0")
        return Broker(f"redis+socket://{user}{at}{parts.path}?virtual_host={database}", options)
    if scheme in SENTINEL:
        found = sentinels(address)
        options["master_name"] = found.service
        options["sentinel_kwargs"] = {"socket_timeout": 1, "socket_connect_timeout": 1, **found.sentinel_login}
        login = ":".join(quote(found.login.get(key, ""), safe="") for key in ("username", "password"))
        at = f"{login}@" if found.login else ""
        hosts = (f"{env.host_in_url(host)}:{port}" for host, port in found.hosts)
        url = ";".join(f"sentinel://{at}{host}/{found.database}" for host in hosts)
        return Broker(url, options, {"ssl_cert_reqs": "required"} if found.is_encrypted else None)
    return Broker(address, options)
