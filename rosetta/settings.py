"""Settings, read from the environment; ``.env.example`` lists every name.

A wrong value stops the start and is named.
"""

import atexit
import os
import shutil
import sys
import tempfile
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from celery.schedules import schedule as every
from django.core.exceptions import ImproperlyConfigured

from rosetta import env, languages
from rosetta.db.postgresql import address
from rosetta.http import schema_names
from rosetta.observability.logs import logging_config
from rosetta.processes import private_files
from rosetta.processes.secret_key import secret_key_in
from rosetta.queue import queues
from rosetta.redis import address as redis_address
from rosetta.sites import is_same_site

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.2.0"

# True in the process that runs the suite; processes that tests start are ordinary ones.
TESTING = "PYTEST_VERSION" in os.environ and "pytest" in sys.modules
if not TESTING:
    env.load_file(BASE_DIR / ".env")

# ── Where it runs ──
# IPv6 addresses may be written in brackets, as in a URL.
HOST = env.text("HOST", "127.0.0.1").removeprefix("[").removesuffix("]")
PORT = env.integer("PORT", 8000, low=1, high=65535)
# Where the gateway listens when it is a process of its own.
GATEWAY_PORT = env.integer("GATEWAY_PORT", PORT + 1, low=1, high=65535)
WEB_WORKERS = env.integer("WEB_WORKERS", 2, low=1, high=256)
# More threads wait for one another and for the interpreter while they hold locks: with eight, posting was a sixth slower.
WEB_THREADS = env.integer("WEB_THREADS", 4, low=1, high=256)
# Slow tasks at once in each worker; a worker of all queues has one more process, for small ones.
WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", 4, low=1, high=256)
# Queues that have a worker of their own; the process ``worker`` serves the others.
SEPARATE_WORKERS = env.some_of("SEPARATE_WORKERS", (), queues.NAMES)
# Seconds for the head of a request to arrive, and then for its body, plus a second for each REQUEST_BODY_RATE bytes of it.
REQUEST_SECONDS = env.integer("REQUEST_SECONDS", 10, low=1, high=3600)
REQUEST_BODY_RATE = env.integer("REQUEST_BODY_RATE", 16 * 1024, low=1)
# Seconds within which a client has to read 64 KiB of a response, or the rest.
RESPONSE_SECONDS = env.integer("RESPONSE_SECONDS", 30, low=1, high=3600)
# Uploads and downloads in progress, per address and process.
HELD_REQUESTS_PER_ADDRESS = env.integer("HELD_REQUESTS_PER_ADDRESS", 100, low=1)
# Sockets of one user or guest, over all of their tokens and sessions, in each gateway process.
SOCKETS_PER_CALLER = env.integer("SOCKETS_PER_CALLER", 50, low=1)
DEBUG = env.switch("DEBUG", False)
if TESTING and not env.text("VAR_DIR"):
    _scratch = tempfile.mkdtemp(prefix="rosetta-tests-")
    atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    VAR_DIR = Path(_scratch)
else:
    VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")
    private_files.tighten(VAR_DIR)  # because versions before this one made it readable to all

DATABASE_URL = address.read_address("DATABASE_URL")
DATABASE_REPLICA_URL = address.read_address("DATABASE_REPLICA_URL")
# Seconds that a replica may be behind, to be read from.
DATABASE_REPLICA_LAG_SECONDS = env.number("DATABASE_REPLICA_LAG_SECONDS", 5.0, low=2.0)
REDIS_URL = redis_address.read_redis("REDIS_URL")
# Begins the names of channels, queues and keys, so that installations can share a Redis.
REDIS_PREFIX = env.name("REDIS_PREFIX", "rosetta")
# because test processes that run in parallel on one Redis must not share keys
KEY_PREFIX = f"{REDIS_PREFIX}-test-{os.getpid()}" if TESTING else REDIS_PREFIX
BROKER_URL = redis_address.read_broker("BROKER_URL", REDIS_URL)

SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    if DATABASE_URL:
        raise ImproperlyConfigured("SECRET_KEY is empty: with DATABASE_URL set, give SECRET_KEY or SECRET_KEY_FILE")
    SECRET_KEY = secret_key_in(VAR_DIR / "secret_key")

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
# Addresses that listen on every interface, each with an address at which this machine reaches them.
WILDCARD_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
LOCAL_ORIGINS = [f"http://{name}:{PORT}" for name in ("127.0.0.1", "localhost")]
PUBLIC_URL = env.url("PUBLIC_URL", f"http://{env.host_in_url(WILDCARD_HOSTS.get(HOST, HOST))}:{PORT}")
FRONTEND_URL = env.url("FRONTEND_URL")
_own_names = (HOST, urlsplit(PUBLIC_URL).hostname or "localhost")
ALLOWED_HOSTS = list(env.hosts("ALLOWED_HOSTS", (*LOCAL_NAMES, *map(env.host_in_url, _own_names))))
CORS_ORIGINS = env.origins("CORS_ORIGINS")
CORS_ALLOWED_ORIGINS = sorted({*CORS_ORIGINS, *([env.origin(FRONTEND_URL)] if FRONTEND_URL else [])})
_public = [PUBLIC_URL] if env.text("PUBLIC_URL") else [PUBLIC_URL, *LOCAL_ORIGINS]
# The web origins that may sign in and open a socket with a cookie.
ALLOWED_ORIGINS: frozenset[str] = frozenset([*map(env.origin, _public), *CORS_ALLOWED_ORIGINS])
CORS_ALLOW_CREDENTIALS = True
# Besides the API's own, what libraries add to requests: for caches, parts of files, and tracing.
CORS_ALLOW_HEADERS = (
    "accept", "accept-language", "authorization", "cache-control", "content-type", "idempotency-key", "pragma",
    "if-match", "if-modified-since", "if-none-match", "if-range", "range", "x-requested-with",
    "x-csrftoken", "x-rosetta-guest-token", "x-request-id", "baggage", "sentry-trace", "traceparent", "tracestate",
)  # fmt: skip
CORS_EXPOSE_HEADERS = (
    "accept-ranges", "content-disposition", "content-range", "date", "etag", "link", "location",
    "x-csrftoken", "x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "retry-after", "idempotent-replayed",
)  # fmt: skip
CSRF_TRUSTED_ORIGINS = sorted(ALLOWED_ORIGINS)
# The sites whose pages may show a visitor's room in a frame.
EMBED_ORIGINS = env.words("EMBED_ORIGINS", ("*",))
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, high=10)
THROTTLE = env.switch("THROTTLE", True)
METRICS_TOKEN = env.secret("METRICS_TOKEN")
# Where processes of one supervisor keep their counters; containers that share VAR_DIR need folders of their own.
METRICS_DIR = env.folder("METRICS_DIR", VAR_DIR / "metrics")
# The port on which a worker that runs apart from the web processes answers /healthz and /metrics; 0: none.
WORKER_METRICS_PORT = env.integer("WORKER_METRICS_PORT", 0, high=65535)

# ── Applications ──
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.apple",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.line",
    "allauth.socialaccount.providers.microsoft",
    "allauth.socialaccount.providers.openid_connect",
    "rosetta",
    "accounts",
    "files",
    "translation",
    "devices",
    "workspaces",
    "messaging",
    "rooms",
    "realtime",
]

MIDDLEWARE = [
    "rosetta.http.middleware.RequestIdMiddleware",
    "rosetta.http.headers.HeadersMiddleware",
    "rosetta.http.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "web.views.CompressedClient",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "accounts.identity.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.staff.audit.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "rosetta.urls"
WSGI_APPLICATION = "rosetta.wsgi.application"
APPEND_SLASH = True
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # before those of the packages, because admin's first page is our own
        "DIRS": [BASE_DIR / "rosetta" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# ── Data ──
DATABASES: dict[str, Any]
if DATABASE_REPLICA_URL and not (DATABASE_URL and REDIS_URL):
    raise ImproperlyConfigured(
        "DATABASE_REPLICA_URL without DATABASE_URL and REDIS_URL: set all of them, or leave it out"
    )
if DATABASE_URL:
    _addresses = {"default": ("DATABASE_URL", DATABASE_URL), "replica": ("DATABASE_REPLICA_URL", DATABASE_REPLICA_URL)}
    DATABASES = {
        alias: address.database_settings(
            variable,
            url,
            pool_size=env.integer("DATABASE_POOL_SIZE", 20, low=1, high=1000),
            prepares=env.switch("DATABASE_PREPARE", True),  # off behind a pooler in transaction mode
            statement_seconds=env.integer("DATABASE_STATEMENT_SECONDS", 60),
        )
        for alias, (variable, url) in _addresses.items()
        if url
    }
    if DATABASE_REPLICA_URL:
        DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
        DATABASE_ROUTERS = ["rosetta.db.replica.Router"]
        MIDDLEWARE.append("rosetta.db.replica.WroteMiddleware")
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "db.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE: a transaction takes the write lock at its start, so that upgrading a read lock never fails.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
            # A file as in production, because threads that share an in-memory database lock each other out.
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "rosetta.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": KEY_PREFIX,
        }
    }
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10000}}
    }

