"""Links to contents that need no sign-in: signed, and good for ten minutes at least."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from kanwerk.core import clock

SECONDS = 600
WHOLE, SMALL = "f", "t"


def link(key: bytes, space_id: str, file_id: str, variant: str) -> str:
    """Return the address of a file's content or thumbnail. It stays the same for ten minutes, so that answers
    keep their ETag, and works for ten to twenty.
    """
    now = int(clock.now().timestamp())
    until = (now // SECONDS + 2) * SECONDS
    told = f"{space_id}.{file_id}.{variant}.{until}"
    packed = base64.urlsafe_b64encode(told.encode() + b"." + _sign(key, told)).decode().rstrip("=")
    return f"/files/{packed}"


def opened(key: bytes, packed: str) -> tuple[str, str, str] | None:
    """Return space, file and variant of a link; None when it is not ours or has run out."""
    try:
        whole = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        space_id, file_id, variant, until = whole[:-33].decode().split(".")
        told = f"{space_id}.{file_id}.{variant}.{until}"
        ends = datetime.fromtimestamp(int(until), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if whole[-33:-32] != b"." or not hmac.compare_digest(whole[-32:], _sign(key, told)):
        return None
    return (space_id, file_id, variant) if ends > clock.now() else None


def _sign(key: bytes, told: str) -> bytes:
    return hmac.new(key, told.encode(), hashlib.sha256).digest()
