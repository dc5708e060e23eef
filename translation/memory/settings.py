"""Under which keys a translation is remembered.

Most are right wherever the text is said. Others hold for one tone, or, where the text leans on what was said before, for that
alone. A person's correction is right everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from translation import engines
from translation.context.leaning import leans
from translation.memory.store import CORRECTION, Hit, key_of, texts_of
from translation.protection.protect import Parsed


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How and after what a text is said.

    ``formality``: as in ``TextContext``. ``said``: the context's hash, empty where nothing was said before, None where that
    is not known yet.
    """

    formality: str = ""
    said: str | None = None


# Where nothing was said before, and people speak as they like.
ALONE = Circumstances(said="")


def uses_context(source: str, target: str) -> bool:
    """Return whether an engine of the pair makes something of the context of texts."""
    return not engines.USING_CONTEXT.isdisjoint(engines.chain(source, target))


class Shelf:
    """The memory's keys of one language pair, for texts said in ``circumstances``."""

    __slots__ = ("_circumstances", "_source", "_target", "_uses_context")

    def __init__(self, source: str, target: str, circumstances: Circumstances = ALONE) -> None:
        self._source, self._target, self._circumstances = source, target, circumstances
        self._uses_context = uses_context(source, target)

    def setting(self, canonical: str) -> str | None:
        """Return for what alone a new translation holds.

        Empty where it is right everywhere, None where that cannot be said before the context is known.
        """
        if not self._uses_context:
            return ""
        formality, said = self._circumstances.formality, self._circumstances.said
        if leans(canonical, self._source):
            return None if said is None else " ".join(filter(None, (formality, said)))
        return formality

    def key(self, canonical: str, setting: str | None = "") -> str:
        return key_of(canonical, self._source, self._target, setting or "")

    def keys_of(self, parsed: Parsed) -> list[str]:
        """Return every key under which a translation of a text or of one of its lines may be found."""
        texts = texts_of(parsed)
        keys = [self.key(canonical) for canonical in texts]
        if self._uses_context:
            keys += [self.key(text, setting) for text in texts if (setting := self.setting(text))]
        return keys

    def find(self, canonical: str, hits: Mapping[str, Hit]) -> tuple[str, Hit] | None:
        """Return the translation that is right here, with its key, or None."""
        key = self.key(canonical)
        hit = hits.get(key)
        if self._uses_context and (hit is None or hit.origin != CORRECTION):
            setting = self.setting(canonical)
            if setting is None:
                return None
            key = self.key(canonical, setting)
            hit = hits.get(key)
        return (key, hit) if hit is not None else None