# ── People ──
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# because dj-rest-auth's serializers look up their token model when they are imported; its views are not used
REST_AUTH = {"TOKEN_MODEL": "accounts.models.AccessToken", "OLD_PASSWORD_FIELD_ENABLED": True}
PASSWORD_RESET_TIMEOUT = 3600
SESSION_ENGINE = "accounts.identity.sessions"
SESSION_COOKIE_NAME = "rosetta_session"
# Only admin has messages, and it always has a session; the default would make a cookie signer for every request.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
# At least five, because the last use is recorded once a minute.
SESSION_IDLE_MINUTES = env.integer("SESSION_IDLE_MINUTES", 30 * 24 * 60, low=5)
SESSION_COOKIE_HTTPONLY = True
HTTPS = PUBLIC_URL.startswith("https://")
# Browsers send no Lax cookie with the requests of another site's pages, and take None over https alone.
_is_used_from_elsewhere = HTTPS and not all(is_same_site(env.origin(PUBLIC_URL), one) for one in CORS_ALLOWED_ORIGINS)
SESSION_COOKIE_SAMESITE: Literal["None", "Lax"] = "None" if _is_used_from_elsewhere else "Lax"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Only a proxy knows whether a request came over plain http. Programs are not redirected, because they would keep sending
# their secrets unencrypted.
SECURE_SSL_REDIRECT = HTTPS and TRUSTED_PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^api/"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HIDE_ACCOUNT_EXISTENCE = env.switch("HIDE_ACCOUNT_EXISTENCE", False)
SOCIAL_CALLBACK_URL = env.address("SOCIAL_CALLBACK_URL", f"{FRONTEND_URL or PUBLIC_URL}/auth/{{provider}}/callback")
SOCIAL_APP_STATELESS = env.switch("SOCIAL_APP_STATELESS", False)
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_STORE_TOKENS = False


def _social_app(prefix: str, *needed: str, **more: Any) -> list[dict[str, Any]]:
    """Return a provider's application, or nothing when it is not configured.

    ``needed`` variables go with its id.
    """
    client_id = env.text(f"{prefix}_CLIENT_ID")
    secret = env.secret(f"{prefix}_CLIENT_SECRET")
    own = {f"{prefix}_CLIENT_ID": client_id, f"{prefix}_CLIENT_SECRET": secret}
    is_set = env.all_or_none({**own, **{name: env.text(name) for name in needed}})
    return [{"client_id": client_id, "secret": secret, **more}] if is_set else []


OIDC_ISSUER = env.url("OIDC_ISSUER")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "google": {"APPS": _social_app("GOOGLE"), "SCOPE": ["openid", "profile", "email"]},
    "github": {"APPS": _social_app("GITHUB")},
    "microsoft": {"APPS": _social_app("MICROSOFT")},
    # LINE returns the email address only if the scope asks for it.
    "line": {"APPS": _social_app("LINE"), "SCOPE": ["profile", "openid", "email"]},
    "openid_connect": {
        "APPS": _social_app(
            "OIDC", "OIDC_ISSUER", provider_id="oidc", name="OpenID Connect", settings={"server_url": OIDC_ISSUER}
        )
    },
    # Apple's client secret is the private key of the Services ID; allauth signs a fresh assertion with it each time.
    "apple": {
        "APPS": [
            {
                **app,
                "secret": env.text("APPLE_KEY_ID"),
                "key": env.text("APPLE_TEAM_ID"),
                "settings": {"certificate_key": app["secret"]},
            }
            for app in _social_app("APPLE", "APPLE_KEY_ID", "APPLE_TEAM_ID")
        ]
    },
}

