"""Collect sentences from the code, write them to .po and compile .mo files, without GNU gettext.

A developer's tool: production only reads the committed .mo files.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from rosetta import languages

FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext"}
SKIPPED = {"tests", "migrations", "bench", "web", "var", ".venv", "node_modules", "docs"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*(?::\w+)?\}")
IN_TEMPLATE = re.compile(r"""gettext\(u?((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\)|_\(((?:'[^']*'|"[^"]*"))\)""")
# Sentences of Django and DRF that reach our callers and are not translated into all of our languages there.
BORROWED = (
    "The two password fields didn’t match.",
    "This password is too common.",
    "Null characters are not allowed.",
    "Surrogate characters are not allowed: U+{code_point:X}.",
    "Not a valid string.",
    "Must be a valid boolean.",
    "String value too large.",
    "This list may not be empty.",
    "Expected a datetime but got a date.",
    'Expected a list of items but got type "{input_type}".',
    "Ensure this field has no more than {max_length} elements.",
    "Ensure this field has at least {min_length} elements.",
    "Invalid data. Expected a dictionary, but got {datatype}.",
    "The submitted data was not a file. Check the encoding type on the form.",
)
# The ones with a plural. Of our languages only English has plurals, so one translation is enough.
BORROWED_PLURALS = {
    "This password is too short. It must contain at least %d character.": (
        "This password is too short. It must contain at least %d characters."
    ),
}


def sentences() -> dict[str, list[str]]:
    """Return every sentence of the project that needs a translation, with the files that use it."""
    files: dict[str, list[str]] = {sentence: [] for sentence in (*BORROWED, *BORROWED_PLURALS)}
    for path in sorted(_sources()):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        text = path.read_text(encoding="utf-8")
        for sentence in _in_python(text) if path.suffix == ".py" else _in_template(text):
            names = files.setdefault(sentence, [])
            if name not in names:
                names.append(name)
    return files


def _sources() -> Iterator[Path]:
    for pattern in ("*/**/*.py", "*/**/templates/**/*.html", "*/**/templates/**/*.txt"):
        for path in settings.BASE_DIR.glob(pattern):
            if not SKIPPED & set(path.relative_to(settings.BASE_DIR).parts):
                yield path


def _in_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in FUNCTIONS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _in_template(text: str) -> Iterator[str]:
    for sentence, short_sentence in IN_TEMPLATE.findall(templatize(text)):
        yield str(ast.literal_eval(sentence or short_sentence))


def catalogue_path(language: languages.Language) -> Path:
    folder: Path = settings.LOCALE_PATHS[0]
    return folder / to_locale(language.catalogue) / "LC_MESSAGES" / "django.po"


def translated_languages() -> tuple[languages.Language, ...]:
    return tuple(language for language in languages.LANGUAGES if language.code != languages.DEFAULT)


def update() -> dict[str, int]:
    """Update every .po file from the code and compile it.

    Returns the number of untranslated sentences by language.
    """
    files = sentences()
    untranslated = {}
    for language in translated_languages():
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        old = {entry.msgid: translation(entry) for entry in polib.pofile(str(path))} if path.exists() else {}
        catalogue = polib.POFile(wrapwidth=110)
        catalogue.metadata = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Language": to_locale(language.catalogue),
            "Plural-Forms": "nplurals=1; plural=0;",
        }
        for sentence in sorted(files):
            catalogue.append(_entry(sentence, files[sentence], old.get(sentence, "")))
        catalogue.save(str(path))
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        untranslated[language.code] = len(catalogue.untranslated_entries())
    return untranslated


def translation(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def _entry(sentence: str, files: list[str], translated: str) -> polib.POEntry:
    flags = ["python-format"] if "%" in sentence and PLACEHOLDER.search(sentence) else []
    entry = polib.POEntry(msgid=sentence, occurrences=[(file, "") for file in files], flags=flags)
    if sentence in BORROWED_PLURALS:
        entry.msgid_plural, entry.msgstr_plural = BORROWED_PLURALS[sentence], {0: translated}
    else:
        entry.msgstr = translated
    return entry


def faults() -> list[str]:
    """Return a line for each fault of the catalogues; none when they are complete."""
    lines = []
    used = set(sentences())
    for language in translated_languages():
        path = catalogue_path(language)
        if not path.exists():
            lines.append(f"{language.code}: no catalogue")
            continue
        catalogue = polib.pofile(str(path))
        entries = {entry.msgid: entry for entry in catalogue}
        lines += [f"{language.code}: not in the catalogue: {sentence!r}" for sentence in sorted(used - set(entries))]
        lines += [f"{language.code}: used nowhere: {sentence!r}" for sentence in sorted(set(entries) - used)]
        for sentence in sorted(used & set(entries)):
            entry = entries[sentence]
            if not entry.translated():
                lines.append(f"{language.code}: not translated: {sentence!r}")
            elif sorted(PLACEHOLDER.findall(sentence)) != sorted(PLACEHOLDER.findall(translation(entry))):
                lines.append(f"{language.code}: other placeholders: {sentence!r}")
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            lines.append(f"{language.code}: {compiled.name} is not what {path.name} compiles to")
    return lines
