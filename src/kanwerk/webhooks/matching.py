"""Which webhooks an event is for."""

from collections.abc import Callable
from functools import lru_cache

from kanwerk.webhooks.shapes import EVERYTHING


@lru_cache(1024)
def matcher(types: tuple[str, ...]) -> Callable[[str], bool]:
    """Return what tells whether a type of event is among a webhook's types."""
    named = frozenset(types)
    if EVERYTHING in named:
        return lambda _: True
    return lambda kind: kind in named or f"{kind.partition('.')[0]}.*" in named
