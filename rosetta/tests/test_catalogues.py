"""The catalogues are complete, and the check that says so bites."""

from pathlib import Path

import polib
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from rosetta.devtools import catalogues


def test_a_missing_a_stale_and_a_spoilt_translation_are_told(settings: LazySettings, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    catalogues.update()
    path = tmp_path / "ja" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    catalogue.find("Choose a number from %(low)d to %(high)d.").msgstr = "%(low)d から"
    catalogue.remove(catalogue.find("Choose true or false."))
    catalogue.save()
    told = [fault for fault in catalogues.faults() if fault.startswith("ja: ")]
    assert "ja: other placeholders: 'Choose a number from %(low)d to %(high)d.'" in told
    assert "ja: not in the catalogue: 'Choose true or false.'" in told
    assert "ja: not translated: 'Enter a whole number.'" in told
    assert "ja: django.mo is not what django.po compiles to" in told
    with pytest.raises(CommandError):
        call_command("check_catalogues")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-CN", "密码太短，至少需要 8 个字符。"), ("th", "รหัสผ่านสั้นเกินไป ต้องมีอย่างน้อย 8 อักขระ")],
)
def test_refusals_come_in_the_callers_language_under_an_english_message(language: str, sentence: str) -> None:
    body = {"name": "x", "email": "a@b.example", "password": "short", "password_confirmation": "short"}
    answer = APIClient().post("/api/v1/auth/app/register", body, headers={"Accept-Language": language})
    assert answer.json() == {"message": "The given data was invalid.", "errors": {"password": [sentence]}}
