"""Google Cloud Translation: its basic edition (v2) with an API key, its advanced one (v3) with a service account."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from rosetta.google_auth import NoAccess, ServiceAccount
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
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> object:
        try:
            translations = self.ask(list(texts), self.code(source), self.code(target), timeout)
            return [one["translatedText"] for one in translations]
        except (KeyError, TypeError) as error:
            raise TransientError("the answer has no translations") from error
        except (PermanentError, RefusedByEngine) as error:
            # The status does not tell a wrong key from a spent minute or from a text it will not have: the reason does.
            told = str(error)
            if "ateLimitExceeded" in told or "RATE_LIMIT_EXCEEDED" in told:
                raise QuotaError(told, QUOTA_SECONDS) from error
            if "API_KEY_INVALID" in told or "API key not valid" in told:
                raise PermanentError(told) from error
            raise

    def ask(self, texts: list[str], source: str, target: str, timeout: float) -> Any:
        """The answer's ``translations``, in whatever shape it came."""
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
            # A token may be withdrawn before its end: the check that may bring the engine back signs in anew.
            self._account.forget()
            raise

    def _token(self, deadline: Deadline) -> str:
        try:
            return self._account.token(client(), timeout=max(deadline.left, 0.001))
        except NoAccess as error:
            raise PermanentError(str(error)) from error
        except httpx.HTTPError as error:
            raise TransientError(f"{type(error).__name__}: {error}") from error
