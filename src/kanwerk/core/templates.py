"""Templates: Jinja with filters for dates and numbers, texts in people's languages, addresses of assets."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from jinja2.nodes import EvalContext
from jinja2_fragments import render_block
from markupsafe import Markup, escape

from kanwerk.core import choices, formats, languages, markdown

PACKAGE = Path(__file__).parent.parent
STATIC = PACKAGE / "static"


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        cache_size=400,
    )
    found.globals |= {
        "asset": asset,
        "_": gettext,
        "ngettext": ngettext,
        "N_": languages.N_,
    }
    found.filters |= formats.FILTERS | {"plain": markdown.plain, "country": _country, "language": _language}
    found.tests["match"] = lambda text, pattern: re.match(pattern, text) is not None
    return found


def _country(code: str) -> str:
    return choices.country_name(code, languages.current().locale) or code


def _language(tag: str) -> str:
    return dict(choices.locales(languages.current().locale)).get(tag, tag)


@cache
def _manifest() -> dict[str, str]:
    path = STATIC / "manifest.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def asset(name: str) -> str:
    """Return the address of a built file, which holds the hash of its content."""
    return f"/static/{_manifest().get(name, name)}"


@jinja2.pass_eval_context
def gettext(context: EvalContext, message: str, /, **values: Any) -> str:
    """Return a template's text in the page's language: its own markup stays, its values are escaped.

    A ``Phrase``, which may hold what somebody typed, is escaped as a whole.
    """
    found = languages.gettext(message)
    if isinstance(message, languages.Phrase):
        return escape(found) if context.autoescape else found
    return (Markup(found) if context.autoescape else found) % values  # noqa: S704  # from the catalogues


@jinja2.pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, count: int, /, **values: Any) -> str:
    """Return the form of a template's text that fits a count, which it may name as ``%(num)s``."""
    found = languages.ngettext(one, many, count)
    values = {"num": formats.number(count), **values}
    return (Markup(found) if context.autoescape else found) % values  # noqa: S704  # from the catalogues


def render(template: str, context: dict[str, Any], block: str | None = None) -> str:
    """Render a template, or one of its blocks."""
    if block is not None:
        return render_block(_environment(), template, block, context)
    return _environment().get_template(template).render(context)
