"""Logs as lines of JSON on standard error: who asked what, when, how it ended. No content, no tokens, no queries."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

__all__ = ["LOGGING", "JsonFormatter"]


class JsonFormatter(logging.Formatter):
    """One JSON object a line; ``extra={"fields": {…}}`` of a log call is added to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "dupdetect.server.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "loggers": {
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn.access": {"handlers": [], "propagate": False},
        "dupdetect": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""Configuration of a worker process (`logging.config.dictConfig`)."""
