"""Ids: UUIDv7 (RFC 9562) as lower-case strings, so that they sort by the time they were made."""

import re
import secrets

import uuid_utils

_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_MATCH = re.compile(_PATTERN[:-1] + r"\Z").match


def new_id() -> str:
    """Return a new UUIDv7 (RFC 9562), 36 characters; ids made in one process only ever grow."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether the text has the form of an id: only such a text may reach a uuid column."""
    return _MATCH(text) is not None


def new_secret(prefix: str = "") -> str:
    """Return a secret with 256 bits of randomness, URL-safe, behind a prefix that tells what it is."""
    return prefix + secrets.token_urlsafe(32)
