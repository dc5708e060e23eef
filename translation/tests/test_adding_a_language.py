"""A language is one row and one phrasebook column.

A copy of the project is given two, and nothing else.
"""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from rosetta.tests.processes import skip_on_a_second_backend

ROWS = """    Language("vi", "Vietnamese", "Tiếng Việt", engine_codes={"deepl": "VI"}),
    Language("ko", "Korean", "한국어", ((0xAC00, 0xD7A3), (0x1100, 0x11FF)), engine_codes={"deepl": "KO"}),
)

BY_CODE"""
COLUMNS = {
    "Thank you": {"vi": "Cảm ơn", "ko": "감사합니다"},
    "Hello": {"vi": "Xin chào", "ko": "안녕하세요"},
    "Thank you very much": {"vi": "Cảm ơn bạn", "ko": "정말 감사합니다"},
}


def test_adding_a_language_takes_one_row_and_one_column(tmp_path: Path) -> None:
    skip_on_a_second_backend()
    copy = tmp_path / "project"
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "var", "__pycache__", "node_modules", "images", ".*_cache", ".hypothesis"
    )
    shutil.copytree(settings.BASE_DIR, copy, ignore=left_out)
    table = copy / "rosetta" / "languages.py"
    table.write_text(table.read_text().replace(")\n\nBY_CODE", ROWS, 1))
    _add_columns(copy / "translation" / "data" / "phrasebook.csv")
    ours = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "PYTEST_ADDOPTS")
    embedded = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "pytest", "translation/tests/two_more_languages.py", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        cwd=copy,
        env=embedded | {"VAR_DIR": str(tmp_path / "var"), "DEEPL_API_KEY": "x"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stdout.startswith(".....")


def _add_columns(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row | COLUMNS.get(row["en"], {}) for row in csv.DictReader(lines)]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*dict.fromkeys([*rows[0], "vi", "ko"])])
        writer.writeheader()
        writer.writerows(rows)
