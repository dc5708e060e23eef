"""An Argos package as a translator: CTranslate2 and SentencePiece.

Imported only in the process of local models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import ctranslate2
import sentencepiece

from translation.engines import sentences
from translation.engines.model_files import argos_fault, argos_metadata

# What Argos' own translator uses.
_LENGTH_PENALTY = 0.2
# A translation may have so many more pieces than its sentence: without a limit a confused model writes on to 256.
_MORE_PIECES = 3
_FREE_PIECES = 20
_BLANK = "▁"


@dataclass(frozen=True, slots=True)
class Options:
    """How translators use the processor.

    ``threads``: 0 for as many as there are cores, at most four.
    """

    threads: int = 0
    beam: int = 2
    batch: int = 16


class ArgosTranslator:
    """Translate texts of any length from one language to one other.

    Raises ValueError for a folder that is no package.
    """

    def __init__(self, folder: Path, options: Options) -> None:
        if fault := argos_fault(folder):
            raise ValueError(f"{folder.name}: {fault}")
        metadata = argos_metadata(folder)
        self._source, self._target = metadata.get("from_code", ""), metadata.get("to_code", "")
        self._prefix = metadata.get("target_prefix", "")
        self._options = options
        self._pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model"))
        # Quantised when loaded, should the package's weights not be: half of the memory, and faster on any processor.
        self._translator = ctranslate2.Translator(
            str(folder / "model"), device="cpu", compute_type="int8", inter_threads=1, intra_threads=options.threads
        )

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Return a translation of each text, whose blanks and line breaks between sentences stay."""
        split_texts = [sentences.split(text, self._source) for text in texts]
        # The same sentence is translated once. Long ones stand together, so that batches have little padding.
        unique = sorted({sentence for parts in split_texts for sentence in parts[1::2]}, key=len, reverse=True)
        translated: dict[str, str] = {}
        rest = iter(unique)
        while batch := list(islice(rest, self._options.batch)):
            translated |= zip(batch, self._translate_sentences(batch), strict=True)
        for parts in split_texts:
            parts[1::2] = [translated[sentence] for sentence in parts[1::2]]
        return [sentences.join(parts, self._target) for parts in split_texts]

    def _translate_sentences(self, batch: Sequence[str]) -> list[str]:
        tokens = self._pieces.encode(list(batch), out_type=str)
        longest = max(map(len, tokens))
        results = self._translator.translate_batch(
            tokens,
            target_prefix=[[self._prefix]] * len(tokens) if self._prefix else None,
            beam_size=self._options.beam,
            length_penalty=_LENGTH_PENALTY,
            max_decoding_length=_FREE_PIECES + _MORE_PIECES * longest,
            # Characters that the vocabulary lacks are copied from the sentence.
            replace_unknowns=True,
        )
        return [self._text(result.hypotheses[0]) for result in results]

    def _text(self, pieces: Sequence[str]) -> str:
        # Not SentencePiece's own decoding, which would drop pieces that were copied.
        text = "".join(pieces)
        return text.removeprefix(self._prefix).replace(_BLANK, " ").strip()
