"""Markdown as HTML that is safe to show: CommonMark with tables and strikethrough."""

import re
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup

MENTION = re.compile(r"\(user:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)")
_TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img"),
    *("li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "user"}


def render(text: str) -> str:
    """Return Markdown as HTML: raw HTML in it is shown as text, scripts and strange addresses are gone.

    Two lines of defence: the parser escapes HTML, and what comes out is cut down to known tags (nh3).
    """
    import nh3  # only who shows texts needs it

    html: str = _parser().render(text)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        attribute_filter=_own_images,
        link_rel="noopener noreferrer nofollow ugc",
    )


def _own_images(tag: str, name: str, value: str) -> str | None:
    """Let images come from here only: one from elsewhere would tell its host who reads."""
    if tag == "img" and name == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    return value


@lru_cache(2048)
def plain(text: str) -> str:
    """Return the words of a Markdown text, in one line and without its signs."""
    return Markup(render(text)).striptags()  # noqa: S704  # cut down to known tags


def mentioned(text: str) -> list[str]:
    """Return the ids of those whom a text mentions, ``[@Mia](user:<id>)``, once each."""
    return list(dict.fromkeys(MENTION.findall(text)))


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return parser.enable(["table", "strikethrough"])
