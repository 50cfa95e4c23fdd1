"""Templates: Jinja with a few filters, and the addresses of built assets."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from jinja2_fragments import render_block
from markupsafe import Markup

from kanwerk.core import clock

PACKAGE = Path(__file__).parent.parent
STATIC = PACKAGE / "static"
_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60))


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        cache_size=400,
    )
    found.globals["asset"] = asset
    found.filters |= {"moment": moment, "ago": ago, "number": number}
    return found


@cache
def _manifest() -> dict[str, str]:
    path = STATIC / "manifest.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def asset(name: str) -> str:
    """Return the address of a built file, which holds the hash of its content."""
    return f"/static/{_manifest().get(name, name)}"


def render(template: str, context: dict[str, Any], block: str | None = None) -> str:
    """Render a template, or one of its blocks."""
    if block is not None:
        return render_block(_environment(), template, block, context)
    return _environment().get_template(template).render(context)


def _parsed(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def moment(value: str | datetime | None) -> Markup:
    """Show a moment as day and time, in UTC until the browser puts it into the person's own zone."""
    if value is None:
        return Markup("")
    at = _parsed(value)
    return Markup('<time datetime="{}">{}</time>').format(clock.wire(at), at.strftime("%-d %b %Y, %H:%M"))


def ago(value: str | datetime | None) -> Markup:
    """Show how long ago a moment was, or how soon it will be."""
    if value is None:
        return Markup("")
    at = _parsed(value)
    seconds = (clock.now() - at).total_seconds()
    full = at.strftime("%-d %b %Y, %H:%M UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(clock.wire(at), full, _distance(seconds))


def _distance(seconds: float) -> str:
    for unit, length in _UNITS:
        count = int(abs(seconds) // length)
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds >= 0 else f"in {words}"
    return "just now" if seconds >= 0 else "in a moment"


def number(value: float) -> str:
    """Show a number with a thin space between thousands."""
    return f"{value:,}".replace(",", "\u2009")
