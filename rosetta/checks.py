"""System checks for settings that contradict one another.

Each has an id, so that it can be silenced.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

# The settings that each engine requires: one of each group.
NEEDS = {
    "libretranslate": (("LIBRETRANSLATE_URL",),),
    "deepl": (("DEEPL_API_KEY",),),
    "google": (("GOOGLE_TRANSLATE_API_KEY", "GOOGLE_TRANSLATE_CREDENTIALS_FILE"),),
    "openai": (("OPENAI_BASE_URL",), ("OPENAI_MODEL",)),
}


def missing(engine: str) -> list[str]:
    """Return the required settings that ``engine`` lacks.

    Alternatives are joined by "or".
    """
    groups = NEEDS.get(engine, ())
    return [" or ".join(names) for names in groups if not any(getattr(settings, name) for name in names)]


@register()
def engines_have_their_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    engines = {
        engine
        for chain in (settings.TRANSLATION_ENGINES, *settings.TRANSLATION_PAIR_ENGINES.values())
        for engine in chain
    }
    return [
        Error(
            f"The translation engine {engine} needs {names}.",
            hint=f"Set {names}, or leave {engine} out.",
            id="rosetta.E001",
        )
        for engine in sorted(engines)
        for names in missing(engine)
    ]


@register()
def services_go_together(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASE_URL and not settings.REDIS_URL:
        return [
            Warning(
                "DATABASE_URL is set without REDIS_URL: each process has its own rate limits and cache.",
                hint="Set REDIS_URL where more than one process serves requests.",
                id="rosetta.W001",
            )
        ]
    return []


@register()
def https_comes_through_a_proxy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "PUBLIC_URL is https, and TRUSTED_PROXIES is 0: all callers share the rate limits by address, and plain "
                "http is not redirected to https.",
                hint="Set TRUSTED_PROXIES to the number of proxies in front of the service.",
                id="rosetta.W002",
            )
        ]
    return []
