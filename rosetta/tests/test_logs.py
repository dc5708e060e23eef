"""Lines of the log, as machines read them."""

import json
import logging

import pytest
import structlog

from rosetta.observability.logs import logging_config


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
