"""The mails that let people in."""

from kanwerk.config import Settings
from kanwerk.core import mail
from kanwerk.core.writes import Write
from kanwerk.people.identities import RESET_HOURS
from kanwerk.people.models import User
from kanwerk.people.users import INVITED_DAYS

LOCAL = "http://127.0.0.1:8100"


def link(settings: Settings, path: str) -> str:
    """Return a full address for a mail."""
    return f"{settings.public_url or LOCAL}{path}"


def mail_invitation(db: Write, user: User, secret: str, settings: Settings) -> None:
    """Mail an invitation once the transaction has been committed."""
    inviter, space = db.me.name, db.me.space_name
    to, address = user.email, link(settings, f"/invite/{secret}")
    text = (
        f"Hello {user.first_name},\n\n{inviter} invites you to {space} on Kanwerk.\n\n"
        f"Come in: {address}\n\nThe link works for {INVITED_DAYS} days.\n"
    )
    db.afterwards.append(lambda: mail.send(settings, to, f"{inviter} invites you to {space}", text))


def mail_reset(settings: Settings, to: str, secret: str) -> None:
    """Mail the link that sets a new password."""
    text = (
        "Hello,\n\nsomebody asked to set a new password for this address on Kanwerk.\n\n"
        f"Set it here: {link(settings, f'/reset/{secret}')}\n\n"
        f"The link works once, for {RESET_HOURS} hour{'s' if RESET_HOURS > 1 else ''}. "
        "If it was not you, do nothing: your password stays.\n"
    )
    mail.send(settings, to, "Set a new password", text)
