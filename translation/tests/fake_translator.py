"""A stand-in for the models themselves, inside the real process.

It says what it was made of and misbehaves on request.
"""

import os
import time


class Panic(BaseException):
    pass


class Translator:
    def __init__(self, model: bytes, src_vocab: bytes, trg_vocab: bytes, shortlist: bytes | None = None) -> None:
        self._model = model.decode()

    def translate_long(self, text: str) -> str:
        if "die" in text:
            os._exit(9)
        if "panic" in text:
            raise Panic("index out of bounds")
        if "error" in text:
            raise ValueError("no")
        if "sleep" in text:
            time.sleep(60)
        print("noise on standard output")  # noqa: T201
        return f"{self._model}({text})" if "pid" not in text else str(os.getpid())
