"""Translate with Google Cloud Translation.

Basic (v2) uses an API key, Advanced (v3) a service account.
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from rosetta.google_auth import NoAccess, ServiceAccount
from translation.context.text_context import TextContext
from translation.engines.base import (
    Deadline,
    NetworkEngine,
    PermanentError,
    QuotaError,
    RefusedByEngine,
    TransientError,
)
from translation.engines.http import QUOTA_SECONDS, client, post_json

SCOPE = "https://www.googleapis.com/auth/cloud-translation"


class Google(NetworkEngine):
    name: ClassVar[str] = "google"
    batch = 64

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[TextContext], timeout: float
    ) -> object:
        try:
            translations = self.ask(list(texts), self.code(source), self.code(target), timeout)
            return [translation["translatedText"] for translation in translations]
        except (KeyError, TypeError) as error:
            raise TransientError("the response has no translations") from error
        except (PermanentError, RefusedByEngine) as error:
            # A wrong key, an exceeded rate and a refused text have the same status, so the reason in the body decides.
            detail = str(error)
            if "ateLimitExceeded" in detail or "RATE_LIMIT_EXCEEDED" in detail:
                raise QuotaError(detail, QUOTA_SECONDS) from error
            if "API_KEY_INVALID" in detail or "API key not valid" in detail:
                raise PermanentError(detail) from error
            raise

    def ask(self, texts: list[str], source: str, target: str, timeout: float) -> Any:
        """Make one call and return ``translations`` of its response, unchecked.

        Raises EngineError.
        """
        raise NotImplementedError


class GoogleBasic(Google):
    def __init__(self, api_key: str, url: str) -> None:
        super().__init__()
        self._url = f"{url}/language/translate/v2?key={quote(api_key, safe='')}"

    def ask(self, texts: list[str], source: str, target: str, timeout: float) -> Any:
        body = {"q": texts, "source": source, "target": target, "format": "text"}
        return post_json(self._url, body, timeout=timeout)["data"]["translations"]


class GoogleAdvanced(Google):
    def __init__(self, credentials_file: str, url: str) -> None:
        super().__init__()
        self._account = ServiceAccount(credentials_file, SCOPE)
        self._url = f"{url}/v3/projects/{self._account.project_id}/locations/global:translateText"

    def ask(self, texts: list[str], source: str, target: str, timeout: float) -> Any:
        body = {
            "contents": texts,
            "sourceLanguageCode": source,
            "targetLanguageCode": target,
            "mimeType": "text/plain",
        }
        deadline = Deadline(timeout)
        headers = {"Authorization": f"Bearer {self._token(deadline)}"}
        try:
            return post_json(self._url, body, headers=headers, timeout=max(deadline.left, 0.001))["translations"]
        except PermanentError:
            # The token may have been revoked; without it, the next check of this engine gets a new one.
            self._account.forget()
            raise

    def _token(self, deadline: Deadline) -> str:
        try:
            return self._account.token(client(), timeout=max(deadline.left, 0.001))
        except NoAccess as error:
            raise PermanentError(str(error)) from error
        except httpx.HTTPError as error:
            raise TransientError(f"{type(error).__name__}: {error}") from error
