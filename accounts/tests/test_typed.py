"""What people type, in one form."""

import unicodedata

import pytest

from accounts.identity.typed import canonical_code, canonical_password


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("123\u2013456", "123456"),
        ("\uff11\uff12\uff13\u3000\uff14\uff15\uff16", "123456"),
        ("๑๒๓๔๕๖", "123456"),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "123456"),
        ("\u200e123456\u200f", "123456"),
        ("①23456", "①23456"),  # no digit that anybody types
        ("12345a", "12345a"),
        ("", ""),
    ],
)
def test_a_code_is_its_digits(typed: str, code: str) -> None:
    assert canonical_code(typed) == code


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed = unicodedata.normalize("NFC", " pässwörd ")
    assert canonical_password(composed) == composed
    assert canonical_password(unicodedata.normalize("NFD", composed)) == composed
    assert canonical_password("\uff50\uff41ss") == "pass"
    assert canonical_password("Pass") != canonical_password("pass")
