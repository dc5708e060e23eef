"""Write Argos packages: a CTranslate2 model, a SentencePiece model and ``metadata.json`` in a zip.

``write_package`` packs a transformer's weights; it needs numpy, ctranslate2 and sentencepiece. ``python -m
translation.tests.argos_packages`` makes the small models of ``data/models`` anew: each knows the sentences of
``data/sentences.csv`` by heart. For that it needs torch, which nothing else does: ``pip install torch``.
"""

import csv
import io
import json
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parent / "data"
MODELS = DATA / "models"
DIRECTIONS = ("en-th", "th-en", "en-ja", "ja-en", "en-id", "id-en", "en-zh", "zh-en")
SPECIALS = 3  # <unk>, <s>, </s>


@dataclass(frozen=True)
class Shape:
    """The size of a transformer with the same number of layers on both sides."""

    layers: int
    width: int
    heads: int
    hidden: int


TINY = Shape(layers=1, width=48, heads=4, hidden=96)
# What the public packages have.
ARGOS = Shape(layers=6, width=512, heads=8, hidden=2048)

Weights = dict[str, Any]


def sentences() -> dict[str, list[str]]:
    """Return what the small models know, by language.

    The same line says the same everywhere.
    """
    with (DATA / "sentences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: [row[language] for row in rows] for language in rows[0]}


def write_package(
    path: Path, *, source: str, target: str, weights: Weights, shape: Shape, vocabulary: bytes, version: str = "1.0"
) -> None:
    """Write a package whose model has ``weights`` in int8 and the pieces of the SentencePiece model ``vocabulary``."""
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_proto=vocabulary)
    tokens = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    with tempfile.TemporaryDirectory() as folder:
        _spec(weights, shape, tokens).save(folder)
        root = f"translate-{source}_{target}-{version.replace('.', '_')}"
        metadata = {
            "package_version": version,
            "argos_version": "1.9.0",
            "from_code": source,
            "from_name": source,
            "to_code": target,
            "to_name": target,
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
            _add(package, f"{root}/metadata.json", json.dumps(metadata).encode())
            _add(package, f"{root}/sentencepiece.model", vocabulary)
            for file in sorted(Path(folder).iterdir()):
                _add(package, f"{root}/model/{file.name}", file.read_bytes())


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file with a fixed date, so that equal models make equal packages."""
    package.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED, 9)


def _spec(weights: Weights, shape: Shape, tokens: list[str]) -> Any:
    from ctranslate2.specs import TransformerSpec

    spec = TransformerSpec.from_config(shape.layers, shape.heads)
    for name, side in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        embeddings = side.embeddings[0] if isinstance(side.embeddings, list) else side.embeddings
        embeddings.weight = weights["embeddings"]
        _norm(side.layer_norm, weights, f"{name}.norm")
        for number, layer in enumerate(side.layer):
            at = f"{name}.{number}"
            _attention(layer.self_attention, weights, f"{at}.self", ("qkv", "out"))
            if name == "decoder":
                _attention(layer.attention, weights, f"{at}.cross", ("q", "kv", "out"))
            _norm(layer.ffn.layer_norm, weights, f"{at}.ffn.norm")
            _linear(layer.ffn.linear_0, weights, f"{at}.ffn.in")
            _linear(layer.ffn.linear_1, weights, f"{at}.ffn.out")
    spec.decoder.projection.weight = weights["embeddings"]
    spec.decoder.projection.bias = weights["projection.bias"]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization="int8")
    return spec


def _attention(spec: Any, weights: Weights, at: str, parts: tuple[str, ...]) -> None:
    _norm(spec.layer_norm, weights, f"{at}.norm")
    for linear, part in zip(spec.linear, parts, strict=True):
        _linear(linear, weights, f"{at}.{part}")


def _linear(spec: Any, weights: Weights, name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def sizes(shape: Shape, tokens: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight by its name."""
    width, hidden = shape.width, shape.hidden
    found: dict[str, tuple[int, ...]] = {"embeddings": (tokens, width), "projection.bias": (tokens,)}

    def norm(name: str) -> None:
        found[f"{name}.weight"] = found[f"{name}.bias"] = (width,)

    def linear(name: str, out: int, inner: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (out, inner), (out,)

    for side in ("encoder", "decoder"):
        norm(f"{side}.norm")
        for number in range(shape.layers):
            at = f"{side}.{number}"
            for name, outs in (("self", {"qkv": 3, "out": 1}), ("cross", {"q": 1, "kv": 2, "out": 1})):
                if name == "self" or side == "decoder":
                    norm(f"{at}.{name}.norm")
                    for part, times in outs.items():
                        linear(f"{at}.{name}.{part}", times * width, width)
            norm(f"{at}.ffn.norm")
            linear(f"{at}.ffn.in", hidden, width)
            linear(f"{at}.ffn.out", width, hidden)
    return found


def random_weights(shape: Shape, tokens: int, seed: int = 1) -> Weights:
    """Return weights that mean nothing: for measuring speed and memory."""
    random = np.random.default_rng(seed)
    return {
        name: (np.ones if name.endswith("norm.weight") else np.zeros)(size, np.float32)
        if len(size) == 1
        else random.normal(0, size[-1] ** -0.5, size).astype(np.float32)
        for name, size in sizes(shape, tokens).items()
    }


def train_vocabulary(texts: list[str], size: int) -> bytes:
    """Return a SentencePiece model of at most ``size`` pieces."""
    import sentencepiece

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=out, vocab_size=size, hard_vocab_limit=False, character_coverage=1.0,
        normalization_rule_name="identity", minloglevel=2,
    )  # fmt: skip
    return out.getvalue()


# --- training ---


def _forward(shape: Shape, weights: Weights, source: Any, target: Any) -> Any:
    """Return the logits of a transformer with normalisation before each part, as CTranslate2 computes it."""
    import torch
    from torch.nn import functional

    def positions(length: int) -> Any:
        half = shape.width // 2
        scales = torch.exp(torch.arange(half) * -(np.log(10000.0) / (half - 1)))
        angles = torch.arange(1, length + 1)[:, None] * scales[None, :]
        return torch.cat([angles.sin(), angles.cos()], 1)

    def embed(ids: Any) -> Any:
        return weights["embeddings"][ids] * shape.width**0.5 + positions(ids.shape[1])

    def norm(x: Any, name: str) -> Any:
        return functional.layer_norm(x, (shape.width,), weights[f"{name}.weight"], weights[f"{name}.bias"])

    def linear(x: Any, name: str) -> Any:
        return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def attend(q: Any, k: Any, v: Any, mask: Any) -> Any:
        split = lambda x: x.unflatten(-1, (shape.heads, -1)).transpose(1, 2)  # noqa: E731
        return functional.scaled_dot_product_attention(split(q), split(k), split(v), mask).transpose(1, 2).flatten(2)

    seen = (source > 0)[:, None, None, :]
    x = embed(source)
    for number in range(shape.layers):
        at = f"encoder.{number}"
        qkv = linear(norm(x, f"{at}.self.norm"), f"{at}.self.qkv").chunk(3, -1)
        x = x + linear(attend(*qkv, seen), f"{at}.self.out")
        x = x + linear(linear(norm(x, f"{at}.ffn.norm"), f"{at}.ffn.in").relu(), f"{at}.ffn.out")
    memory = norm(x, "encoder.norm")
    causal = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).tril()
    x = embed(target)
    for number in range(shape.layers):
        at = f"decoder.{number}"
        qkv = linear(norm(x, f"{at}.self.norm"), f"{at}.self.qkv").chunk(3, -1)
        x = x + linear(attend(*qkv, causal), f"{at}.self.out")
        q = linear(norm(x, f"{at}.cross.norm"), f"{at}.cross.q")
        x = x + linear(attend(q, *linear(memory, f"{at}.cross.kv").chunk(2, -1), seen), f"{at}.cross.out")
        x = x + linear(linear(norm(x, f"{at}.ffn.norm"), f"{at}.ffn.in").relu(), f"{at}.ffn.out")
    return norm(x, "decoder.norm") @ weights["embeddings"].T + weights["projection.bias"]


