"""Read settings from the environment strictly.

A wrong value stops the start with one line that names it.

Every reader raises ImproperlyConfigured for a value that it refuses.
"""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

WEB = ("http", "https")
DEFAULT_PORTS = {"http": 80, "https": 443}
ON = {"on", "true", "1"}
OFF = {"off", "false", "0"}

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]")
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_TYPE = re.compile(r"none|[\w.+-]+/(\*|[\w.+-]+)")


def load_file(path: Path) -> None:
    """Load ``NAME=value`` lines from ``path`` into the environment.

    Variables that are already set win.

    A missing file is ignored. Quotes around a whole value are removed; ``#`` starts a comment only at the start of a line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ImproperlyConfigured(f"{path}: {error.strerror}") from None
    for number_, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if not (match := _LINE.fullmatch(line)):
            raise ImproperlyConfigured(f"{path} line {number_}: write NAME=value")
        name, value = match.groups()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        os.environ.setdefault(name, value)


def text(name: str, default: str = "") -> str:
    """Return the value of ``name`` without surrounding white space.

    An empty one counts as unset.
    """
    return os.environ.get(name, "").strip() or default


def name(variable: str, default: str) -> str:
    """Read a name of letters, digits, hyphens and underscores."""
    raw = text(variable, default)
    if not _NAME.fullmatch(raw):
        raise ImproperlyConfigured(f"{variable}={raw!r}: write letters, digits, - and _")
    return raw


def switch(name: str, default: bool) -> bool:
    """Read on or off, also written as true/false or 1/0."""
    raw = text(name).lower()
    if not raw:
        return default
    if raw not in ON | OFF:
        raise ImproperlyConfigured(f"{name}={raw!r}: write on or off")
    return raw in ON


def integer(name: str, default: int, *, low: int = 0, high: int = 2**53) -> int:
    """Read a whole number from ``low`` to ``high``."""
    raw = text(name)
    if not raw:
        return default
    if not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number from {low} to {high}")
    return int(raw)


def number(name: str, default: float, *, low: float = 0.0) -> float:
    """Read a finite number of at least ``low``."""
    raw = text(name)
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not low <= value < float("inf"):
        raise ImproperlyConfigured(f"{name}={raw!r}: write a number of at least {low}")
    return value


def words(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Read a comma-separated list."""
    raw = text(name)
    return tuple(part.strip() for part in raw.split(",") if part.strip()) if raw else default


