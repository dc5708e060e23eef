"""Translate with DeepL, through its official client."""

import html
import logging
import threading
from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
import requests
from deepl import DeepLException, Translator
from deepl.http_client import HttpClient
from urllib3.exceptions import HTTPError

from translation.context.text_context import NO_CONTEXT, TextContext
from translation.context.tokens import tokens
from translation.engines.base import ContextUse, Deadline, NetworkEngine, TransientError
from translation.engines.chat_request import MOST
from translation.engines.http import MAX_ANSWER, raise_for
from translation.protection.marks import TAGS, WORDS, MarkStyle

# The client logs every call at INFO.
logging.getLogger("deepl").setLevel(logging.WARNING)


# Where a sentence can be more or less formal.
_WITH_FORMALITY = frozenset({"DE", "ES", "FR", "IT", "JA", "NL", "PL", "PT", "RU"})
# What a request has besides texts, in tokens.
_FIELDS = 40
_FORMALITIES = {"formal": "prefer_more", "casual": "prefer_less"}


class DeepL(NetworkEngine):
    name: ClassVar[str] = "deepl"
    batch = 50
    context_use = ContextUse.EACH_CALL
    # DeepL is made to keep XML tags.
    styles: Sequence[MarkStyle] = (TAGS, WORDS)

    def __init__(self, api_key: str, url: str = "") -> None:
        super().__init__()
        # The client joins paths to the base URL, whose own path would be lost without the slash.
        self._translator = Translator(api_key, server_url=f"{url}/" if url else None, send_platform_info=False)
        self._http = _OneTry(send_platform_info=False)
        self._translator._client = self._http

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> object:
        # One context and tone apply to all texts of a call.
        shared = context if len({(each.said, each.formality) for each in context}) == 1 else [NO_CONTEXT]
        self._http.deadline = Deadline(timeout)
        try:
            results = self._translator.translate_text(
                [_escaped(text) for text in texts],
                # DeepL accepts a variant such as EN-GB only for the target.
                source_lang=self.code(source).split("-")[0],
                target_lang=self.code(target),
                context=_context(texts, shared),
                formality=_formality(shared[0].formality, self.code(target)),
                preserve_formatting=True,
                tag_handling="xml",
            )
        except DeepLException as error:
            raise TransientError(str(error)) from error
        except (KeyError, TypeError, AttributeError) as error:  # The client's parser on a malformed response.
            raise TransientError(f"the response is malformed: {error!r}") from error
        return [result.text for result in results] if isinstance(results, list) else results


def _context(texts: Sequence[str], contexts: Sequence[TextContext]) -> str | None:
    """Return what all texts of a call have in common: terms, their message, and what was said before, in this order.

    In at most ``MOST`` times the tokens that the three messages before them have, but for the first line.
    """
    context = contexts[0]
    own = _FIELDS + sum(map(tokens, texts))
    room = MOST * (own + sum(tokens(said.text) for said in context.before[-3:])) - own
    terms = dict(term for each in contexts for term in each.terms)
    nearest = [*([context.parent] if context.parent is not None else []), *reversed(context.before)]
    lines: list[str] = []
    for line in (said.line for said in nearest):
        room -= tokens(line)
        if room < 0 and lines:
            break
        lines.append(line)
    parents = lines[: context.parent is not None]
    lines = [*parents, *reversed(lines[len(parents) :])]
    about = [", ".join(f"{mark} = {shown}" for mark, shown in terms.items()), context.message]
    return "\n".join([*filter(None, about), *lines]) or None


def _formality(formality: str, target: str) -> str | None:
    if target.split("-")[0] not in _WITH_FORMALITY:
        return None
    return _FORMALITIES.get(formality)


class _OneTry(HttpClient):  # type: ignore[misc]
    """The client's transport without retries.

    The time is better spent on the chain's next engine.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._local = threading.local()

    @property
    def deadline(self) -> Deadline:
        deadline: Deadline = self._local.deadline
        return deadline

    @deadline.setter
    def deadline(self, value: Deadline) -> None:
        self._local.deadline = value

    def request_with_backoff(
        self, method: str, url: str, data: dict[str, Any] | None, json: dict[str, Any] | None, headers: dict[str, str],
        stream: bool = False, **kwargs: Any,
    ) -> tuple[int, str]:  # fmt: skip
        request = self._prepare_request(method, url, data, json, headers, **kwargs)
        seconds = max(self.deadline.left, 0.001)
        content = bytearray()
        try:
            with self._session.send(
                request, stream=True, timeout=(min(seconds, 5.0), seconds), allow_redirects=False
            ) as response:
                # ``read1`` returns what has arrived, because waiting for a full chunk may exceed the deadline.
                while chunk := response.raw.read1(65536, decode_content=True):
                    content += chunk
                    if len(content) > MAX_ANSWER or not self.deadline.left:
                        raise TransientError("the response is too long or took too long")
        except (requests.RequestException, HTTPError) as error:
            raise TransientError(f"{type(error).__name__}: {error}") from error
        raise_for(response.status_code, bytes(content), response.headers)
        return response.status_code, _completed(bytes(content))


def _completed(content: bytes) -> str:
    """Add the fields that the client requires.

    Older and compatible services leave them out. Raises TransientError for a response without translations.
    """
    try:
        answer = orjson.loads(content)
        for translation in answer["translations"]:
            translation.setdefault("billed_characters", 0)
            translation.setdefault("detected_source_language", "")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise TransientError("the response has no translations") from error
    return orjson.dumps(answer).decode()


def _escaped(text: str) -> str:
    """Escape the text as XML, except its placeholders, which are tags.

    ``marks.read`` unescapes the response.
    """
    parts, end = [], 0
    for mark in TAGS.pattern.finditer(text):
        parts += [html.escape(text[end : mark.start()], quote=False), mark.group()]
        end = mark.end()
    return "".join((*parts, html.escape(text[end:], quote=False)))