def train(pairs: list[tuple[str, str]], vocabulary: bytes, shape: Shape, *, seed: int, steps: int = 1000) -> Weights:
    """Return weights of a model that has learned ``pairs`` by heart."""
    import sentencepiece
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_proto=vocabulary)
    weights = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in random_weights(shape, pieces.get_piece_size(), seed).items()
    }
    start, end = pieces.bos_id(), pieces.eos_id()

    def padded(rows: list[list[int]], filler: int) -> Any:
        longest = max(map(len, rows))
        return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])

    source = padded([pieces.encode(one) for one, _ in pairs], 0)
    wanted = [pieces.encode(other) for _, other in pairs]
    target, truth = padded([[start, *row] for row in wanted], end), padded([[*row, end] for row in wanted], -1)
    optimiser = torch.optim.Adam(weights.values(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for _step in range(steps):
        # With noise, because the weights lose precision when they are quantised.
        noisy = {name: value + 0.01 * torch.randn_like(value) for name, value in weights.items()}
        logits = _forward(shape, noisy, source, target)
        loss = functional.cross_entropy(logits.flatten(0, 1), truth.flatten(), ignore_index=-1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return {name: value.detach().numpy().copy() for name, value in weights.items()}


def knows(package: Path, pairs: list[tuple[str, str]]) -> bool:
    """Return whether a package translates each first text of ``pairs`` to the second, with the engine's own settings."""
    from translation.engines.argos import ArgosTranslator, Options

    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
        translator = ArgosTranslator(next(Path(folder).iterdir()), Options(threads=1))
        return translator.translate([one for one, _ in pairs]) == [other for _, other in pairs]


def main(directions: list[str]) -> None:
    known = sentences()
    MODELS.mkdir(exist_ok=True)
    for direction in directions or DIRECTIONS:
        source, target = direction.split("-")
        pairs = list(zip(known[source], known[target], strict=True))
        vocabulary = train_vocabulary([text for pair in pairs for text in pair], 320)
        path = MODELS / f"{direction}.argosmodel"
        for seed in range(2, 10):
            weights = train(pairs, vocabulary, TINY, seed=seed)
            write_package(path, source=source, target=target, weights=weights, shape=TINY, vocabulary=vocabulary)
            if knows(path, pairs):
                break
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, {seed - 1} attempts\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
