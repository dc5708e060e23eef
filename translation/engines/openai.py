"""Translate with a chat model behind an OpenAI-compatible API."""

import math
import re
from collections.abc import Sequence
from typing import Any, ClassVar

import orjson

from translation.context.text_context import TextContext
from translation.engines import chat_request
from translation.engines.base import ContextUse, Deadline, NetworkEngine, RatedText, RefusedByEngine, TransientError
from translation.engines.http import post_json
from translation.protection.marks import BRACKETS, TAGS, WORDS, MarkStyle

# Ways to ask for JSON, the strictest first. A server that refuses one is asked in the next way from then on.
_SCHEMA = {
    "type": "object",
    "properties": {
        "translations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
                "required": ["id", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["translations"],
    "additionalProperties": False,
}
_JSON_SCHEMA = {
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "translations", "strict": True, "schema": _SCHEMA},
    }
}
_OPTIONS: tuple[dict[str, Any], ...] = (
    # How probable each token is, from which follows how sure the model is of a line.
    {"temperature": 0, "logprobs": True, **_JSON_SCHEMA},
    {"temperature": 0, **_JSON_SCHEMA},
    {"temperature": 0, "response_format": {"type": "json_object"}},
    {"temperature": 0},
    {},
)
_OPTION_NAMES = ("logprobs", "response_format", "json_schema", "json_object", "temperature")

_FENCE = re.compile(r"^\s*```(?:json)?\s*|\s*```\s*$")
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


class OpenAI(NetworkEngine):
    name: ClassVar[str] = "openai"
    batch = 20
    styles: Sequence[MarkStyle] = (TAGS, BRACKETS, WORDS)
    # It writes word by word, and some servers load the model first.
    patience = 5.0
    context_use = ContextUse.EACH_TEXT

    def __init__(self, url: str, api_key: str, model: str) -> None:
        super().__init__()
        self._url = f"{url}/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._model = model
        self._options = 0

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> object:
        deadline = Deadline(timeout)
        request = self._request(texts, source, target, context)
        while True:
            options = self._options
            try:
                answer = post_json(
                    self._url, request | _OPTIONS[options], headers=self._headers, timeout=max(deadline.left, 0.001)
                )
            except RefusedByEngine as error:
                if options + 1 == len(_OPTIONS) or not any(name in str(error) for name in _OPTION_NAMES):
                    raise
                self._options = max(self._options, options + 1)
            else:
                return _translations(answer, len(texts))

    def _request(
        self, texts: Sequence[str], source: str, target: str, context: Sequence[TextContext]
    ) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": [
                {"role": "system", "content": chat_request.SYSTEM},
                {"role": "user", "content": chat_request.task(texts, context, source, target)},
            ],
        }


def _translations(answer: Any, wanted: int) -> list[str]:
    """Return the translated texts in the order of their ids.

    Raises TransientError unless every id occurs once.
    """
    try:
        choice = answer["choices"][0]
        content = choice["message"]["content"]
        result = orjson.loads(_FENCE.sub("", _THOUGHT.sub("", content)))
    except (KeyError, IndexError, TypeError, orjson.JSONDecodeError) as error:
        raise TransientError("the model did not answer in JSON") from error
    if choice.get("finish_reason") == "length":
        raise TransientError("the model's answer was cut off")
    entries = result.get("translations") if isinstance(result, dict) else result
    if not isinstance(entries, list):
        raise TransientError("the model's answer has no translations")
    if all(isinstance(entry, str) for entry in entries) and len(entries) == wanted:
        return entries
    by_id = {entry.get("id"): entry.get("text") for entry in entries if isinstance(entry, dict)}
    texts = [by_id.get(number) for number in range(wanted)]
    if len(entries) != wanted or not all(isinstance(text, str) for text in texts):
        raise TransientError("the model left lines out or added some")
    return _rated([str(text) for text in texts], choice)


def _rated(texts: list[str], choice: dict[str, Any]) -> list[str]:
    """Return the texts with how sure the model is of each, where its answer says how probable its tokens are."""
    try:
        spans = [(str(token["token"]), float(token["logprob"])) for token in choice["logprobs"]["content"]]
    except (KeyError, TypeError, ValueError):
        return texts
    said = "".join(token for token, _ in spans)
    position, rated = 0, []
    for text in texts:
        # Within a JSON text; a model that escapes letters in it is not rated.
        start = said.find(orjson.dumps(text).decode()[1:-1], position)
        if start < 0 or not text:
            rated.append(text)
            continue
        position = start + len(text)
        rated.append(RatedText(text, _probability(spans, start, position)))
    return rated


def _probability(spans: list[tuple[str, float]], start: int, end: int) -> float:
    """Return the geometric mean of the probabilities of the tokens between two places."""
    at, found = 0, []
    for token, logprob in spans:
        if start < at + len(token) and at < end:
            found.append(max(logprob, -20.0))
        at += len(token)
    return math.exp(sum(found) / len(found)) if found else 1.0
