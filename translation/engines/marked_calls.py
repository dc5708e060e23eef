"""Translate units with one engine, trying each style of marks.

The last attempt is made segment by segment.
"""

from collections.abc import Callable, Sequence

from translation.engines.base import EngineError
from translation.protection.protect import STYLES, MarkStyle, ProtectionError, Unit

# An answer that is an EngineError says that the engine cannot do this text.
Call = Callable[[list[str]], Sequence[object]]
# Return a stored translation as it is accepted. Raises ProtectionError for one that is not.
Accept = Callable[[Unit, str], str]
Errors = dict[str, ProtectionError | EngineError]


class NotATranslation(ProtectionError):
    """Raised for an answer that has its pieces and is no translation.

    ``fault`` is one of the judge's.

    It is not asked for in another way: the engine would say the same.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def translate_units(
    units: Sequence[Unit],
    call: Call,
    styles: Sequence[MarkStyle] = STYLES,
    *,
    done: dict[str, str] | None = None,
    accept: Accept = lambda unit, stored: stored,
) -> tuple[dict[str, str], Errors]:
    """Return stored translations by canonical form, and errors.

    The errors are those of units that every attempt got wrong, or that the engine cannot do. ``call`` makes one engine
    call; its exceptions are not caught, and ``done`` then has the units that were finished before. Equal units are
    sent once.
    """
    left = {unit.canonical: unit for unit in units}
    done = {} if done is None else done
    errors: Errors = {}
    for style in styles:
        # A unit without pieces is the same text in every style, so it is not sent again.
        asked = [unit for key, unit in left.items() if key not in errors or unit.pieces]
        if not asked:
            break
        answers = _answers(call, [unit.masked(style) for unit in asked])
        for unit, answer in zip(asked, answers, strict=True):
            if error := _read(unit, answer, style, done, accept):
                errors[unit.canonical] = error
            else:
                errors.pop(unit.canonical, None)
            if isinstance(error, EngineError | NotATranslation) or error is None:
                del left[unit.canonical]
    in_segments = [unit for unit in left.values() if unit.pieces]
    if in_segments:
        _by_segments(in_segments, call, done, errors, accept)
    return done, errors


def _read(
    unit: Unit, answer: object, style: MarkStyle, done: dict[str, str], accept: Accept
) -> ProtectionError | EngineError | None:
    """Put the translation that ``answer`` is into ``done``, or return why it is none."""
    if isinstance(answer, EngineError):
        return answer
    try:
        done[unit.canonical] = accept(unit, unit.read(answer, style))
    except ProtectionError as error:
        return error
    return None


def _by_segments(units: list[Unit], call: Call, done: dict[str, str], errors: Errors, accept: Accept) -> None:
    texts = list(dict.fromkeys(segment for unit in units for segment in unit.segments()))
    answers = dict(zip(texts, _answers(call, texts), strict=True))
    for unit in units:
        try:
            done[unit.canonical] = accept(unit, unit.join([answers[segment] for segment in unit.segments()]))
        except ProtectionError as error:
            errors[unit.canonical] = error
        else:
            errors.pop(unit.canonical, None)


def _answers(call: Call, texts: list[str]) -> list[object]:
    """Return one answer for each text.

    If the engine returned another number, all are discarded, because their order is unknown.
    """
    answers = list(call(texts))
    return answers if len(answers) == len(texts) else [None] * len(texts)
