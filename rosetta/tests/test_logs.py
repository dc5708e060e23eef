"""Lines of the log, as machines read them."""

import json
import logging
from pathlib import Path

import pytest
import structlog

from rosetta.observability.logs import FILE_BYTES, OLDER_FILES, logging_config


@pytest.mark.parametrize("said", ["สวัสดี", 'a "quote"\nand a second line', "half a character \ud83d"])
def test_whatever_is_said_is_one_line_of_json(said: str) -> None:
    about = logging_config(level="INFO", as_json=True)["formatters"]["lines"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=about["processors"], foreign_pre_chain=about["foreign_pre_chain"]
    )
    line = formatter.format(logging.LogRecord("somebody", logging.INFO, "", 0, said, (), None))
    assert "\n" not in line
    told = json.loads(line)
    assert (told["event"], told["level"], told["logger"]) == (said, "info", "somebody")


def test_a_file_has_everything_is_bounded_and_the_console_has_less(tmp_path: Path) -> None:
    config = logging_config(level="INFO", as_json=False, file=str(tmp_path / "web.log"), console_level="WARNING")
    console, file = config["handlers"]["console"], config["handlers"]["file"]
    assert (console["level"], config["root"]) == ("WARNING", {"handlers": ["console", "file"], "level": "INFO"})
    assert (file["maxBytes"], file["backupCount"]) == (FILE_BYTES, OLDER_FILES)
    assert FILE_BYTES * (OLDER_FILES + 1) <= 20_000_000
    alone = logging_config(level="INFO", as_json=True)
    assert list(alone["handlers"]) == ["console"]
    assert alone["handlers"]["console"]["level"] == "INFO"
