"""The folders of local models.

Which files make one, of which kind and languages it is, and which one is used.

A Firefox model is ``en-ja/`` with ``model.*.bin`` and its vocabulary. An Argos model is a folder of any name with
``metadata.json``, ``sentencepiece.model`` and ``model/model.bin``, as its package unpacks. Names that begin with a dot are
being written or removed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rosetta.languages import BY_CODE

Pair = tuple[str, str]
# Beside a model's own files; never part of its package.
TRIAL_FILE = "trial.json"


class Kind(StrEnum):
    """Who made a model, which decides its files.

    The first is used where both are installed.
    """

    FIREFOX = "firefox"
    ARGOS = "argos"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model took when it was installed.

    Bytes of memory once loaded, milliseconds for a sentence of a chat.
    """

    memory_bytes: int
    sentence_ms: int


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """An installed model of one direction; ``source`` and ``target`` are our codes."""

    path: Path
    kind: Kind
    source: str
    target: str
    version: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def bytes(self) -> int:
        """Return the size of its files."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())

    @property
    def trial(self) -> Trial | None:
        """Return what was measured when it was installed.

        None where it was put into the folder by hand.
        """
        try:
            content = json.loads((self.path / TRIAL_FILE).read_bytes())
            return Trial(int(content["memory_bytes"]), int(content["sentence_ms"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def models_in(folder: Path) -> list[ModelFolder]:
    """Return every complete model in ``folder``."""
    if not folder.is_dir():
        return []
    names = {spelling: code for code in BY_CODE for spelling in spellings(code)}
    found: list[ModelFolder] = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.is_dir():
            found.extend(_models_at(path, names))
    return found


def best_models(folder: Path) -> dict[Pair, ModelFolder]:
    """Return the model that is used for each direction: Firefox's where there is one."""
    best: dict[Pair, ModelFolder] = {}
    order = list(Kind)
    for model in models_in(folder):
        known = best.get((model.source, model.target))
        if known is None or _rank(model, order) > _rank(known, order):
            best[model.source, model.target] = model
    return best


def _rank(model: ModelFolder, order: list[Kind]) -> tuple[int, tuple[int, ...]]:
    return -order.index(model.kind), version_key(model.version)


def version_key(version: str) -> tuple[int, ...]:
    """Return what orders versions such as 1.9 and 1.10."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _models_at(path: Path, names: dict[str, str]) -> Iterator[ModelFolder]:
    if metadata := argos_metadata(path):
        source, target = names.get(metadata["from_code"]), names.get(metadata["to_code"])
        if source and target and argos_fault(path) is None:
            yield ModelFolder(path, Kind.ARGOS, source, target, metadata.get("package_version", ""))
        return
    for one, other in _splits(path.name):
        if one in names and other in names and firefox_files(path):
            yield ModelFolder(path, Kind.FIREFOX, names[one], names[other])


def spellings(code: str) -> tuple[str, ...]:
    """Return how model catalogues may write one of our languages, the likeliest first."""
    return tuple(dict.fromkeys((BY_CODE[code].code_for("local"), BY_CODE[code].code_for("libretranslate"), code)))


def _splits(name: str) -> list[Pair]:
    """Return the pairs that a folder's name can mean.

    ``en-zh-Hans`` is en and zh-Hans, not en-zh and Hans.
    """
    parts = name.split("-")
    return [("-".join(parts[:cut]), "-".join(parts[cut:])) for cut in range(1, len(parts))]


def argos_metadata(folder: Path) -> dict[str, str]:
    """Return the texts of a package's ``metadata.json``.

    Nothing where it names no two languages.
    """
    try:
        content = json.loads((folder / "metadata.json").read_bytes())
    except (OSError, ValueError):
        return {}
    texts = (
        {key: value for key, value in content.items() if isinstance(value, str)} if isinstance(content, dict) else {}
    )
    return texts if {"from_code", "to_code"} <= set(texts) else {}


def argos_fault(folder: Path) -> str | None:
    """Return why the files of an unpacked Argos package are no model, or None."""
    if not (folder / "model" / "model.bin").is_file():
        return "it has no model/model.bin"
    if (folder / "sentencepiece.model").is_file():
        return None
    if (folder / "bpe.model").is_file():
        return "it is of the old form with bpe.model, which is not supported: take a newer version of it"
    return "it has no sentencepiece.model"


def firefox_files(folder: Path) -> dict[str, Path] | None:
    """Return a Firefox model's files by what they are for, or None where one is missing."""
    files: dict[str, Path] = {}
    if not folder.is_dir():
        return None
    for path in sorted(folder.iterdir()):
        name = path.name
        if name.startswith("model.") and name.endswith(".bin"):
            files["model"] = path
        elif name.startswith("lex.") and name.endswith(".bin"):
            files["shortlist"] = path
        elif name.startswith("srcvocab.") and name.endswith(".spm"):
            files["src_vocab"] = path
        elif name.startswith("trgvocab.") and name.endswith(".spm"):
            files["trg_vocab"] = path
        elif name.startswith("vocab.") and name.endswith(".spm"):
            files.setdefault("src_vocab", path)
            files.setdefault("trg_vocab", path)
    return files if {"model", "src_vocab", "trg_vocab"} <= set(files) else None
