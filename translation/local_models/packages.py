"""Install models from packages, whole or not at all; pack installed ones.

A package is a zip with one folder: an Argos package as it is published, or a Firefox model that ``pack`` wrote. Packages come
from a network, so nothing in one is believed: names, links, sizes and the model itself are checked before it is used.
"""

import contextlib
import fcntl
import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from translation.context.text_context import NO_CONTEXT
from translation.engines.base import EngineError
from translation.engines.local import Local, LocalOptions
from translation.engines.model_files import (
    TRIAL_FILE,
    Kind,
    ModelFolder,
    Pair,
    Trial,
    argos_fault,
    argos_metadata,
    models_in,
)

MAX_FILES = 1000
MAX_BYTES = 1024**3
# Seconds for loading a model and translating a word with it.
_TRIAL_SECONDS = 60
# A sentence of usual length in each language, with which a model's speed is measured.
SAMPLES = {
    "en": "The delivery should arrive tomorrow afternoon, I will let you know.",
    "ja": "配達は明日の午後に届く予定ですので、またお知らせします。",
    "zh-CN": "货物应该明天下午送到，到时候我会通知你。",
    "th": "ของน่าจะมาส่งพรุ่งนี้ตอนบ่าย เดี๋ยวผมแจ้งให้ทราบนะครับ",
    "id": "Kiriman seharusnya tiba besok sore, nanti saya kabari lagi.",
}
_CHUNK = 1024 * 1024
# Of an Argos package; the rest is for other ways to cut sentences, and as large as the model.
_WANTED_FOLDERS = ("model",)


class BadPackage(ValueError):
    """A package cannot be installed; the message says why."""


class Busy(RuntimeError):
    """Another process changes the models."""


@contextlib.contextmanager
def locked(models: Path, *, wait: bool = True) -> Iterator[None]:
    """Let one process at a time change what is in ``models``.

    Raises Busy where ``wait`` is off and another one does.
    """
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            raise Busy("another process changes the models") from error
        yield


def install(package: Path, models: Path, *, expected: Pair | None = None) -> ModelFolder:
    """Install the model of ``package`` into ``models``, in the place of others of its kind and pair.

    Call it with the lock held. Raises BadPackage, OSError.
    """
    staging = models / ".incoming"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        _unpack(package, staging)
        model = _checked(staging, expected)
        _try(staging, model)
        return _move(model, models)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def install_folder(folder: Path, models: Path, *, name: str = "") -> ModelFolder:
    """Install a copy of a model that is unpacked in ``folder``.

    ``name``, or its own, says the pair of a Firefox model.

    Call it with the lock held. Raises BadPackage, OSError.
    """
    staging = models / ".incoming"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        shutil.copytree(folder, staging / (name or folder.name))
        return _move(_checked(staging, None), models)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def remove(models: Path, pair: Pair, kind: Kind | None = None) -> list[ModelFolder]:
    """Remove the models of a pair; return them. Call it with the lock held."""
    removed = [
        model
        for model in models_in(models)
        if (model.source, model.target) == pair and (kind is None or model.kind == kind)
    ]
    for model in removed:
        _delete(model.path)
    return removed


