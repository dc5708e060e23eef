"""What ``make run`` says about translation when it is ready."""

from pathlib import Path

from pytest_django import Settings

from translation.memory import phrasebook
from translation.summary import state

PHRASES = f"{len(phrasebook.rows())} everyday phrases"


def test_without_an_engine_it_says_that_only_phrases_are_translated(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.TRANSLATION_ENGINES = ("local", "deepl")
    settings.TRANSLATION_PAIR_ENGINES = {}
    settings.DEEPL_API_KEY = ""
    assert state().startswith(f"only {PHRASES}; ")


def test_it_says_when_models_are_fetched(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.TRANSLATION_ENGINES, settings.TRANSLATION_PAIR_ENGINES = ("local",), {}
    settings.LOCAL_MODELS = "auto"
    assert state() == f"{PHRASES}; models for all else are fetched once a second language is read here (LOCAL_MODELS)"


def test_it_names_the_engines_that_can_translate(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.TRANSLATION_ENGINES = ("local", "libretranslate")
    settings.TRANSLATION_PAIR_ENGINES = {("en", "th"): ("google",)}
    settings.LIBRETRANSLATE_URL = "http://127.0.0.1:1"
    settings.GOOGLE_TRANSLATE_API_KEY = "key"
    assert state() == f"{PHRASES}, then libretranslate, google"