def some_of(name: str, default: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Read a comma-separated list of ``allowed`` words."""
    for word in words(name):
        if word not in allowed:
            raise ImproperlyConfigured(f"{name}: {word!r} is not one of {', '.join(allowed)}")
    return words(name, default)


def directions(name: str, default: str, codes: tuple[str, ...]) -> str | tuple[tuple[str, str], ...]:
    """Read ``auto``, ``off``, or a comma-separated list of two of ``codes`` each, as en-th; any case."""
    raw = text(name, default).lower()
    if raw in ("auto", "off"):
        return raw
    known = {f"{source}-{target}".lower(): (source, target) for source in codes for target in codes if source != target}
    for word in raw.split(","):
        if word.strip() not in known:
            raise ImproperlyConfigured(f"{name}: {word.strip()!r}: write auto, off, or directions as en-th,th-en")
    return tuple(dict.fromkeys(known[word.strip()] for word in raw.split(",")))


def mime_types(name: str) -> tuple[str, ...]:
    """Read a comma-separated list of MIME types.

    ``image/*`` names a whole kind, ``none`` no type at all.
    """
    for word in words(name):
        if not _TYPE.fullmatch(word):
            raise ImproperlyConfigured(f"{name}={word!r}: write MIME types, as application/pdf or image/*")
    return words(name)


def hosts(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Read a comma-separated list of host names as Django compares them, without scheme and port."""
    for host in words(name):
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"{name}={host!r}: write host names without scheme and port, as chat.example.com"
            )
    return words(name, default)


def all_or_none(values: dict[str, str]) -> bool:
    """Return whether all of ``values``, keyed by the names of their variables, are set. Refuses a part of them."""
    unset = [name for name, value in values.items() if not value]
    if unset and len(unset) < len(values):
        set_ = ", ".join(name for name in values if name not in unset)
        raise ImproperlyConfigured(f"{set_} without {', '.join(unset)}: set all of them or none")
    return not unset


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Read one of ``allowed``."""
    raw = text(name, default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name}={raw!r}: write one of {', '.join(allowed)}")
    return raw


def url(name: str, default: str = "", schemes: tuple[str, ...] = WEB) -> str:
    """Read an address with one of ``schemes``, in either case, from ``name`` or the file that ``<name>_FILE`` points to.

    A slash at its end is removed.
    """
    raw = secret(name) or default
    if raw and not is_address(raw, schemes):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name}={without_user(raw)!r}: write an address that starts with {starts}")
    scheme, separator, rest = raw.partition("://")
    return (scheme.lower() + separator + rest).rstrip("/")


def is_address(raw: str, schemes: tuple[str, ...] = ()) -> bool:
    """Return whether ``raw`` is an address with one of ``schemes`` (any scheme if empty).

    Web addresses need a host; those of databases and other services may lack it.
    """
    try:
        parts = urlsplit(raw)
        _ = parts.port
    except ValueError:
        return False
    is_hosted = bool(parts.hostname) or (bool(schemes) and parts.scheme not in WEB)
    return "://" in raw and parts.scheme in (schemes or (parts.scheme,)) and is_hosted


def origin(address: str) -> str:
    """Return the origin of ``address`` as browsers write it.

    Lower case, no path, user or default port.
    """
    parts = urlsplit(address)
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host_in_url(parts.hostname or '')}{port}"


def host_in_url(host: str) -> str:
    """Return ``host`` as it is written in addresses: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def origins(name: str) -> tuple[str, ...]:
    """Read a comma-separated list of addresses as origins, with any scheme, because native apps have their own."""
    addresses = words(name)
    for raw in addresses:
        _must_be_address(name, raw)
    return tuple(map(origin, addresses))


def address(name: str, default: str) -> str:
    """Read an address of any scheme unchanged, because sign-in providers compare it letter by letter."""
    raw = text(name, default)
    _must_be_address(name, raw)
    return raw


def _must_be_address(name: str, raw: str) -> None:
    if not is_address(raw):
        raise ImproperlyConfigured(f"{name}={without_user(raw)!r}: write an address, as https://chat.example.com")


def without_user(address: str) -> str:
    """Return ``address`` without user and password, fit for a log."""
    user, separator, rest = address.rpartition("@")  # the last one, because a password may hold any sign
    scheme, slashes, _ = user.partition("//")
    return f"{scheme if slashes else ''}{slashes}…@{rest}" if separator else address


def folder(name: str, default: Path) -> Path:
    """Read the path of a folder that this process can write to.

    It is made when missing, for this user alone.
    """
    path = Path(text(name, str(default))).expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        (probe := path / f".writable-{os.getpid()}").touch()
        probe.unlink()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={str(path)!r}: cannot write there ({error.strerror})") from None
    return path


def safe_url(name: str, default: str = "") -> str:
    """Read an address as ``url`` does, but allow ``http`` only to this machine, so that secrets travel encrypted."""
    value = url(name, default)
    if value.startswith("http://") and urlsplit(value).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ImproperlyConfigured(f"{name}={value!r}: write an https:// address, or http:// on this machine")
    return value


def readable_file(name: str) -> str:
    """Read the path of a readable file; empty when unset."""
    path = text(name)
    if path and not os.access(path, os.R_OK):
        raise ImproperlyConfigured(f"{name}={path!r}: no file that can be read")
    return path


def needs_package(name: str, package: str) -> None:
    """Refuse the setting ``name`` when the ``package`` that it needs is not installed."""
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:  # its parent is missing
        spec = None
    if spec is None:
        raise ImproperlyConfigured(
            f"{name} is set, but {package} is not installed: pip install -r requirements-observing.txt"
        )


def secret(name: str) -> str:
    """Read the value of ``name``, or the content of the file that ``<name>_FILE`` points to."""
    path = text(f"{name}_FILE")
    if text(name) or not path:
        return text(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r}: {error.strerror}") from None
