"""One JSON object a line, into a file and into the container's output."""

import json
import logging
from datetime import datetime, timezone
from typing import Any, Dict, List


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def logging_to(handlers: List[str]) -> Dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {
            # The output of process 1, so that a command started with `exec` is in the container's log too.
            "container": {"class": "logging.FileHandler", "filename": "/proc/1/fd/1", "formatter": "json"},
            # Opens the file again when something rotates it.
            "file": {
                "class": "logging.handlers.WatchedFileHandler",
                "filename": "/var/log/quiz/app.log",
                "delay": True,
                "formatter": "json",
            },
        },
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            # nginx keeps the access log.
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
        "root": {"handlers": handlers, "level": "INFO"},
    }
