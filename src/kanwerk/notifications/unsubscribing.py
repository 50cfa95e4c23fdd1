"""Ending mails by a link in them, without signing in: signed, and good as long as there is the user.

List-Unsubscribe (RFC 2369) names the link, and a mail program may follow it by one POST (RFC 8058).
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from kanwerk.notifications.settings import KINDS, change_settings
from kanwerk.people.models import User

SIGNED = 16  # bytes
_PLAIN = 34


class Opened(NamedTuple):
    """Whose mails a link ends, and of which kinds."""

    space_id: str
    user_id: str
    kinds: list[str]


def token(secret: bytes, space_id: str, user_id: str, kinds: Iterable[str]) -> str:
    """Return the token of a link that ends mails of these kinds for somebody."""
    bits = sum(1 << KINDS.index(kind) for kind in set(kinds))
    plain = uuid.UUID(space_id).bytes + uuid.UUID(user_id).bytes + bits.to_bytes(2, "big")
    return base64.urlsafe_b64encode(plain + _sign(secret, plain)).decode().rstrip("=")


def opened(secret: bytes, text: str) -> Opened | None:
    """Return what a token stands for; None when it is not ours."""
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    plain, signed = whole[:_PLAIN], whole[_PLAIN:]
    if len(whole) != _PLAIN + SIGNED or not hmac.compare_digest(signed, _sign(secret, plain)):
        return None
    bits = int.from_bytes(plain[32:], "big")
    kinds = [kind for at, kind in enumerate(KINDS) if bits >> at & 1]
    return Opened(str(uuid.UUID(bytes=plain[:16])), str(uuid.UUID(bytes=plain[16:32])), kinds)


def end_mails(session: Session, whose: Opened, *, everything: bool = False) -> None:
    """Send somebody no more mails of these kinds, or none at all; who is gone gets none anyway."""
    if session.get(User, (whose.space_id, whose.user_id)) is None:
        return
    off = {"kinds": {kind: {"mail": False} for kind in whose.kinds}}
    members = {"mails": "none"} if everything else off
    change_settings(session, whose.space_id, whose.user_id, members)


def _sign(secret: bytes, plain: bytes) -> bytes:
    return hmac.new(secret, b"unsubscribe." + plain, hashlib.sha256).digest()[:SIGNED]