# ── Languages ──
LANGUAGE_CODE = languages.DEFAULT
LANGUAGES = [(row.catalogue, row.native_name) for row in languages.LANGUAGES]
LOCALE_PATHS = [BASE_DIR / "rosetta" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ── Static files, uploads ──
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# The web client: plain files without a build step.
STATICFILES_DIRS = [BASE_DIR / "web" / "static"]
STATIC_ROOT.mkdir(exist_ok=True)
# Served from the packages themselves, so that a fresh clone needs no collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
S3_BUCKET = env.text("S3_BUCKET")
STORAGES: dict[str, Any] = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR_DIR / "files",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}


def s3_storage(*, bucket: str, endpoint: str, region: str, access_key: str, secret_key: str) -> dict[str, Any]:
    """Return the settings of a bucket as Django's default storage.

    It counts as down after some seconds.
    """
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "access_key": access_key or None,
            "secret_key": secret_key or None,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,
            # Files that are read here (for thumbnails, exports) are spooled to disk beyond this size.
            "max_memory_size": 16 * 1024 * 1024,
            "file_overwrite": True,  # because names are ULIDs, and checking would cost a request per upload
            "client_config": Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto"},
            ),
            # Parts are sent one after another, so that an upload of any size holds one of them in memory.
            "transfer_config": TransferConfig(use_threads=False),
        },
    }


if S3_BUCKET:
    STORAGES["default"] = s3_storage(
        bucket=S3_BUCKET,
        endpoint=env.url("S3_ENDPOINT_URL"),
        region=env.text("S3_REGION"),
        access_key=env.text("AWS_ACCESS_KEY_ID"),
        secret_key=env.secret("AWS_SECRET_ACCESS_KEY"),
    )
FILES_MAX_BYTES = env.integer("FILES_MAX_BYTES", 25 * 1024 * 1024, low=1)
FILES_TTL_HOURS = env.number("FILES_TTL_HOURS", 24.0)
FILES_ALLOW_ANONYMOUS = env.switch("FILES_ALLOW_ANONYMOUS", False)
FILES_DEFAULT_VISIBILITY = env.choice("FILES_DEFAULT_VISIBILITY", "private", ("private", "public"))
FILES_DENIED_TYPES = env.mime_types("FILES_DENIED_TYPES")
FILES_MAX_PIXELS = env.integer("FILES_MAX_PIXELS", 100_000_000, low=1)
# 0: no quota.
FILES_USER_QUOTA_BYTES = env.integer("FILES_USER_QUOTA_BYTES", 10 * 1024**3)
FILES_WORKSPACE_QUOTA_BYTES = env.integer("FILES_WORKSPACE_QUOTA_BYTES", 100 * 1024**3)
FILES_SPOOL_DIR = VAR_DIR / "spool"
CLAMD_URL = env.url("CLAMD_URL", schemes=("tcp", "unix"))
# The largest request body, except for the paths of LARGE_BODIES.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
_FORM_BYTES = 1024 * 1024
# Path, limit, and whether the view gets the beginning of a larger body: an upload's parser refuses it with its own message.
LARGE_BODIES = (
    ("/api/v1/files", FILES_MAX_BYTES + _FORM_BYTES, True),
    # Staff import translation memories.
    ("/admin/", 64 * 1024 * 1024 + _FORM_BYTES, False),
)

