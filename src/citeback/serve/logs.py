"""How the log of the server is written: as lines for people, or as JSON for programs.

Of an error its kind and its place in the code are told, not its message: that may hold
what somebody asked, or what a document says.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from typing import Any

JSON = "json"
# The id of the request that is being answered, "" outside of one.
REQUEST: ContextVar[str] = ContextVar("request", default="")
_TOLD = ("method", "path", "status", "milliseconds", "address", "account", "refused")


def set_up(kind: str) -> None:
    """Write the log on standard error. As JSON it has every request as well."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == JSON else Lines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    if kind == JSON:
        logging.getLogger("citeback").setLevel(logging.INFO)


class Lines(logging.Formatter):
    """Lines for people, with the id of the request where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and where an error happened below it."""
        key = REQUEST.get()
        place = f" [{key}]" if key else ""
        told = f"{record.levelname}: {record.getMessage()}{place}"
        return "\n".join((told, *_places(record)))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """What happened, when, where in the code, and in which request."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if REQUEST.get():
            line["request"] = REQUEST.get()
        for key in _TOLD:
            value = getattr(record, key, "")
            if value != "":
                line[key] = value
        places = _places(record)
        if places:
            line["error"] = places
        return json.dumps(line, ensure_ascii=False)


def _places(record: logging.LogRecord) -> list[str]:
    """The kinds of the errors that a record tells of, and where they happened."""
    error = record.exc_info[1] if record.exc_info else None
    lines: list[str] = []
    while error is not None:
        for frame in traceback.extract_tb(error.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        lines.append(f"  {type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or error.__context__
    return lines
