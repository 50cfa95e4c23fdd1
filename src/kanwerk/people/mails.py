"""The mails that let people in."""

from kanwerk.config import Settings
from kanwerk.core import mail
from kanwerk.core.languages import N_, Phrase, gettext, written_in
from kanwerk.core.writes import Write
from kanwerk.people.identities import RESET_HOURS
from kanwerk.people.models import Space, User
from kanwerk.people.users import INVITED_DAYS

LOCAL = "http://127.0.0.1:8100"


def link(settings: Settings, path: str) -> str:
    """Return a full address for a mail."""
    return f"{settings.public_url or LOCAL}{path}"


def mail_invitation(db: Write, user: User, secret: str, settings: Settings) -> None:
    """Mail an invitation, in the language of who is invited, once the transaction has been committed."""
    space = db.session.get_one(Space, db.space_id)
    values = {
        "name": user.first_name,
        "inviter": db.me.name,
        "space": db.me.space_name,
        "link": link(settings, f"/invite/{secret}"),
    }
    with written_in(user.locale or space.locale, user.timezone or space.timezone):
        subject = gettext(Phrase("%(inviter)s invites you to %(space)s", **values))
        text = _text(
            Phrase("Hello %(name)s,", **values),
            Phrase("%(inviter)s invites you to %(space)s on Kanwerk.", **values),
            Phrase("Come in: %(link)s", **values),
            Phrase("The link works for %(num)s day.", "The link works for %(num)s days.", num=INVITED_DAYS),
        )
    to = user.email
    db.afterwards.append(lambda: mail.send(settings, to, subject, text))


def mail_reset(settings: Settings, to: str, secret: str, locale: str) -> None:
    """Mail the link that sets a new password."""
    address = link(settings, f"/reset/{secret}")
    with written_in(locale):
        subject = gettext(N_("Set a new password"))
        text = _text(
            Phrase("Hello,"),
            Phrase("somebody asked to set a new password for this address on Kanwerk."),
            Phrase("Set it here: %(link)s", link=address),
            Phrase(
                "The link works once, for %(num)s hour. If it was not you, do nothing: your password stays.",
                "The link works once, for %(num)s hours. If it was not you, do nothing: your password stays.",
                num=RESET_HOURS,
            ),
        )
    mail.send(settings, to, subject, text)


def _text(*paragraphs: Phrase) -> str:
    return "\n\n".join(gettext(each) for each in paragraphs) + "\n"
