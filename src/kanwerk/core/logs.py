"""Logs: JSON lines for machines, short lines on a terminal."""

import os
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog

from kanwerk.core import clock

_encode = msgspec.json.Encoder().encode


def set_up(form: str = "") -> None:
    """Choose the form: ``json``, ``text``, or by whether standard error is a terminal. Logs go to standard
    error.
    """
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if _is_text(form)
        else structlog.processors.JSONRenderer(serializer=lambda event, **_: _encode(event).decode())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


class AccessLog:
    """One line for each request; as JSON it is written by hand, since a tenth of a short request goes into
    it.
    """

    def __init__(self, form: str = "") -> None:
        """Choose the form as ``set_up`` does."""
        self.text = _is_text(form)
        self._log = structlog.get_logger()

    def write(self, line: dict[str, Any]) -> None:
        """Write a request's line."""
        if self.text:
            self._log.info("request", **line)
            return
        line |= {"event": "request", "level": "info", "timestamp": clock.wire(datetime.now(UTC))}
        os.write(2, _encode(line) + b"\n")


def _is_text(form: str) -> bool:
    return form == "text" or (not form and sys.stderr.isatty())
