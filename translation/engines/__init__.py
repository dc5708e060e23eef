"""Create the engines that the settings name, once per process."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from translation.engines.base import Engine


def engine(name: str) -> Engine:
    """Return the engine with the present settings.

    Raises KeyError for an unknown name.
    """
    values = tuple(str(getattr(settings, setting)) for setting in SETTINGS[name])
    return _made(name, values, settings.TRANSLATION_PRICES.get(name, 0))


def chain(source: str, target: str) -> tuple[str, ...]:
    """Return the names of the engines for a language pair, in order."""
    names: tuple[str, ...] = settings.TRANSLATION_PAIR_ENGINES.get((source, target), settings.TRANSLATION_ENGINES)
    return names


def configured() -> tuple[str, ...]:
    """Return the names of all engines that are in at least one chain."""
    chains = (settings.TRANSLATION_ENGINES, *settings.TRANSLATION_PAIR_ENGINES.values())
    return tuple(dict.fromkeys(name for names in chains for name in names))


# The settings that each engine is created from. When one of them changes, a new engine is created.
SETTINGS: dict[str, tuple[str, ...]] = {
    "local": (
        "VAR_DIR",
        "LOCAL_MODELS_MEMORY_MB",
        "LOCAL_MODELS_THREADS",
        "LOCAL_MODELS_BEAM",
        "LOCAL_MODELS_BATCH",
    ),
    "libretranslate": ("LIBRETRANSLATE_URL", "LIBRETRANSLATE_API_KEY"),
    "deepl": ("DEEPL_API_KEY", "DEEPL_URL"),
    "google": ("GOOGLE_TRANSLATE_API_KEY", "GOOGLE_TRANSLATE_URL", "GOOGLE_TRANSLATE_CREDENTIALS_FILE"),
    "openai": ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"),
}


# Engines whose ``context_use`` is not NONE, by name: a process that only recalls asks without importing their clients.
USING_CONTEXT = frozenset({"deepl", "openai"})


@lru_cache(maxsize=32)
def _made(name: str, values: tuple[str, ...], price: int) -> Engine:
    made = _MAKERS[name](*values)
    # A price for a million characters is so many millionths for one.
    made.micros_a_character = price
    return made


# Imported on first use, because a process that only recalls needs no engine's client.
def _local(var_dir: str, memory_mb: str, threads: str, beam: str, batch: str) -> Engine:
    from translation.engines.local import Local, LocalOptions

    options = LocalOptions(memory_mb=int(memory_mb), threads=int(threads), beam=int(beam), batch=int(batch))
    return Local(Path(var_dir) / "models", options=options)


def _libretranslate(url: str, key: str) -> Engine:
    from translation.engines.libretranslate import LibreTranslate

    return LibreTranslate(url, key)


def _deepl(key: str, url: str) -> Engine:
    from translation.engines.deepl import DeepL

    return DeepL(key, url)


def _google(key: str, url: str, credentials_file: str) -> Engine:
    from translation.engines.google import GoogleAdvanced, GoogleBasic

    return GoogleAdvanced(credentials_file, url) if credentials_file else GoogleBasic(key, url)


def _openai(url: str, key: str, model: str) -> Engine:
    from translation.engines.openai import OpenAI

    return OpenAI(url, key, model)


_MAKERS: dict[str, Callable[..., Engine]] = {
    "local": _local,
    "libretranslate": _libretranslate,
    "deepl": _deepl,
    "google": _google,
    "openai": _openai,
}
