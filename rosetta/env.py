"""Strict readers for the environment: a wrong value stops the start with one line that names it."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ON = {"on", "true", "1"}
OFF = {"off", "false", "0"}


def text(name: str, default: str = "") -> str:
    """``name``'s value, without the space around it; empty counts as unset."""
    return os.environ.get(name, "").strip() or default


def switch(name: str, default: bool) -> bool:
    raw = text(name).lower()
    if not raw:
        return default
    if raw not in ON | OFF:
        raise ImproperlyConfigured(f"{name}={raw!r}: write on or off")
    return raw in ON


def integer(name: str, default: int, *, low: int = 0, high: int = 2**53) -> int:
    raw = text(name)
    if not raw:
        return default
    if not raw.isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number from {low} to {high}")
    return int(raw)


def number(name: str, default: float, *, low: float = 0.0) -> float:
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
    """A comma-separated list."""
    raw = text(name)
    return tuple(part.strip() for part in raw.split(",") if part.strip()) if raw else default


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    raw = text(name, default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name}={raw!r}: write one of {', '.join(allowed)}")
    return raw


def url(name: str, default: str = "", schemes: tuple[str, ...] = ("http", "https")) -> str:
    """An address with one of ``schemes``, without a slash at its end."""
    raw = text(name, default)
    if raw and raw.split("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name}={raw!r}: write an address that starts with {' or '.join(schemes)}")
    return raw.rstrip("/")


def secret(name: str) -> str:
    """``name``'s value, or the content of the file that ``name_FILE`` points to."""
    path = text(f"{name}_FILE")
    if text(name) or not path:
        return text(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r}: {error.strerror}") from None
