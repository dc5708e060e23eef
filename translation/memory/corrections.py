"""Store people's translations in the memory.

They take precedence over every other translation.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from rosetta.errors import Invalid
from translation.glossary import scope_cache
from translation.memory.store import CORRECTION, MAX_UNITS, entry, store_corrections
from translation.protection.protect import Parsed, ProtectionError, Unit, parse


class ProtectedPiecesDiffer(Invalid):
    """Raised when a correction lacks a protected piece of the original, or adds one.

    ``detail`` names the piece.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            {"text": [_("The translation must keep the mentions, links, code and emoji of the original.")]}
        )
        self.detail = detail


@transaction.atomic
def remember_correction(*, scope_id: str, source: str, target: str, source_text: str, text: str) -> None:
    """Store a person's translation of a text.

    Each line is stored too if the lines of both texts match one to one. Idempotent. Raises ProtectedPiecesDiffer.
    """
    scope = scope_cache.load([scope_id])[scope_id]
    parsed = parse(source_text, scope.terms(source, target))
    if not parsed.units or source == target:
        return
    try:
        stored_by_canonical = {parsed.canonical: parsed.store_whole(text)}
    except ProtectionError as error:
        raise ProtectedPiecesDiffer(str(error)) from error
    stored_by_canonical.update(corrected_lines(parsed, text))
    store_corrections(
        entry(scope_id, canonical, stored, source=source, target=target, engine=CORRECTION, version=scope.version)
        for canonical, stored in stored_by_canonical.items()
    )


def corrected_lines(parsed: Parsed, text: str) -> dict[str, str]:
    """Return the stored translation of each line by its canonical form.

    Empty unless both texts have the same layout.
    """
    corrected = parse(text)
    if len(parsed.layout) != len(corrected.layout) or len(parsed.units) > MAX_UNITS:
        return {}
    lines = {}
    for ours, theirs in zip(parsed.layout, corrected.layout, strict=True):
        if isinstance(ours, Unit) and isinstance(theirs, Unit):
            try:
                lines[ours.canonical] = Parsed((ours,)).store_whole(theirs.source)
            except ProtectionError:
                return {}
        elif ours != theirs:
            return {}
    return lines
