"""Check the translation engines for ``manage.py doctor``."""

from collections.abc import Iterator

from django.conf import settings

from rosetta.checks import NEEDS, missing
from rosetta.languages import CODES
from rosetta.observability.doctor import Finding, probe
from translation import engines
from translation.engines.base import EngineError
from translation.engines.local import Local

CHECK_SECONDS = 10.0
REMEDIES = {
    "local": "fetch models: manage.py translation_models fetch --all",
    "libretranslate": "check LIBRETRANSLATE_URL and LIBRETRANSLATE_API_KEY",
    "deepl": "check DEEPL_API_KEY and DEEPL_URL",
    "google": "check GOOGLE_TRANSLATE_API_KEY and GOOGLE_TRANSLATE_URL",
    "openai": "check OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL",
}


@probe("translation")
def _engines() -> Iterator[Finding]:
    for name in engines.configured():
        if unset := missing(name):
            yield Finding(f"{name} needs {' and '.join(unset)}", f"set it, or remove {name} from TRANSLATION_ENGINES")
            continue
        engine = engines.engine(name)
        if isinstance(engine, Local) and not engine.installed():
            yield Finding("local has no models: only the phrasebook translates", REMEDIES[name], is_minor=True)
            continue
        try:
            engine.check(CHECK_SECONDS)
        except EngineError as error:
            yield Finding(f"{name}: {error}", REMEDIES[name])
        else:
            yield Finding(f"{name} answers")
    for name in sorted(set(NEEDS) - set(engines.configured())):
        if is_set := [setting for group in NEEDS[name] for setting in group if getattr(settings, setting)]:
            yield Finding(
                f"{' and '.join(is_set)} set, but {name} is in no engine chain",
                f"add {name} to TRANSLATION_ENGINES",
                is_minor=True,
            )
    pairs = [(source, target) for source in CODES for target in CODES if source != target]
    without = [f"{source} to {target}" for source, target in pairs if not _is_offered(source, target)]
    if without and len(without) < len(pairs):
        yield Finding(f"no engine for {', '.join(without)}", "add an engine to TRANSLATION_ENGINES", is_minor=True)


def _is_offered(source: str, target: str) -> bool:
    ready = (name for name in engines.chain(source, target) if not missing(name))
    return any(engines.engine(name).offers(source, target) for name in ready)
