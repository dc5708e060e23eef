"""Models on this machine's processor, of Firefox and Argos.

Free, private, and only for pairs whose models are here.
"""

import contextlib
import json
import os
import platform
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar

from translation.context.text_context import NO_CONTEXT, TextContext
from translation.engines.base import ContextUse, Deadline, RefusedByEngine, TransientError, texts_of
from translation.engines.local_process import TRANSLATOR
from translation.engines.model_files import ModelFolder, Pair, best_models
from translation.protection.marks import STYLES, MarkStyle

PIVOT = "en"
# How long what is in the folder is remembered.
_LOOK_SECONDS = 1.0
_BASE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """What the models may use.

    ``memory_mb`` in all, and of the processor what ``argos.Options`` says.
    """

    memory_mb: int = 600
    threads: int = 0
    beam: int = 2
    batch: int = 16


class Local:
    """``offers`` what the models in ``folder`` can do, directly or through English."""

    name: ClassVar[str] = "local"
    local = True
    metered = False
    micros_a_character = 0
    # Short, so that a change of language pairs is not held up by one long batch.
    batch = 16
    styles: Sequence[MarkStyle] = STYLES
    # A model that was unloaded is loaded first.
    patience = 10.0
    context_use = ContextUse.NONE

    def __init__(self, folder: Path, translator: str = TRANSLATOR, options: LocalOptions | None = None) -> None:
        self._folder = folder
        self._translator = translator
        self._options = options or LocalOptions()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._models: dict[Pair, ModelFolder] = {}
        self._looked = 0.0
        self._count = 0
        # Bytes of each loaded model, and the seconds of the last call.
        self.memory: dict[str, int] = {}
        self.seconds = 0.0

    def offers(self, source: str, target: str) -> bool:
        return bool(self.route(source, target))

    def translate(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> list[str]:
        route = [model.name for model in self.route(source, target)]
        if not route:
            raise RefusedByEngine(f"there is no model for {source} to {target}")
        deadline = Deadline(timeout)
        # One process, one text at a time: whoever waits for it too long is better served by the next engine.
        if not self._lock.acquire(timeout=timeout):
            raise TransientError("the local models are busy")
        try:
            return texts_of(self._ask(route, list(texts), deadline), len(texts))
        finally:
            self._lock.release()

    def check(self, timeout: float) -> None:
        for source, target in self.installed():
            self.translate(["Hello"], source=source, target=target, context=[NO_CONTEXT], timeout=timeout)
            return

    def installed(self) -> dict[Pair, ModelFolder]:
        """Return the model that is used for each direction that has one here."""
        now = time.monotonic()
        if not self._looked or now - self._looked > _LOOK_SECONDS:
            self._models = best_models(self._folder)
            self._looked = now
        return self._models

    def stop(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._end()

    def route(self, source: str, target: str) -> list[ModelFolder]:
        """Return the models to go through.

        One, two with English between, or none where the pair is not offered.
        """
        models = self.installed()
        if source == target or not models:
            return []
        if direct := models.get((source, target)):
            return [direct]
        first, second = models.get((source, PIVOT)), models.get((PIVOT, target))
        return [first, second] if first and second else []

    def _ask(self, route: list[str], texts: list[str], deadline: Deadline) -> object:
        process = self._running()
        self._count += 1
        request = {"id": self._count, "route": route, "texts": texts}
        try:
            if process.stdin is None or process.stdout is None:
                raise TransientError("the process has no pipes")
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(_line(process.stdout.fileno(), deadline))
        except (OSError, ValueError, TransientError) as error:
            # Dead, or still at work on something nobody waits for: either way not to be asked again.
            self._end()
            raise TransientError(f"the local models did not answer: {error}") from error
        if answer.get("id") != self._count:
            self._end()
            raise TransientError("the local models answered something else")
        if "panic" in answer:
            self._end()
            raise TransientError(answer["panic"])
        if "error" in answer:
            # A broken model or a text it cannot take: the engine's other pairs are well.
            raise RefusedByEngine(answer["error"])
        self.memory, self.seconds = answer["memory"], answer["seconds"]
        return answer.get("texts")

    def _running(self) -> "subprocess.Popen[bytes]":
        # After a fork the parent's process is not ours to speak to.
        if self._process is None or self._process.poll() is not None or self._owner != os.getpid():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "translation.engines.local_process", *self._arguments()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_BASE,
                env={**_processor_options(), **os.environ},
                # Ctrl-C in a terminal reaches the worker; this process ends when the worker closes its input.
                start_new_session=True,
            )
            self._owner = os.getpid()
        return self._process

    def _arguments(self) -> list[str]:
        return [str(self._folder), self._translator, json.dumps(asdict(self._options))]

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _processor_options() -> dict[str, str]:
    """Return what makes CTranslate2 count right on every x86 processor.

    By itself it multiplies with oneDNN where the processor is not Intel's; without VNNI, sums of that overflow, and
    translations lose their ends. Its builds for other processors refuse the option.
    """
    return {"CT2_USE_MKL": "1"} if sys.platform == "linux" and platform.machine() == "x86_64" else {}


def _line(descriptor: int, deadline: Deadline) -> bytes:
    """One line of the process's output.

    Raises TransientError when it does not come in time, OSError at the output's end.
    """
    line = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(deadline.left or 0.001):
                raise TransientError("no answer in time")
            chunk = os.read(descriptor, 65536)
            if not chunk:
                raise OSError("the process ended")
            line += chunk
    return bytes(line)
