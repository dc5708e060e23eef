"""The engines that settings name, made once a process."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings

from translation.engines.base import Engine


def engine(name: str) -> Engine:
    """The engine as the settings describe it now. Raises KeyError for a name that no engine has."""
    values = tuple(str(getattr(settings, setting)) for setting in SETTINGS[name])
    return _made(name, values)


def chain(source: str, target: str) -> tuple[str, ...]:
    """The names of the engines for a pair, in the order in which they are tried."""
    chosen: tuple[str, ...] = settings.TRANSLATION_PAIR_ENGINES.get((source, target), settings.TRANSLATION_ENGINES)
    return chosen


def configured() -> tuple[str, ...]:
    """The name of every engine in some chain."""
    chains = (settings.TRANSLATION_ENGINES, *settings.TRANSLATION_PAIR_ENGINES.values())
    return tuple(dict.fromkeys(name for chosen in chains for name in chosen))


# What each engine is made of: when one of these differs, so does the engine.
SETTINGS: dict[str, tuple[str, ...]] = {
    "local": ("VAR_DIR",),
    "libretranslate": ("LIBRETRANSLATE_URL", "LIBRETRANSLATE_API_KEY"),
}


@lru_cache(maxsize=32)
def _made(name: str, values: tuple[str, ...]) -> Engine:
    return _MAKERS[name](*values)


def _local(var_dir: str) -> Engine:
    from pathlib import Path

    from translation.engines.local import Local

    return Local(Path(var_dir) / "models")


def _libretranslate(url: str, key: str) -> Engine:
    from translation.engines.libretranslate import LibreTranslate

    return LibreTranslate(url, key)


_MAKERS: dict[str, Callable[..., Engine]] = {"local": _local, "libretranslate": _libretranslate}
