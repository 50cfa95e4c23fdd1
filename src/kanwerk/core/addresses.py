"""Where people see a record: the address of its page, for those nouns that have one."""

from collections.abc import Callable

# What a package has pages for: a path below the space's, from the record's id and its key.
PAGE_OF: dict[str, Callable[[str, str | None], str]] = {}


def address_of(space_slug: str, kind: str, record_id: str, key: str | None = None) -> str | None:
    """Return the path of a record's page; None where there is no page for its kind."""
    path = PAGE_OF.get(kind)
    return None if path is None else f"/{space_slug}{path(record_id, key)}"
