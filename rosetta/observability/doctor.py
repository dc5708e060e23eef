"""The probes of ``manage.py doctor``.

Each tries one thing that the service relies on, and says how to fix it.
"""

import shlex
import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks, mail
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http.request import validate_host

from rosetta import env
from rosetta.celery import app
from rosetta.db import replica
from rosetta.models import JobRun, Lease
from rosetta.observability import health
from rosetta.processes import commands, private_files, supervisor
from rosetta.queue import beat, jobs
from rosetta.redis import clients
from rosetta.sites import is_same_site

FREE_BYTES = 500 * 1024 * 1024
OLDEST_POSTGRES = 150000


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``fix`` is what to do; empty where nothing is wrong."""

    text: str
    fix: str = ""
    # The service works all the same, if less well.
    is_minor: bool = False


Probe = Callable[[], Iterator[Finding]]
PROBES: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """Register a probe. An exception that it raises becomes a finding."""

    def register(function: Probe) -> Probe:
        PROBES[name] = function
        return function

    return register


def examine(name: str) -> list[Finding]:
    """Run the probe ``name`` and return its findings."""
    findings: list[Finding] = []
    try:
        findings.extend(PROBES[name]())
    except Exception as error:  # drivers raise errors of many kinds
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        findings.append(Finding(reason, _default_fix(name)))
    return findings


def _default_fix(name: str) -> str:
    return {
        "database": "check DATABASE_URL, and that the server runs and accepts this user",
        "replica": "check DATABASE_REPLICA_URL, and that the server runs",
        "redis": "check REDIS_URL, and that the server runs",
        "queue": "check BROKER_URL, and that the broker runs",
        "storage": "check S3_… or the disk of VAR_DIR: files cannot be written",
        "mail": "check EMAIL_URL: address, port, user, password, and TLS or not",
        "files": "check CLAMD_URL, and that the scanner runs: uploads are refused while it does not answer",
        "jobs": "run manage.py prepare, and look at the database first",
        "staff": "run manage.py prepare, and look at the database first",
        "sign-in": "check OIDC_ISSUER: its /.well-known/openid-configuration must answer",
    }.get(name, "see the message")


@probe("settings")
def _settings() -> Iterator[Finding]:
    messages = checks.run_checks(include_deployment_checks=settings.HTTPS)
    for message in messages:
        hint = message.hint or "change the setting that it names, or accept it"
        yield Finding(message.msg, hint, is_minor=not message.is_serious())
    if settings.DEBUG:
        yield Finding("DEBUG is on: errors show code and settings to everybody", "set DEBUG=off")
    if len(settings.SECRET_KEY) < 32:
        yield Finding("SECRET_KEY is short", "give it 50 random characters: openssl rand -base64 48")
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("ALLOWED_HOSTS accepts any name", "name the hosts of PUBLIC_URL", is_minor=True)
    if not settings.THROTTLE:
        yield Finding("THROTTLE is off: anybody may guess passwords", "set THROTTLE=on")
    if settings.HOST in settings.WILDCARD_HOSTS and not settings.TRUSTED_PROXIES:
        yield Finding(
            "listens on every address, and trusts no proxy",
            "behind a proxy, set TRUSTED_PROXIES=1: otherwise all callers share the rate limits by address",
            is_minor=True,
        )
    if not messages:
        yield Finding(f"no faults; {'service' if commands.is_service() else 'embedded'} mode")


@probe("addresses")
def _addresses() -> Iterator[Finding]:
    yield Finding(f"public: {settings.PUBLIC_URL}; may sign in: {', '.join(sorted(settings.ALLOWED_ORIGINS))}")
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not validate_host(env.host_in_url(host), settings.ALLOWED_HOSTS):
        yield Finding(f"ALLOWED_HOSTS does not accept {host}", "add it: every request to PUBLIC_URL is refused")
    is_local = host in ("127.0.0.1", "localhost", "::1")
    if commands.is_service() and is_local:
        text = "PUBLIC_URL is local to this machine: links in mails work for nobody else"
        yield Finding(text, "set PUBLIC_URL to the address that people use", is_minor=True)
    if not settings.HTTPS and not is_local:
        yield Finding(
            "PUBLIC_URL is plain http: passwords and cookies travel unencrypted", "put TLS before it: https://…"
        )
    elsewhere = [one for one in settings.CORS_ALLOWED_ORIGINS if not is_same_site(env.origin(settings.PUBLIC_URL), one)]
    if elsewhere and not settings.HTTPS:
        text = f"browsers send no cookies from another site over plain http: {', '.join(elsewhere)} cannot use sessions"
        yield Finding(text, "set PUBLIC_URL to an https:// address, or use tokens there", is_minor=True)
    for name in ("FRONTEND_URL", "SOCIAL_CALLBACK_URL"):
        if getattr(settings, name).startswith("http://") and settings.HTTPS:
            yield Finding(f"{name} is plain http while PUBLIC_URL is https", f"set {name} to an https:// address")
    if commands.is_service() and not settings.METRICS_TOKEN:
        text = "METRICS_TOKEN is empty: only this machine can read /metrics"
        yield Finding(text, "set it where Prometheus runs elsewhere", is_minor=True)


@probe("VAR_DIR")
def _var_dir() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.VAR_DIR).free
    fix = "" if free >= FREE_BYTES else "make room, or set VAR_DIR to a larger disk"
    yield Finding(f"{settings.VAR_DIR}: {free / 1e9:.1f} GB free", fix)
    if open_paths := list(private_files.exposed(settings.VAR_DIR)):
        more = f" and {len(open_paths) - 1} more" if len(open_paths) > 1 else ""
        fix = f"chmod -R go= {shlex.quote(str(settings.VAR_DIR))}"
        yield Finding(f"other users of this machine have rights to {open_paths[0]}{more}", fix)
    environment = settings.BASE_DIR / ".env"
    if environment.exists() and stat.S_IMODE(environment.stat().st_mode) & private_files.OTHERS:
        text = f"{environment}, which holds secrets, can be read by other users of this machine"
        yield Finding(text, f"chmod 600 {shlex.quote(str(environment))}", is_minor=True)


@probe("database")
def _database() -> Iterator[Finding]:
    connection.ensure_connection()
    yield Finding(f"{connection.vendor} {'.'.join(map(str, connection.get_database_version()))} answers")
    if connection.vendor == "postgresql" and connection.pg_version < OLDEST_POSTGRES:  # type: ignore[attr-defined]
        yield Finding("PostgreSQL is older than 15", "upgrade it")
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding(f"{len(missing)} migrations are missing", "run manage.py prepare")


@probe("replica")
def _replica() -> Iterator[Finding]:
    if not settings.DATABASE_REPLICA_URL:
        yield Finding("not configured: everything is read from the primary")
        return
    with connections[replica.ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        is_standby = cursor.fetchone()[0]
    if is_standby:
        yield Finding(f"answers; read from while it is at most {settings.DATABASE_REPLICA_LAG_SECONDS:g} s behind")
    else:
        yield Finding("no standby, so it is not read from", "name a streaming replica of DATABASE_URL's server")


@probe("redis")
def _redis() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("not configured: rate limits, cache and pub/sub work within this machine")
        return
    clients.ping(settings.REDIS_URL, seconds=3)
    yield Finding("answers")


@probe("queue")
def _queue() -> Iterator[Finding]:
    health.check_queue()
    workers = app.control.ping(timeout=2)
    fix = "" if workers else "start a worker: make run, or python -m rosetta.processes worker"
    yield Finding(f"answers; {len(workers)} workers listen", fix)


@probe("storage")
def _storage() -> Iterator[Finding]:
    health.check_storage()
    yield Finding(f"{'S3' if settings.S3_BUCKET else default_storage.path('')}: a file could be written and deleted")


@probe("mail")
def _mail() -> Iterator[Finding]:
    if not settings.EMAIL_URL:
        yield Finding(
            f"written to files in {settings.EMAIL_FILE_PATH}", "" if not commands.is_service() else "set EMAIL_URL"
        )
        return
    with mail.get_connection() as smtp:
        if not isinstance(getattr(smtp, "connection", None), smtplib.SMTP):
            raise ConnectionError("no connection")
    yield Finding(f"{urlsplit(settings.EMAIL_URL).hostname} accepts the connection")


@probe("sign-in")
def _sign_in() -> Iterator[Finding]:
    providers = [name for name, provider in settings.SOCIALACCOUNT_PROVIDERS.items() if provider.get("APPS")]
    if settings.OIDC_ISSUER:
        address = settings.OIDC_ISSUER.removesuffix("/.well-known/openid-configuration")
        httpx.get(f"{address}/.well-known/openid-configuration", timeout=5).raise_for_status()
    yield Finding(f"by password and code{''.join(f', {name}' for name in providers)}")


@probe("jobs")
def _jobs() -> Iterator[Finding]:
    late = list(jobs.late())
    for _name, reason in late:
        yield Finding(
            reason, "see the worker's log; check that beat (python -m rosetta.processes beat) and a worker run"
        )
    for lease in Lease.objects.filter(pk=beat.NAME).exclude(holder=""):
        yield Finding(f"led by the beat {lease.holder}")
    runs = JobRun.that_ran().count()
    if not runs:
        yield Finding("no job has run yet", "start beat and a worker: make run, or python -m rosetta.processes beat")
    elif not late:
        yield Finding(f"{runs} of {len(settings.CELERY_BEAT_SCHEDULE)} have run, none of them is late")


@probe("staff")
def _staff() -> Iterator[Finding]:
    if not get_user_model().objects.filter(is_active=True, is_superuser=True).exists():
        yield Finding("there is no superuser", "run manage.py createsuperuser", is_minor=True)
        return
    yield Finding("there is a superuser")


@probe("service")
def _service() -> Iterator[Finding]:
    for name, port in commands.ports().items():
        fix = "" if supervisor.answers(settings.HOST, port) else "start it with make run; its log says what is missing"
        yield Finding(f"{name} on port {port} {'does not answer' if fix else 'is ready'}", fix)
