"""The process in which local models live: ``python -m translation.engines.local_process MODELS``.

The models are bound to one thread, hold the interpreter's lock while they work, and end a process that misuses them; so
they have one to themselves, with everything in its main thread. It reads one JSON request a line on standard input and
answers one a line on standard output, and ends with its input.
"""

import importlib
import json
import os
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

# One pair takes about 100 MB of memory.
KEPT_PAIRS = 6
TRANSLATOR = "fxtranslate:Translator"


class Models:
    """The translators of a folder of pairs, the last used ones kept."""

    def __init__(self, folder: Path, make: Callable[..., Any], keep: int = KEPT_PAIRS) -> None:
        self._folder = folder
        self._make = make
        self._keep = keep
        self._loaded: OrderedDict[str, Any] = OrderedDict()

    def translate(self, route: list[str], text: str) -> str:
        for pair in route:
            text = self._translator(pair).translate_long(text)
        return text

    def _translator(self, pair: str) -> Any:
        if pair not in self._loaded:
            while len(self._loaded) >= self._keep:
                self._loaded.popitem(last=False)
            self._loaded[pair] = self._load(self._folder / pair)
        self._loaded.move_to_end(pair)
        return self._loaded[pair]

    def _load(self, folder: Path) -> Any:
        files = model_files(folder)
        if files is None:
            raise FileNotFoundError(f"{folder.name} has no model and vocabulary")
        return self._make(**{name: path.read_bytes() for name, path in files.items()})


def model_files(folder: Path) -> dict[str, Path] | None:
    """A pair's files by what they are for, or None where one is missing."""
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


def serve(models: Models, requests: Any, answers: Any) -> None:
    for line in requests:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            answer["texts"] = [models.translate(request["route"], text) for text in request["texts"]]
        except Exception as error:
            answer["error"] = f"{type(error).__name__}: {error}"[:300]
        except BaseException as error:  # a panic of the engine is no Exception, and leaves it in no known state
            answer["panic"] = f"{type(error).__name__}: {error}"[:300]
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if "panic" in answer:
            sys.exit(1)


def main() -> None:
    folder, translator = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else TRANSLATOR
    module, _, name = translator.partition(":")
    # Whatever the engine prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Models(folder, getattr(importlib.import_module(module), name)), sys.stdin, answers)


if __name__ == "__main__":
    main()
