"""Mail: sent by SMTP where the operator set it up, else laid into the data folder, and the log says so."""

import asyncio
import email.policy
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

import structlog

from kanwerk.config import Settings
from kanwerk.core.ids import new_id

log = structlog.get_logger()
DOMAIN = "kanwerk.invalid"
# Header lines as long as RFC 5322 lets them be: folded at 78, a long address in one would be encoded.
_POLICY = email.policy.SMTP.clone(max_line_length=998)
_LONGEST_SUBJECT = 200
_REFUSED = 500  # and above: the mail server will never take it (RFC 5321, 4.2.1)


class NotSent(Exception):
    """A mail that could not be sent; ``final`` when its receiver is refused for good."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        """Say what the mail server said."""
        super().__init__(message)
        self.final = final


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one mail; a failure is logged and never fails what caused the mail."""
    try:
        deliver(settings, compose(settings, to, subject, text))
    except NotSent as error:
        log.error("mail", error=str(error))  # noqa: TRY400  # one line is enough


def compose(
    settings: Settings,
    to: str,
    subject: str,
    text: str,
    *,
    html: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Return a mail; what stands in its headers is one line each, whatever it was."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = settings.mail_from or "Kanwerk <kanwerk@localhost>"
    message["To"] = to
    subject = _line(subject)
    message["Subject"] = (
        subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…"
    )
    message["Date"] = formatdate()
    given = dict(headers or {})
    message["Message-ID"] = given.pop("Message-ID", None) or make_msgid(domain=DOMAIN)
    for name, value in given.items():
        message[name] = _line(value)
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def deliver(settings: Settings, message: EmailMessage) -> None:
    """Send a mail, not from the loop; ``NotSent`` when that fails."""
    try:
        if settings.smtp_url:
            asyncio.run(_send(settings.smtp_url, message))
        else:
            _lay_down(settings, message)
    except Exception as error:
        raise NotSent(f"{type(error).__name__}: {error}", final=_final(error)) from error


def _final(error: Exception) -> bool:
    import aiosmtplib

    return isinstance(error, aiosmtplib.SMTPRecipientsRefused) and all(
        each.code >= _REFUSED for each in error.recipients
    )


def _lay_down(settings: Settings, message: EmailMessage) -> None:
    folder = settings.data / "mail"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{new_id()}.eml"
    whole = path.with_suffix(".part")  # who watches the folder never finds half a mail
    whole.write_bytes(message.as_bytes(policy=_POLICY.clone(utf8=True)))
    whole.rename(path)
    log.info("mail", note="no KANWERK_SMTP_URL is set: the mail lies in the data folder", path=str(path))


async def _send(url: str, message: EmailMessage) -> None:
    import aiosmtplib

    parts = urlsplit(url)
    sender, to = parseaddr(message["From"])[1], str(message["To"])
    utf8 = not (sender + to).isascii()
    client = aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=15,
    )
    line = None
    try:
        async with client:
            line = client.transport
            await client.sendmail(
                sender,
                [to],
                message.as_bytes(policy=_POLICY.clone(utf8=utf8)),
                mail_options=["SMTPUTF8"] if utf8 else None,
            )
    finally:
        if isinstance(line, asyncio.Transport):
            line.abort()  # taken leave of: who then is slow to hang up is not waited for
