"""Google Cloud Translation, its basic edition (v2)."""

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from translation.engines.base import NetworkEngine, Passing, Permanent, Quota, Refused
from translation.engines.http import QUOTA_SECONDS, post_json


class Google(NetworkEngine):
    name: ClassVar[str] = "google"
    batch = 64

    def __init__(self, api_key: str, url: str) -> None:
        super().__init__()
        self._url = f"{url}/language/translate/v2?key={quote(api_key, safe='')}"

    def send(
        self, texts: Sequence[str], *, source: str, target: str, context: Sequence[tuple[str, ...]], timeout: float
    ) -> object:
        body = {"q": list(texts), "source": self.code(source), "target": self.code(target), "format": "text"}
        try:
            answer = post_json(self._url, body, timeout=timeout)
        except (Permanent, Refused) as error:
            # The status does not tell a wrong key from a spent minute or from a text it will not have: the reason does.
            told = str(error)
            if "ateLimitExceeded" in told or "RATE_LIMIT_EXCEEDED" in told:
                raise Quota(told, QUOTA_SECONDS) from error
            if "API_KEY_INVALID" in told or "API key not valid" in told:
                raise Permanent(told) from error
            raise
        try:
            return [one["translatedText"] for one in answer["data"]["translations"]]
        except (KeyError, TypeError) as error:
            raise Passing("the answer has no translations") from error
