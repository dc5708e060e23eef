"""Structured logs: JSON lines for machines, aligned lines for a console.

They never hold secrets.
"""

import json
import logging
from typing import Any

import orjson
import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def _json(line: Any, default: Any) -> str:
    """Return ``line`` as JSON; ``default`` converts values of other types."""
    try:
        return orjson.dumps(line, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a lone surrogate, which an error may quote; a number of more than 64 bits
        return json.dumps(line, default=default)


_JSON = structlog.processors.JSONRenderer(serializer=_json)


def _skip_unused_record_fields() -> None:
    """Leave source line, thread and process out of log records, because no line shows them.

    Finding them took as long as the rest of a line. Source: "Optimization" in Python's logging HOWTO.
    """
    logging._srcfile = None  # type: ignore[assignment]
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


# A process's file holds so much before it is renamed, and so many older ones are kept.
FILE_BYTES = 5_000_000
OLDER_FILES = 3


def logging_config(*, level: str, as_json: bool, file: str = "", console_level: str = "") -> dict[str, Any]:
    """Return the configuration of Python's logging, and configure structlog, which writes through it.

    With ``file``, lines go there too; the console gets those of ``console_level`` (by default ``level``) and above.
    """
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _skip_unused_record_fields()
    renderer = _JSON if as_json else structlog.dev.ConsoleRenderer(colors=False)
    handlers: dict[str, Any] = {
        "console": {"class": "logging.StreamHandler", "formatter": "lines", "level": console_level or level}
    }
    if file:
        handlers["file"] = {
            "class": "logging.handlers.RotatingFileHandler",
            "formatter": "lines",
            "filename": file,
            "maxBytes": FILE_BYTES,
            "backupCount": OLDER_FILES,
            "encoding": "utf-8",
            "delay": True,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "httpx": {"level": "WARNING"},
            # because its debug lines hold the headers of each handshake, cookies and tokens among them
            "uvicorn.error": {"level": "INFO" if level == "DEBUG" else level},
            "celery.app.trace": {"level": "WARNING"},
            "django_structlog.celery": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
