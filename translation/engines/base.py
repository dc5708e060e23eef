"""What an engine is, and the ways in which one fails."""

import re
import time
from collections.abc import Sequence
from typing import ClassVar, Protocol

from rosetta.languages import BY_CODE
from translation.protection.marks import STYLES, MarkStyle


class EngineError(Exception):
    """An engine did not translate. ``code`` names the kind in metrics."""

    code = "error"


class TransientError(EngineError):
    """It may well work in a moment: a timeout, an error of its server, garbage."""

    code = "passing"


class PermanentError(EngineError):
    """It cannot work until somebody does something: a wrong key, a spent plan."""

    code = "permanent"


class QuotaError(EngineError):
    """It asks for a rest of ``retry_after`` seconds."""

    code = "quota"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedByEngine(EngineError):
    """It is well, but does not translate these texts or this pair."""

    code = "refused"


class UnsupportedPair(RefusedByEngine):
    """It does not translate this pair at all."""

    code = "unsupported"


class Engine(Protocol):
    """A translator of texts. Its methods are called from several threads at once and never touch the database."""

    name: ClassVar[str]
    # Whether texts stay on machines of the operator.
    local: bool
    # Whether what it takes counts towards budgets.
    metered: bool
    # Millionths of the operator's currency for one character sent.
    micros_a_character: int
    # At most so many texts in one call.
    batch: int
    # In the order in which they are tried.
    styles: Sequence[MarkStyle]

    def offers(self, source: str, target: str) -> bool:
        """Whether the pair is worth asking for. Answers at once, without the network."""
        ...

    def translate(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> list[str]:
        """One translation a text, in order, within ``timeout`` seconds. ``context[i]`` is what was said before text i.

        Raises EngineError.
        """
        ...

    def check(self, timeout: float) -> None:
        """Return when the engine works. Raises EngineError."""
        ...


# How long an engine that would not have a pair is not asked for it again.
UNSUPPORTED_SECONDS = 600.0
_UNSUPPORTED = re.compile(r"not supported|unsupported|(?:does not|doesn't) support", re.IGNORECASE)


class NetworkEngine:
    """What engines behind a network address share. Subclasses give ``send``."""

    name: ClassVar[str]
    local = False
    metered = True
    batch = 32
    styles: Sequence[MarkStyle] = STYLES

    def __init__(self) -> None:
        self.micros_a_character = 0
        self._unsupported: dict[tuple[str, str], float] = {}

    def offers(self, source: str, target: str) -> bool:
        if source not in BY_CODE or target not in BY_CODE or source == target:
            return False
        return self._unsupported.get((source, target), 0.0) < time.monotonic()

    def code(self, language: str) -> str:
        return BY_CODE[language].code_for(self.name)

    def translate(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> list[str]:
        try:
            answer = self.send(texts, source=source, target=target, context=context, timeout=timeout)
        except RefusedByEngine as error:
            if not _UNSUPPORTED.search(str(error)):
                raise
            self._unsupported[source, target] = time.monotonic() + UNSUPPORTED_SECONDS
            raise UnsupportedPair(str(error)) from error
        return texts_of(answer, len(texts))

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> object:
        """One call. The answer may be anything; it is checked."""
        raise NotImplementedError

    def check(self, timeout: float) -> None:
        """A word is the one question that every service answers only when key, plan and model are in order."""
        target = next(code for code in BY_CODE if code != "en")
        self.translate(["Hello"], source="en", target=target, context=[()], timeout=timeout)


def texts_of(answer: object, wanted: int) -> list[str]:
    """``answer`` as a list of ``wanted`` texts. Raises TransientError."""
    if not isinstance(answer, list) or len(answer) != wanted or not all(isinstance(text, str) for text in answer):
        raise TransientError("the answer is not one text for each that was sent")
    return answer


class Deadline:
    """A moment that several steps share. ``hurried``: somebody waits, so that it is no engine's fault to be late."""

    def __init__(self, seconds: float, *, hurried: bool = False) -> None:
        self._at = time.monotonic() + seconds
        self.hurried = hurried

    @property
    def left(self) -> float:
        return max(0.0, self._at - time.monotonic())
