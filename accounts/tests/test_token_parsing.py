"""The two parts of a bearer token."""

import pytest

from accounts.identity.authentication import parse_token
from accounts.identity.secrets import digest, matches, new_secret


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("1|secret", (1, "secret")),
        ("1|se|cret", (1, "se|cret")),
        ("999999999999999999|s", (999999999999999999, "s")),
        ("007|s", (7, "s")),
    ],
)
def test_a_token_is_a_number_and_a_secret(raw: str, parts: tuple[int, str]) -> None:
    assert parse_token(raw) == parts


@pytest.mark.parametrize(
    "raw",
    [
        "", "|", "1", "1|", "|secret", "x|secret", "-1|s", "1.0|s", " 1|s", "1 |s", "１|s", "²|s",
        "9999999999999999999|s", "0x1|s", "grst_abc",
    ],
)  # fmt: skip
def test_anything_else_is_none(raw: str) -> None:
    assert parse_token(raw) is None


def test_a_secret_matches_its_own_hash_alone() -> None:
    secret, other = new_secret("grst_"), new_secret("grst_")
    assert secret.startswith("grst_")
    assert secret != other
    assert len(secret) >= 48
    assert matches(secret, digest(secret))
    assert not matches(other, digest(secret))
    assert not matches(secret, secret)
    assert not matches("\ud800", digest(secret))  # what no encoding can hold
