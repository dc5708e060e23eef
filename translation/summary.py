"""The line of ``make run`` that says what translates."""

from django.conf import settings

from rosetta.checks import missing
from rosetta.processes.summary import line
from translation import engines
from translation.engines.local import Local
from translation.memory import phrasebook


@line("Translation")
def state() -> str:
    """Return in one line what translates now; reads no network and no database."""
    phrases = f"{len(phrasebook.rows())} everyday phrases"
    usable = [said for name in engines.configured() if (said := _usable(name))]
    if usable:
        return f"{phrases}, then {', '.join(usable)}"
    if "local" in engines.configured() and settings.LOCAL_MODELS != "off":
        return f"{phrases}; models for all else are fetched once a second language is read here (LOCAL_MODELS)"
    return f"only {phrases}; all else is shown as it was written until an engine is set up (README)"


def _usable(name: str) -> str:
    """Return the engine's name, or nothing where it cannot translate anything yet."""
    if missing(name):
        return ""
    engine = engines.engine(name)
    if not isinstance(engine, Local):
        return name
    pairs = len(engine.installed())
    return f"{name} ({pairs} language pair{'' if pairs == 1 else 's'})" if pairs else ""
