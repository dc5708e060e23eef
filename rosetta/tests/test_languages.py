"""Language tags of clients, and which supported language they mean."""

import pytest

from rosetta.languages import BY_CODE, CODES, match, wished


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *((code, code) for code in CODES),
        ("EN", "en"),
        ("en-GB", "en"),
        ("th_TH", "th"),
        (" ja ", "ja"),
        ("zh", "zh-CN"),
        ("ZH-cn", "zh-CN"),
        ("zh_Hans_CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("id-ID", "id"),
    ],
)
def test_a_tag_means_the_supported_language_of_its_primary_part(tag: str, code: str) -> None:
    assert match(tag) == code


@pytest.mark.parametrize("tag", ["", "*", "fr", "e", "enx", "ind", "-", "zz-CN"])
def test_a_tag_of_another_language_means_none(tag: str) -> None:
    assert match(tag) is None


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("th", "th"),
        ("fr, ja;q=0.8, en;q=0.5", "ja"),
        ("en;q=0.3, id;q=0.9", "id"),
        ("th;q=0, en", "en"),
        ("zh-Hant-TW", "zh-CN"),
        ("fr", ""),
        ("*", ""),
        ("", ""),
        ("th;q=0", ""),
        ("th;q=zero", ""),
    ],
)
def test_a_header_wishes_the_supported_language_with_the_greatest_weight(header: str, code: str) -> None:
    assert wished(header) == code


def test_codes_of_engines_and_catalogues_differ_only_where_they_are_listed() -> None:
    chinese = BY_CODE["zh-CN"]
    assert (chinese.code_for("deepl"), chinese.code_for("local"), chinese.code_for("google")) == (
        "ZH-HANS",
        "zh",
        "zh-CN",
    )
    assert (chinese.catalogue, BY_CODE["th"].catalogue) == ("zh-hans", "th")
