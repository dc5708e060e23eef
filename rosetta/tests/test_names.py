"""The rule for names of people, workspaces, channels and rooms."""

import pytest

from rosetta.names import clean_name


@pytest.mark.parametrize(
    "invisible",
    [
        "", " ", "\u00a0", "\u3000", "\t\n",
        "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u061c", "\u180e",
        "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u17b4",
        "\ufe0f", "\U000e0100", "\U000e0041", "\u0301", "\u202e", "\u2066\u2069", "\u2028", "\0", "\ud800", "\ue000",
        " \u200b\u3164\n\u202e ",
    ],
)  # fmt: skip
def test_a_name_that_nobody_sees_is_none(invisible: str) -> None:
    assert clean_name(invisible) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\u202eadmin", "admin"),
        ("\u202dadmin\u202c", "admin"),
        ("\u2067admin\u2069", "admin"),
        ("\u200fadmin", "admin"),
        ("ad\u200emin", "admin"),
        ("admin\u061c", "admin"),
    ],
)
def test_a_name_turns_no_text_around(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "Bob\nSmith", "Bob\r\nSmith", "Bob \u2028 Smith", "Bob\u2029Smith",
        "Bob\x85Smith", "Bob\vSmith", "Bob\t\tSmith", "\nBob\fSmith\n",
    ],
)  # fmt: skip
def test_a_name_has_one_line(text: str) -> None:
    assert clean_name(text) == "Bob Smith"


@pytest.mark.parametrize(
    "text",
    [
        "admin\u200b", "ad\u200dmin", "admin\u200d", "\u200cadmin", "admin\u3164",
        "adm\uffa0in", "ad\u00admin", "\u2060admin", "admin\u2800",
    ],
)  # fmt: skip
def test_names_differ_by_what_people_see(text: str) -> None:
    assert clean_name(text) == "admin"


@pytest.mark.parametrize(
    "name",
    [
        "Mei", "เมย์", "สมชาย ใจดี", "王小明", "葛\U000e0100城", "김철수", "محمد علی", "می\u200cخواهم", "प्रिया", "क्\u200dष",
        "👩\u200d💻 Mei", "❤️\u200d🔥", "O'Brien–Smith", "José", "Jose\u0301", "🙂", "#1", "東京　太郎", "-", "7",
    ],
)  # fmt: skip
def test_names_of_every_script_stay_as_they_are(name: str) -> None:
    assert clean_name(name) == name


def test_cleaning_is_idempotent() -> None:
    for text in ("\u200d \u200d a \u200d", "a\u200b\u200db", " \n\u200d👩\u200d\u200b💻\u200d ", "a\u3164\u200d"):
        assert clean_name(clean_name(text)) == clean_name(text)
