"""Call an engine so that a text that it cannot do harms no other.

A failed call of several texts is made again in halves until the text at fault stands alone. A phrase that every engine can
do tells whether the engine is at fault or a text.
"""

import time
from collections.abc import Callable, Sequence

from translation.engines.base import (
    Deadline,
    Engine,
    EngineError,
    PermanentError,
    QuotaError,
    RefusedByEngine,
    UnsupportedPair,
)
from translation.engines.history import History
from translation.memory import phrase_table

# How long texts at fault are looked for once others were translated, because those wait meanwhile.
SEARCH_SECONDS = 4.0
# Times an engine's patience: for a call to an engine of unknown speed, and for one in the search of a text that hangs.
_UNKNOWN, _SEARCH = 2.0, 0.4
# A call that ended after this share of its time was too slow.
_NEARLY = 0.9

# An engine whose phrase takes this share of what a text was allowed is slow itself; the text gets so many times as long.
_SLOWER, _LONGER = 0.2, 6.0

# Make one call within some seconds. Raises EngineError.
Call = Callable[[Sequence[str], float], list[str]]


class NotAsked(EngineError):
    """Stands for a text that was left for later, because others wait."""

    code = "deadline"


class EngineFailed(Exception):
    """Raised when the engine itself fails, whatever the text. ``error`` says how."""

    def __init__(self, error: EngineError) -> None:
        super().__init__(str(error))
        self.error = error


class CarefulCaller:
    """Make the calls of one engine and language pair for some texts. Not thread-safe."""

    def __init__(self, engine: Engine, source: str, call: Call, history: History, deadline: Deadline) -> None:
        self._engine = engine
        self._call = call
        self._history = history
        self._deadline = deadline
        self._harmless = harmless_phrase(source)
        self.works = False
        # The seconds that the last call was allowed, and whether it took them.
        self._allowed = 0.0
        self._was_slow = False
        self._search: Deadline | None = None
        # What ended the search for a text at fault, if that was the engine's own fault.
        self.error: EngineError | None = None

    def answers(self, texts: Sequence[str]) -> list[object]:
        """Return one answer for each text, or the EngineError of a text at fault.

        Raises EngineFailed.
        """
        try:
            return list(self._made(texts, self._seconds_for(texts)))
        except (PermanentError, QuotaError, UnsupportedPair) as error:
            raise EngineFailed(error) from error
        except NotAsked as error:
            return [error] * len(texts)
        except RefusedByEngine as error:
            self.works = True
            return self._in_halves(texts, error)
        except EngineError as error:
            return self._after_failure(texts, error)

    def check(self) -> None:
        """Have the engine translate a harmless phrase, unless it works already.

        Raises EngineFailed.
        """
        if self.works:
            return
        try:
            self._made([self._harmless], _UNKNOWN * self._engine.patience)
        except RefusedByEngine:
            self.works = True  # It answers.
        except EngineError as error:
            raise EngineFailed(error) from error

    def alone(self, text: str, seconds: float) -> object:
        """Return the answer to a text that failed before, or its EngineError, within ``seconds``."""
        try:
            return self._made([text], seconds)[0]
        except EngineError as error:
            return error

    def _made(self, texts: Sequence[str], seconds: float) -> list[str]:
        if not self._deadline.left:
            raise NotAsked("the time for this engine is up")
        self._allowed = seconds = min(seconds, self._deadline.left)
        started = time.monotonic()
        try:
            answers = self._call(texts, seconds)
        except EngineError:
            self._was_slow = time.monotonic() - started >= _NEARLY * seconds
            raise
        self._history.took(self._engine.name, time.monotonic() - started, sum(map(len, texts)))
        self.works = True
        return answers

    def _seconds_for(self, texts: Sequence[str]) -> float:
        if self._deadline.hurried:
            return self._deadline.left
        known = self._history.patience(self._engine, sum(map(len, texts)))
        if known is not None:
            return known
        return _UNKNOWN * self._engine.patience if len(texts) > 1 else self._deadline.left

    def _after_failure(self, texts: Sequence[str], error: EngineError) -> list[object]:
        """Find out whether the engine is at fault or a text, and return the answers to the others."""
        was_slow, allowed = self._was_slow, self._allowed
        if self._deadline.hurried or not self._deadline.left:
            raise EngineFailed(error) from error
        began = time.monotonic()
        try:
            self.check()
        except EngineFailed:
            if not was_slow or not self._deadline.left:
                raise EngineFailed(error) from error
            # Perhaps it loads a model: it gets all the time that there is.
            return self._once_more(texts)
        phrase_seconds = time.monotonic() - began
        if was_slow and phrase_seconds > _SLOWER * allowed:
            # The engine has become slower than it was: no text is at fault for that.
            try:
                return list(self._made(texts, _LONGER * phrase_seconds))
            except EngineError as again:
                error = again
        return self._in_halves(texts, error)

    def _once_more(self, texts: Sequence[str]) -> list[object]:
        try:
            return list(self._made(texts, self._deadline.left))
        except EngineError as error:
            raise EngineFailed(error) from error

    def _in_halves(self, texts: Sequence[str], error: EngineError) -> list[object]:
        if len(texts) == 1:
            return [error]
        self._search = self._search or Deadline(SEARCH_SECONDS)
        answers: list[object] = []
        middle = (len(texts) + 1) // 2
        for half in (texts[:middle], texts[middle:]):
            answers += self._half(half)
        return answers

    def _half(self, texts: Sequence[str]) -> list[object]:
        if self._search is not None and not self._search.left:
            return [NotAsked("other texts wait")] * len(texts)
        try:
            return list(self._made(texts, self._search_seconds(texts)))
        except NotAsked as error:
            return [error] * len(texts)
        except (PermanentError, QuotaError, UnsupportedPair) as error:
            self.error, self._search = error, Deadline(0)
            return [error] * len(texts)
        except EngineError as error:
            return self._in_halves(texts, error)

    def _search_seconds(self, texts: Sequence[str]) -> float:
        known = self._history.patience(self._engine, sum(map(len, texts)))
        usual = self._engine.patience
        return _SEARCH * usual if known is None or known <= usual else known


def harmless_phrase(language: str) -> str:
    """Return a phrase of ``language`` that every engine can translate.

    The phrasebook's first.
    """
    return next((row[language] for row in phrase_table.rows() if language in row), "OK")
