"""The process in which local models live.

``python -m translation.engines.local_process MODELS [TRANSLATOR [OPTIONS]]``.

Firefox's models are bound to one thread, hold the interpreter's lock while they work, and end a process that misuses them; so
all models have one to themselves, with everything in its main thread. The libraries of a kind of model are imported when the
first one is loaded. It reads one JSON request a line on standard input and answers one a line on standard output, and ends
with its input.
"""

import importlib
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from translation.engines.model_files import argos_metadata, firefox_files

# What makes a Firefox model of its files' bytes; tests name another.
TRANSLATOR = "fxtranslate:Translator"
_MB = 1024 * 1024


class TextTranslator(Protocol):
    """A loaded model."""

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Return a translation of each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Loaded:
    translator: TextTranslator
    # Bytes of memory, and when its folder was written.
    size: int
    written: int


class FirefoxTranslator:
    """Translate with a Firefox model; its library cuts texts into sentences itself."""

    def __init__(self, folder: Path, maker: str) -> None:
        files = firefox_files(folder)
        if files is None:
            raise FileNotFoundError(f"{folder.name} has no model and vocabulary")
        module, _, name = maker.partition(":")
        make = getattr(importlib.import_module(module), name)
        self._translator = make(**{name: path.read_bytes() for name, path in files.items()})

    def translate(self, texts: Sequence[str]) -> list[str]:
        return [self._translator.translate_long(text) for text in texts]


class Models:
    """The translators of a folder of models.

    Those used last are kept, within ``memory_mb`` together.
    """

    def __init__(self, folder: Path, maker: str = TRANSLATOR, *, memory_mb: int = 600, **options: int) -> None:
        self._folder = folder
        self._maker = maker
        self._limit = memory_mb * _MB
        self._options = options
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()

    def translate(self, route: Sequence[str], texts: list[str]) -> list[str]:
        """Translate ``texts`` with the models named by ``route``, one after another.

        Raises whatever they raise.
        """
        for name in route:
            texts = self._translator(name).translate(texts)
        return texts

    @property
    def memory(self) -> dict[str, int]:
        """Return the bytes that each loaded model takes, the one used last at the end."""
        return {name: loaded.size for name, loaded in self._loaded.items()}

    def _translator(self, name: str) -> TextTranslator:
        folder = self._folder / name
        written = folder.stat().st_mtime_ns
        # A folder that was replaced is another model.
        if name in self._loaded and self._loaded[name].written != written:
            del self._loaded[name]
        if name not in self._loaded:
            self._make_room(_files_size(folder))
            before = _resident()
            translator = self._load(folder)
            size = max(_resident() - before, _files_size(folder))
            self._loaded[name] = _Loaded(translator, size, written)
        self._loaded.move_to_end(name)
        return self._loaded[name].translator

    def _make_room(self, size: int) -> None:
        """Unload models, the least recently used first, until one of ``size`` bytes fits or none is left."""
        while self._loaded and sum(self.memory.values()) + size > self._limit:
            self._loaded.popitem(last=False)

    def _load(self, folder: Path) -> TextTranslator:
        if argos_metadata(folder):
            from translation.engines.argos import ArgosTranslator, Options

            return ArgosTranslator(folder, Options(**self._options))
        return FirefoxTranslator(folder, self._maker)


def _files_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _resident() -> int:
    """Return the bytes of memory that this process has.

    0 where the system does not tell.
    """
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def serve(models: Models, requests: Any, answers: Any) -> None:
    for line in requests:
        request = json.loads(line)
        answer = {"id": request["id"]}
        began = time.monotonic()
        try:
            answer["texts"] = models.translate(request["route"], request["texts"])
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {error}"[:300]
        except BaseException as error:  # a panic of the engine is no Exception, and leaves it in no known state
            answer["panic"] = f"{type(error).__name__}: {error}"[:300]
        answer |= {"memory": models.memory, "seconds": time.monotonic() - began}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if "panic" in answer:
            sys.exit(1)


def main() -> None:
    folder, maker, options = Path(sys.argv[1]), TRANSLATOR, {}
    if len(sys.argv) > 2:
        maker = sys.argv[2]
    if len(sys.argv) > 3:
        options = json.loads(sys.argv[3])
    # Whatever the engine prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Models(folder, maker, **options), sys.stdin, answers)


if __name__ == "__main__":
    main()