# ── Push ──
# A transport with empty settings is off. Addresses are base URLs; plain http only on this machine.
FCM_CREDENTIALS_FILE = env.readable_file("FCM_CREDENTIALS_FILE")
FCM_URL = env.safe_url("FCM_URL", "https://fcm.googleapis.com")
EXPO_URL = env.safe_url("EXPO_URL")
EXPO_ACCESS_TOKEN = env.secret("EXPO_ACCESS_TOKEN")
APNS_KEY_FILE = env.readable_file("APNS_KEY_FILE")
APNS_KEY_ID = env.text("APNS_KEY_ID")
APNS_TEAM_ID = env.text("APNS_TEAM_ID")
APNS_TOPIC = env.text("APNS_TOPIC")
APNS_URL = env.safe_url("APNS_URL", "https://api.push.apple.com")
WEB_PUSH = env.switch("WEB_PUSH", True)
# 32 bytes in base64url. Empty: a key that follows from SECRET_KEY.
VAPID_PRIVATE_KEY = env.secret("VAPID_PRIVATE_KEY")
WEB_PUSH_ALLOW_PRIVATE = env.switch("WEB_PUSH_ALLOW_PRIVATE", False)
# Seconds before a push is sent, so that people who read at once get none; seconds that it waits for a translation.
PUSH_AFTER_SECONDS = 3.0
PUSH_WORDS_SECONDS = 6.0

# ── Mail ──
EMAIL_URL = env.url("EMAIL_URL", schemes=("smtp", "smtp+tls", "smtps"))
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Rosetta <rosetta@localhost>")
EMAIL_TIMEOUT = 10
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    if not _mail.hostname:
        raise ImproperlyConfigured("EMAIL_URL names no host: write smtp://user:password@host:port")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_PORT = _mail.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[_mail.scheme]
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# ── API ──
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.identity.authentication.TokenAuthentication",
        "accounts.identity.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rosetta.http.permissions.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["drf_orjson_renderer.renderers.ORJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rosetta.http.parsers.JSONObjectParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rosetta.http.negotiation.JSONAlways",
    "DEFAULT_SCHEMA_CLASS": "rosetta.http.schema.AutoSchema",
    "EXCEPTION_HANDLER": "rosetta.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Rosetta",
    "DESCRIPTION": (
        "A chat service in which everybody reads and writes in their own language.\n\n"
        "**Sign in.** An app sends an email address and password to `POST /api/v1/auth/app/login` and repeats the token that it "
        "gets as `Authorization: Bearer …`; *Authorize* above takes it. A browser signs in by `/api/v1/auth/web/login`, keeps a "
        "cookie, and repeats the `csrftoken` cookie in `X-CSRFToken` with what changes something. Guests of temporary rooms "
        "send `X-Rosetta-Guest-Token`. Programs use an access token of their owner, with the abilities that it needs.\n\n"
        "**Begin.** `GET /api/v1/me` says who calls, `GET /api/v1/workspaces` where they belong, a workspace's `/channels` what "
        "they read there, and a channel's `/messages` the newest messages in the caller's language. `POST` there writes one: it "
        "answers at once, and translations follow over the socket.\n\n"
        "**Pages.** Lists take `page` and `per_page`, and answer `data`, `meta` and `links`. Messages take `limit` with "
        "`before`, `after` or `around`, the id of a message, and say in `meta` whether there are more.\n\n"
        "**Errors.** The status says what kind: 401 without a caller, 403 for what a caller may not do, 404 for what does not "
        "exist for them, 409 for a conflict, 422 with `errors` by field, 429 with `Retry-After`. `message` is a sentence in the "
        "language of `Accept-Language`.\n\n"
        "**Tries.** `Idempotency-Key` makes posting a message safe to repeat.\n\n"
        f"What the WebSocket sends is described by [an AsyncAPI document]({PUBLIC_URL.rstrip('/')}/api/asyncapi)."
    ),
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "CONTACT": schema_names.contact(PUBLIC_URL),
    "LICENSE": schema_names.LICENSE,
    "SERVERS": [{"url": PUBLIC_URL}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rosetta.http.permissions.Anyone"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [{"name": name, "description": description} for name, description in schema_names.TAGS.items()],
    "POSTPROCESSING_HOOKS": ["rosetta.http.schema.documented_answers", "rosetta.http.enums.named_enums"],
}

# ── Queue ──
QUEUE_DIR = VAR_DIR / "queue"
if BROKER_URL:
    _broker = redis_address.celery_broker(BROKER_URL, REDIS_PREFIX)
    CELERY_BROKER_URL = _broker.url
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = _broker.transport_options
    CELERY_BROKER_USE_SSL = _broker.use_ssl
