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

from translation.engines.base import Deadline, NetworkEngine, TransientError
from translation.engines.http import MAX_ANSWER, raise_for
from translation.protection.marks import TAGS, WORDS, MarkStyle

# The client logs every call at INFO.
logging.getLogger("deepl").setLevel(logging.WARNING)


class DeepL(NetworkEngine):
    name: ClassVar[str] = "deepl"
    batch = 50
    # DeepL is made to keep XML tags.
    styles: Sequence[MarkStyle] = (TAGS, WORDS)

    def __init__(self, api_key: str, url: str = "") -> None:
        super().__init__()
        # The client joins paths to the base URL, whose own path would be lost without the slash.
        self._translator = Translator(api_key, server_url=f"{url}/" if url else None, send_platform_info=False)
        self._http = _OneTry(send_platform_info=False)
        self._translator._client = self._http

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> object:
        contexts = {messages for messages in context if messages}
        self._http.deadline = Deadline(timeout)
        try:
            results = self._translator.translate_text(
                [_escaped(text) for text in texts],
                # DeepL accepts a variant such as EN-GB only for the target.
                source_lang=self.code(source).split("-")[0],
                target_lang=self.code(target),
                # One context applies to all texts of a call, so it is sent only with a single text.
                context="\n".join(contexts.pop()) if len(contexts) == 1 and len(texts) == 1 else None,
                preserve_formatting=True,
                tag_handling="xml",
            )
        except DeepLException as error:
            raise TransientError(str(error)) from error
        except (KeyError, TypeError, AttributeError) as error:  # The client's parser on a malformed response.
            raise TransientError(f"the response is malformed: {error!r}") from error
        return [result.text for result in results] if isinstance(results, list) else results


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
