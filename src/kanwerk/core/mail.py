"""Mail: sent by SMTP where the operator set it up, else laid into the data folder, and the log says so."""

import asyncio
import email.policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import structlog

from kanwerk.config import Settings
from kanwerk.core.ids import new_id

log = structlog.get_logger()


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one mail; a failure is logged and never fails what caused the mail."""
    message = EmailMessage(policy=email.policy.SMTPUTF8)
    message["From"] = settings.mail_from or "Kanwerk <kanwerk@localhost>"
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="kanwerk.invalid")
    message.set_content(text)
    try:
        if settings.smtp_url:
            asyncio.run(_send(settings.smtp_url, message))
        else:
            folder = settings.data / "mail"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{new_id()}.eml"
            whole = path.with_suffix(".part")  # who watches the folder never finds half a mail
            whole.write_bytes(message.as_bytes())
            whole.rename(path)
            log.info(
                "mail", note="no KANWERK_SMTP_URL is set: the mail lies in the data folder", path=str(path)
            )
    except Exception as error:  # noqa: BLE001 (whatever goes wrong with a mail server)
        log.error("mail", error=f"{type(error).__name__}: {error}")  # noqa: TRY400  # one line is enough


async def _send(url: str, message: EmailMessage) -> None:
    import aiosmtplib

    parts = urlsplit(url)
    await aiosmtplib.send(
        message,
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=15,
    )