def pack(model: ModelFolder, path: Path) -> None:
    """Write an installed model as a package that ``install`` takes."""
    metadata = argos_metadata(model.path) or {
        "type": str(model.kind),
        "from_code": model.source,
        "to_code": model.target,
        "package_version": model.version or "1.0",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr(zipfile.ZipInfo(f"{model.name}/metadata.json"), json.dumps(metadata))
        for file in sorted(model.path.rglob("*")):
            if file.is_file() and file.name not in ("metadata.json", TRIAL_FILE):
                package.write(file, f"{model.name}/{file.relative_to(model.path).as_posix()}")


def unpacked_size(package: Path) -> int:
    """Return how many bytes of the package would be installed. Raises BadPackage."""
    with _opened(package) as archive:
        return sum(entry.file_size for entry, _path in _wanted(archive))


@contextlib.contextmanager
def _opened(package: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(package) as archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadPackage(f"it is no package: {error}") from error


def _wanted(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """Return the entries to unpack, each with its path.

    Raises BadPackage for one that no honest package has.
    """
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise BadPackage(f"it has {len(entries)} files, and {MAX_FILES} are allowed")
    wanted: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or "\0" in entry.filename:
            raise BadPackage(f"it has a file outside of its folder: {entry.filename[:100]!r}")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadPackage(f"{entry.filename[:100]!r} is not an ordinary file")
        if not entry.is_dir() and _is_wanted(path):
            wanted.append((entry, path))
    if sum(entry.file_size for entry, _path in wanted) > MAX_BYTES:
        raise BadPackage(f"it is larger than {MAX_BYTES // 1024**2} MB")
    if len({path.parts[0] for _entry, path in wanted}) != 1:
        raise BadPackage("it has no single folder with metadata.json")
    return wanted


def _is_wanted(path: PurePosixPath) -> bool:
    return (len(path.parts) == 2 and not path.name.startswith(".")) or (
        len(path.parts) == 3 and path.parts[1] in _WANTED_FOLDERS
    )


def _unpack(package: Path, staging: Path) -> None:
    with _opened(package) as archive:
        for entry, path in _wanted(archive):
            destination = staging.joinpath(*path.parts)
            destination.parent.mkdir(parents=True, exist_ok=True)
            left = entry.file_size
            with archive.open(entry) as source, destination.open("wb") as out:
                # A zip may say less than it holds.
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise BadPackage(f"{entry.filename[:100]!r} is longer than it says")
                    out.write(chunk)


def _checked(staging: Path, expected: Pair | None) -> ModelFolder:
    """Return the one model in ``staging``. Raises BadPackage."""
    folder = next(iter(staging.iterdir()))
    metadata = argos_metadata(folder)
    if metadata.get("type") == Kind.FIREFOX:
        # Its folder's name says its pair, as that of an installed one.
        (folder / "metadata.json").unlink()
    elif metadata and (fault := argos_fault(folder)):
        raise BadPackage(fault)
    model = next(iter(models_in(staging)), None)
    if model is None:
        raise BadPackage("it has no model of two of our languages")
    if expected and (model.source, model.target) != expected:
        raise BadPackage(f"it translates {model.source} to {model.target}, not {expected[0]} to {expected[1]}")
    return model


def _try(staging: Path, model: ModelFolder) -> None:
    """Load the model, translate with it, and write down what that took.

    Raises BadPackage.

    It runs in a process of its own, which a damaged model may end.
    """
    engine = Local(staging, options=LocalOptions(threads=1))
    try:
        # The first call loads the model, so the second one shows how fast it is.
        for text in ("Hello", SAMPLES.get(model.source, "Hello")):
            engine.translate(
                [text], source=model.source, target=model.target, context=[NO_CONTEXT], timeout=_TRIAL_SECONDS
            )
        trial = Trial(sum(engine.memory.values()), round(1000 * engine.seconds))
        (model.path / TRIAL_FILE).write_text(json.dumps(asdict(trial)), encoding="utf-8")
    except EngineError as error:
        raise BadPackage(f"it does not work: {error}") from error
    finally:
        engine.stop()


def _move(model: ModelFolder, models: Path) -> ModelFolder:
    """Move a complete model to its place in one step, then delete those that it replaces."""
    others = [
        other
        for other in models_in(models)
        if (other.kind, other.source, other.target) == (model.kind, model.source, model.target)
    ]
    name = f"argos-{model.source}-{model.target}-{model.version or '0'}" if model.kind == Kind.ARGOS else model.name
    destination = models / name
    if destination.exists():
        _delete(destination)
    model.path.rename(destination)
    for other in others:
        if other.path != destination:
            _delete(other.path)
    return next(found for found in models_in(models) if found.path == destination)


def _delete(folder: Path) -> None:
    """Delete a model; it is gone at once, not file by file."""
    removed = folder.with_name(f".removed-{folder.name}")
    shutil.rmtree(removed, ignore_errors=True)
    folder.rename(removed)
    shutil.rmtree(removed, ignore_errors=True)
