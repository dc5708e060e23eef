"""The index of models: which packages there are, and where.

Argos' own form, in which a mirror may say more.

An entry is ``{"from_code", "to_code", "package_version", "links"}``; a mirror's also has ``sha256``, ``size`` in bytes and, for
a Firefox model, ``"type": "firefox"``. Links may be relative to the index.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from rosetta.languages import BY_CODE
from translation.engines.model_files import Kind, Pair, spellings, version_key
from translation.local_models.download import FetchError, read_small

_SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_INDEX_BYTES = 8 * 1024 * 1024
# So many links of one entry are tried.
_LINKS = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A package that the index names.

    ``sha256`` and ``size`` are empty where it does not say.
    """

    source: str
    target: str
    kind: Kind
    version: str
    links: tuple[str, ...]
    sha256: str = ""
    size: int = 0

    @property
    def pair(self) -> Pair:
        return self.source, self.target


def read_index(url: str) -> dict[Pair, Offer]:
    """Return the best package for each pair of our languages. Raises FetchError."""
    try:
        content = json.loads(read_small(url, MAX_INDEX_BYTES))
    except (ValueError, RecursionError) as error:
        raise FetchError("bad_index", f"{url} is no index: {error}") from error
    if not isinstance(content, list):
        raise FetchError("bad_index", f"{url} is no list of packages")
    best: dict[Pair, Offer] = {}
    for offer in _offers(content, url):
        if offer.pair not in best or _rank(offer) > _rank(best[offer.pair]):
            best[offer.pair] = offer
    return best


def _rank(offer: Offer) -> tuple[int, tuple[int, ...]]:
    return -list(Kind).index(offer.kind), version_key(offer.version)


def _offers(entries: list[Any], url: str) -> Iterator[Offer]:
    names = {spelling: code for code in BY_CODE for spelling in spellings(code)}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        source, target = (names.get(str(entry.get(name))) for name in ("from_code", "to_code"))
        kind = {"firefox": Kind.FIREFOX, "translate": Kind.ARGOS}.get(str(entry.get("type") or "translate"))
        links = _links(entry.get("links"), url)
        if not source or not target or source == target or not kind or not links:
            continue
        sha256 = str(entry.get("sha256") or "").lower()
        size = entry.get("size")
        yield Offer(
            source, target, kind, str(entry.get("package_version") or "0")[:32], links,
            sha256 if _SHA256.fullmatch(sha256) else "", size if isinstance(size, int) and size > 0 else 0,
        )  # fmt: skip


def _links(links: Any, url: str) -> tuple[str, ...]:
    """Return the addresses that can be fetched.

    Others, such as ``ipfs://…``, are left out.
    """
    texts = [urljoin(url, link) for link in links if isinstance(link, str)] if isinstance(links, list) else []
    return tuple(link for link in texts if urlsplit(link).scheme in ("http", "https") and len(link) <= 500)[:_LINKS]