else:
    for _folder in ("tasks", "control", "done"):
        (QUEUE_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "localhost"
    CELERY_BROKER_TRANSPORT = "rosetta.queue.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "tasks"),
        "data_folder_out": str(QUEUE_DIR / "tasks"),
        "control_folder": str(QUEUE_DIR / "control"),
        "processed_folder": str(QUEUE_DIR / "done"),
        # With this, the transport moves files instead of reading and unlinking them, so that none is lost when two workers
        # race; a periodic job empties the folder.
        "store_processed": True,
        "polling_interval": 0.05,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_DEFAULT_QUEUE = REDIS_PREFIX
CELERY_TASK_QUEUES = queues.declared(queues.NAMES, REDIS_PREFIX)
CELERY_TASK_ROUTES = (queues.Router(REDIS_PREFIX),)
# Tasks end well before by themselves (``rosetta.queue.jobs``); these end one that hangs, first by an exception, then by
# killing its process. Its rows are taken up again when their lease ends. In embedded mode tasks are threads, which have none.
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 330
CELERY_TASK_ANNOTATIONS = {
    # An account with much in it takes long.
    name: {"soft_time_limit": 3600, "time_limit": 3630}
    for name in (
        "accounts.tasks.make_export",
        "accounts.tasks.erase_account",
        "accounts.tasks.resume_account_work",
        "messaging.tasks.make_workspace_export",
        "messaging.tasks.resume_workspace_exports",
    )
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "rosetta.queue.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    # One row per periodic job: name → task and interval; ``manage.py run_jobs`` runs the same ones by name.
    "send-owed-mail": {"task": "accounts.tasks.send_owed_mail", "schedule": every(5.0)},
    "resume-account-work": {"task": "accounts.tasks.resume_account_work", "schedule": every(30.0)},
    "expire-audit": {"task": "accounts.tasks.expire_audit", "schedule": every(3600.0)},
    "purge-accounts": {"task": "accounts.tasks.purge_accounts", "schedule": every(600.0)},
    "resume-workspace-exports": {"task": "messaging.tasks.resume_workspace_exports", "schedule": every(60.0)},
    "sweep-translations": {"task": "messaging.tasks.sweep_translations", "schedule": every(5.0)},
    "retry-translations": {
        "task": "messaging.tasks.retry_translations",
        "schedule": every(2.0),
        "options": {"expires": 10.0},
    },
    "expire-messages": {"task": "messaging.tasks.expire_messages", "schedule": every(3600.0)},
    "expire-idempotency-keys": {"task": "messaging.tasks.expire_idempotency_keys", "schedule": every(600.0)},
    "expire-files": {"task": "files.tasks.expire_files", "schedule": every(120.0)},
    "sweep-removals": {"task": "files.tasks.remove_pending", "schedule": every(60.0)},
    "sweep-thumbnails": {"task": "files.tasks.sweep_thumbnails", "schedule": every(60.0)},
    "end-expired-rooms": {"task": "rooms.tasks.end_expired_rooms", "schedule": every(5.0)},
    "purge-rooms": {"task": "rooms.tasks.purge_rooms", "schedule": every(3600.0)},
    "sweep-pushes": {"task": "messaging.tasks.push_owed", "schedule": every(2.0)},
    "read-push-receipts": {"task": "devices.tasks.read_receipts", "schedule": every(60.0)},
    "expire-events": {"task": "workspaces.tasks.expire_events", "schedule": every(600.0)},
    "erase": {"task": "workspaces.tasks.erase", "schedule": every(60.0)},
    # Outgoing webhooks poll the events, so that posting a message costs nothing for them. A late run is skipped.
    "deliver-webhooks": {
        "task": "workspaces.tasks.deliver_webhooks",
        "schedule": every(2.0),
        "options": {"expires": 10.0},
    },
    "expire-deliveries": {"task": "workspaces.tasks.expire_deliveries", "schedule": every(3600.0)},
    "fetch-models": {"task": "translation.tasks.fetch_models", "schedule": every(5.0), "options": {"expires": 10.0}},
    "check-engines": {"task": "translation.tasks.check_engines", "schedule": every(60.0)},
    "evict-memory": {"task": "translation.tasks.evict_memory", "schedule": every(3600.0)},
    "purge-queue": {"task": "rosetta.tasks.purge_queue", "schedule": every(600.0)},
    "forget-access-changes": {"task": "rosetta.tasks.forget_access_changes", "schedule": every(600.0)},
}
EVENT_RETENTION = timedelta(days=7)
# Days that the audit log is kept; 0: forever.
AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", 730)

# ── Outgoing webhooks ──
WEBHOOKS_ALLOW_PRIVATE = env.switch("WEBHOOKS_ALLOW_PRIVATE", False)
WEBHOOK_TIMEOUT_SECONDS = 15.0
WEBHOOK_LOG_RETENTION = timedelta(days=14)

# ── Translation ──
ENGINE_NAMES = ("local", "libretranslate", "deepl", "google", "openai")
TRANSLATION_ENGINES = env.some_of("TRANSLATION_ENGINES", ("local",), ENGINE_NAMES)
# A pair's own chain: TRANSLATION_ENGINES_EN_ZH_CN=deepl,local
_pairs = {
    f"TRANSLATION_ENGINES_{source}_{target}".upper().replace("-", "_"): (source, target)
    for source, target in permutations(languages.CODES, 2)
}
for _name in os.environ:
    if _name.startswith("TRANSLATION_ENGINES_") and _name not in _pairs and env.text(_name):
        _codes = ", ".join(code.upper().replace("-", "_") for code in languages.CODES)
        raise ImproperlyConfigured(f"{_name}: no such pair; write TRANSLATION_ENGINES_ and two of {_codes}")
TRANSLATION_PAIR_ENGINES: dict[tuple[str, str], tuple[str, ...]] = {
    pair: chain for name, pair in _pairs.items() if (chain := env.some_of(name, (), ENGINE_NAMES))
}
# The models of the engine ``local``, in each worker: memory of all that are loaded, threads (0: as many as there are cores, at
# most 4), hypotheses followed and sentences together; bench/results.md has the measurements behind the defaults.
LOCAL_MODELS_MEMORY_MB = env.integer("LOCAL_MODELS_MEMORY_MB", 600, low=1)
LOCAL_MODELS_THREADS = env.integer("LOCAL_MODELS_THREADS", 0, high=256)
LOCAL_MODELS_BEAM = env.integer("LOCAL_MODELS_BEAM", 2, low=1, high=8)
LOCAL_MODELS_BATCH = env.integer("LOCAL_MODELS_BATCH", 16, low=1, high=256)
# Which models are fetched by themselves: ``auto`` for those that the languages in use need, ``off``, or directions as en-th.
# Service mode fetches only where nothing else translates.
_only_local = TRANSLATION_ENGINES == ("local",) and set(TRANSLATION_PAIR_ENGINES.values()) <= {("local",)}
_fetches = _only_local if DATABASE_URL else "local" in TRANSLATION_ENGINES
LOCAL_MODELS = env.directions("LOCAL_MODELS", "auto" if _fetches and not TESTING else "off", languages.CODES)
LOCAL_MODELS_URL = env.url(
    "LOCAL_MODELS_URL", "https://raw.githubusercontent.com/argosopentech/argospm-index/main/index.json"
)
# The disk space that fetching leaves free.
LOCAL_MODELS_FREE_MB = env.integer("LOCAL_MODELS_FREE_MB", 500)
LIBRETRANSLATE_URL = env.url("LIBRETRANSLATE_URL")
LIBRETRANSLATE_API_KEY = env.secret("LIBRETRANSLATE_API_KEY")
DEEPL_API_KEY = env.secret("DEEPL_API_KEY")
DEEPL_URL = env.url("DEEPL_URL")
GOOGLE_TRANSLATE_API_KEY = env.secret("GOOGLE_TRANSLATE_API_KEY")
# A service account's key: the advanced edition (v3) is used with it, the basic one (v2) with an API key.
GOOGLE_TRANSLATE_CREDENTIALS_FILE = env.readable_file("GOOGLE_TRANSLATE_CREDENTIALS_FILE")
GOOGLE_TRANSLATE_URL = env.url("GOOGLE_TRANSLATE_URL", "https://translation.googleapis.com")
OPENAI_BASE_URL = env.url("OPENAI_BASE_URL")
OPENAI_API_KEY = env.secret("OPENAI_API_KEY")
OPENAI_MODEL = env.text("OPENAI_MODEL")
# The price of a million characters in the operator's currency, for the cost page: TRANSLATION_PRICES=deepl=25,google=20
TRANSLATION_PRICES: dict[str, int] = {"deepl": 20, "google": 20}
for _price in env.words("TRANSLATION_PRICES"):
    _engine, _, _amount = _price.partition("=")
    if _engine not in ENGINE_NAMES or not _amount.isdigit():
        raise ImproperlyConfigured(f"TRANSLATION_PRICES: {_price!r}: write an engine, = and a whole number")
    TRANSLATION_PRICES[_engine] = int(_amount)
# Characters per month that a workspace may have translated by paid engines, unless its policy sets a limit; 0: no limit.
TRANSLATION_MONTHLY_CHARACTERS = env.integer("TRANSLATION_MONTHLY_CHARACTERS", 0)
TRANSLATION_CHAIN_SECONDS = 30
# For a preview, both directions together, because a person waits for it.
TRANSLATION_PREVIEW_SECONDS = 4.0
TRANSLATION_LEASE_SECONDS = 60
TRANSLATION_RETRY_SECONDS = 30

# ── Staff, logs ──
UNFOLD = {
    "DASHBOARD_CALLBACK": "rosetta.observability.dashboard.overview",
    "LOGIN": {"form": "accounts.staff.pages.LoginForm"},
    "SITE_TITLE": "Rosetta",
    "SITE_HEADER": "Rosetta",
    "SITE_ICON": lambda request: f"{STATIC_URL}web/icon.svg",
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda request: f"{STATIC_URL}web/icon.svg"}],
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda request: f"{STATIC_URL}staff/admin.css"],
    "SIDEBAR": {"show_search": True, "navigation": "accounts.staff.navigation.navigation"},
    # The web client's teal; 600 is its accent, on which white is readable.
    "COLORS": {
        "primary": {
            "50": "#effaf8",
            "100": "#d8f1ed",
            "200": "#b3e3dc",
            "300": "#82cec4",
            "400": "#4fb2a6",
            "500": "#33968b",
            "600": "#1d6b62",
            "700": "#1a5a53",
            "800": "#184843",
            "900": "#173c38",
            "950": "#082422",
        },
        "font": {"subtle-light": "var(--color-base-600)", "subtle-dark": "var(--color-base-300)"},
    },
}
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if DATABASE_URL else "console", ("json", "console"))
LOGGING_CONFIG = "logging.config.dictConfig"
LOG_DIR = VAR_DIR / "log"
# Set by the supervisor for each process of embedded mode: its log goes to this file, and the terminal has only what matters,
# unless a level or format was chosen.
_log_file = os.environ.get("ROSETTA_LOG_FILE", "")
LOGGING = logging_config(
    level=LOG_LEVEL,
    as_json=LOG_FORMAT == "json",
    file=_log_file,
    console_level="WARNING" if _log_file and not (env.text("LOG_LEVEL") or env.text("LOG_FORMAT")) else LOG_LEVEL,
)
# because only the owner of a domain can decide that browsers use https for it permanently (preload)
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Log lines of a task have the id of the request that caused it.
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# ── Error reporting and tracing ──
SENTRY_DSN = env.secret("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")
SENTRY_TRACES_PERCENT = env.integer("SENTRY_TRACES_PERCENT", 0, high=100)
if SENTRY_DSN:
    env.needs_package("SENTRY_DSN", "sentry_sdk")
OTEL_EXPORTER_OTLP_ENDPOINT = env.url("OTEL_EXPORTER_OTLP_ENDPOINT")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    env.needs_package("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry.sdk")

# The test run has a fast hasher, a queue in memory without a worker, and static files that are looked up on request, because
# every test client would list all of them first.
if TESTING:
    WHITENOISE_AUTOREFRESH = True
    CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT = "memory://", "memory"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
