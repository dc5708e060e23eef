"""Define the interface of engines and the errors that they raise.

``NetworkEngine`` has what engines on the network share.
"""

import re
import time
from collections.abc import Sequence
from enum import Enum
from typing import ClassVar, Protocol

from rosetta.languages import BY_CODE
from translation.context.text_context import NO_CONTEXT, TextContext
from translation.protection.marks import STYLES, MarkStyle


class EngineError(Exception):
    """Raised when an engine did not translate. ``code`` names the kind in metrics."""

    code = "error"


class TransientError(EngineError):
    """Raised for failures that a retry may overcome.

    Examples: a timeout, a server error, a malformed response.
    """

    code = "passing"


class PermanentError(EngineError):
    """Raised for failures that last until an operator acts.

    Examples: a wrong key, a plan that is used up.
    """

    code = "permanent"


class QuotaError(EngineError):
    """Raised when the engine limits our rate.

    ``retry_after`` is in seconds, None if the engine did not say.
    """

    code = "quota"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedByEngine(EngineError):
    """Raised when a working engine refuses these texts or this pair."""

    code = "refused"


class UnsupportedPair(RefusedByEngine):
    """Raised when the engine does not support the language pair."""

    code = "unsupported"


class ContextUse(Enum):
    """What an engine makes of the context of texts: nothing, that of each text, or one for all texts of a call."""

    NONE = 0
    EACH_TEXT = 1
    EACH_CALL = 2


class RatedText(str):
    """A translation of which the engine says itself how sure it is: ``sureness``, from 0 to 1."""

    sureness: float

    def __new__(cls, text: str, sureness: float) -> "RatedText":
        rated = super().__new__(cls, text)
        rated.sureness = sureness
        return rated


class Engine(Protocol):
    """The interface of a translation engine.

    Methods are called from several threads and never use the database.
    """

    name: ClassVar[str]
    # Whether texts stay on machines of the operator.
    local: bool
    # Whether characters sent to it count towards budgets.
    metered: bool
    # Price of one character in millionths of the operator's currency.
    micros_a_character: int
    # The largest number of texts in one call.
    batch: int
    # The placeholder styles to try, in order.
    styles: Sequence[MarkStyle]
    # The seconds that a call may always take, however fast calls usually are.
    patience: float
    context_use: ContextUse

    def offers(self, source: str, target: str) -> bool:
        """Return whether the engine probably translates the pair, without a network call."""
        ...

    def translate(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> list[str]:
        """Return one translation for each text, in order, within ``timeout`` seconds.

        ``context[i]`` is what else is known of text i. Raises EngineError.
        """
        ...

    def check(self, timeout: float) -> None:
        """Check that the engine works, within ``timeout`` seconds. Raises EngineError."""
        ...


# How long an engine is not asked again for a pair that it does not support.
UNSUPPORTED_SECONDS = 600.0
_UNSUPPORTED = re.compile(r"not supported|unsupported|(?:does not|doesn't) support", re.IGNORECASE)


class NetworkEngine:
    """Base class of engines that are reached over the network.

    Subclasses implement ``send``.
    """

    name: ClassVar[str]
    local = False
    metered = True
    batch = 32
    styles: Sequence[MarkStyle] = STYLES
    patience = 2.0
    context_use = ContextUse.NONE

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
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
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
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> object:
        """Make one call and return its texts; the caller checks the type and the number.

        Raises EngineError.
        """
        raise NotImplementedError

    def check(self, timeout: float) -> None:
        """Translate one word within ``timeout`` seconds. Raises EngineError.

        Every service does that only if key, plan and model are valid.
        """
        target = next(code for code in BY_CODE if code != "en")
        self.translate(["Hello"], source="en", target=target, context=[NO_CONTEXT], timeout=timeout)


def texts_of(answer: object, wanted: int) -> list[str]:
    """Return ``answer`` if it is a list of ``wanted`` texts.

    Raises TransientError otherwise.
    """
    if not isinstance(answer, list) or len(answer) != wanted or not all(isinstance(text, str) for text in answer):
        raise TransientError("the response does not have one text for each that was sent")
    return answer


class Deadline:
    """A moment by which several steps together must end.

    ``hurried``: a person waits and the time is short, so a timeout does not count as a failure of the engine.
    """

    def __init__(self, seconds: float, *, hurried: bool = False) -> None:
        self._at = time.monotonic() + seconds
        self.hurried = hurried

    @property
    def left(self) -> float:
        return max(0.0, self._at - time.monotonic())
