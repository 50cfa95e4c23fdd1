"""Logs: JSON lines for machines, short lines on a terminal."""

import sys
from typing import Any

import msgspec
import structlog

_encode = msgspec.json.Encoder().encode


def set_up(form: str = "") -> None:
    """Choose the form: ``json``, ``text``, or by whether standard error is a terminal. Logs go to standard error."""
    text = form == "text" or (not form and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if text
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
