"""Descriptions and comments as people read them: Markdown with mentions and tasks that can be opened."""

import re
from functools import lru_cache

from markupsafe import Markup

from kanwerk.core.markdown import render

_MENTION = re.compile(r'<a href="user:[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_TASK = re.compile(r'<a href="(/[a-z0-9-]+/tasks/([A-Z0-9]{2,10}-[1-9][0-9]{0,8}))"')


@lru_cache(2048)
def prose(text: str) -> Markup:
    """Return a text as HTML that is safe to show; kept, since a page shows many that seldom change."""
    html = _MENTION.sub(r'<span class="mention">\1</span>', render(text))
    return Markup(_TASK.sub(r'<a data-task="\2" href="\1"', html))  # noqa: S704  # cut down to known tags
