"""Speed and memory of the local engine with a model of the size that Argos' packages have; its weights mean nothing.

``python bench/local_models.py`` measures on one core, prints a table and takes some minutes. Each translation of random
weights is as long as it may be, so the length is set to that of the sentence: what a real model writes.
"""

import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import ctranslate2
import numpy as np

from translation.engines.local_process import _resident
from translation.tests.argos_packages import ARGOS, random_weights, train_vocabulary, write_package

TOKENS = 32_000
# A chat line of nine words is some 12 pieces.
LENGTH = 12
SENTENCES = 64


def make(folder: Path) -> Path:
    """Write the model, with a vocabulary of random syllables, and return its folder."""
    random = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    texts = ["".join(random.choice(letters, 8)) for _ in range(60_000)]
    vocabulary = train_vocabulary([" ".join(texts[at : at + 8]) for at in range(0, len(texts), 8)], TOKENS)
    package = folder / "en-th.argosmodel"
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_proto=vocabulary).get_piece_size()
    write_package(
        package, source="en", target="th", weights=random_weights(ARGOS, pieces), shape=ARGOS, vocabulary=vocabulary
    )
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    print(f"| pieces of the vocabulary | {pieces:,} |")
    print(f"| package | {package.stat().st_size / 1e6:.0f} MB |")
    return next(path for path in folder.iterdir() if path.is_dir())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = make(Path(name))
        before = _resident()
        began = time.monotonic()
        translator = ctranslate2.Translator(str(root / "model"), device="cpu", compute_type="int8", intra_threads=1)
        print(f"| loading | {time.monotonic() - began:.2f} s |")
        import sentencepiece

        pieces = sentencepiece.SentencePieceProcessor(model_file=str(root / "sentencepiece.model"))
        random = np.random.default_rng(2)
        tokens = [
            [pieces.id_to_piece(int(n)) for n in random.integers(3, pieces.get_piece_size(), LENGTH)]
            for _ in range(SENTENCES)
        ]
        for beam in (1, 2, 4):
            for batch in (1, 4, 8, 16, 32):
                seconds = [_measure(translator, tokens, batch, beam) for _ in range(3)]
                best, middle = min(seconds), median(seconds)
                print(
                    f"| beam {beam}, {batch} together | {SENTENCES / middle:.1f}/s (best {SENTENCES / best:.1f}/s);"
                    f" {1000 * middle * batch / SENTENCES:.0f} ms a call |",
                    flush=True,
                )
        print(f"| memory of the pair after this | {(_resident() - before) / 1e6:.0f} MB |")


def _measure(translator: ctranslate2.Translator, tokens: list[list[str]], batch: int, beam: int) -> float:
    began = time.process_time()
    for start in range(0, len(tokens), batch):
        translator.translate_batch(
            tokens[start : start + batch], beam_size=beam, length_penalty=0.2, replace_unknowns=True,
            min_decoding_length=LENGTH, max_decoding_length=LENGTH,
        )  # fmt: skip
    return time.process_time() - began


if __name__ == "__main__":
    main()
