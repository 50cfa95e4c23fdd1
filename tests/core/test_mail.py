"""Mail, as a real mail server on this machine receives it."""

import asyncio
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from structlog.testing import CapturingLogger

from kanwerk.config import Settings
from kanwerk.core import mail
from tests.cast import Troupe, made
from tests.house import House
from tests.serving import free_port

USER, PASSWORD = b"kanwerk@mail.example", b"p/ss:w\xc3\xb6rd @#%"
SIGNED_IN = "kanwerk%40mail.example:p%2Fss%3Aw%C3%B6rd%20%40%23%25@"
NIA = {"first_name": "Zoë", "last_name": "Größl", "email": "zoe@nordlicht.example"}


class Letterbox:
    """What the server does with letters: from those who signed in it keeps them, but for those to nobody."""

    def __init__(self, *, locked: bool) -> None:
        self.locked = locked
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Any, address: str, _: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 Nobody lives here"
        if self.locked and not session.authenticated:
            return "530 Sign in first"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        self.secure.append(session.ssl is not None)
        return "250 OK"

    def letter(self) -> EmailMessage:
        """Wait for the one letter: it leaves after the answer."""
        until = time.monotonic() + 10
        while not self.envelopes and time.monotonic() < until:
            time.sleep(0.01)
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


def allowed(_server: Any, _session: Any, _envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER, PASSWORD)
    return AuthResult(success=known, handled=False)


@contextmanager
def post_office(**options: Any) -> Iterator[tuple[Letterbox, str]]:
    """A mail server, and where it is."""
    box, port = Letterbox(locked="authenticator" in options), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, auth_require_tls=False, **options)
    controller.start()
    try:
        yield box, f"127.0.0.1:{port}"
    finally:
        controller.stop()


def house_with(settings: Settings, loop: asyncio.AbstractEventLoop, url: str) -> House:
    return House(
        msgspec.structs.replace(settings, smtp_url=url, mail_from="Nördlicht <post@nordlicht.example>"), loop
    )


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate that this process believes."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here to make a certificate with")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    made_ = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", "key.pem", "-out", "cert.pem")
    subprocess.run(["openssl", "req", *made_, *names], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


def test_an_invitation_reaches_the_mail_server_and_lets_somebody_in(
    settings: Settings, loop: asyncio.AbstractEventLoop, engine: Any
) -> None:
    office = post_office(authenticator=allowed)
    with office as (box, where), house_with(settings, loop, f"smtp://{SIGNED_IN}{where}") as house:
        agency = Troupe(house, engine.cast()["agency"])
        made(agency.admin.post("/users", NIA))
        letter = box.letter()
        assert box.envelopes[0].rcpt_tos == ["zoe@nordlicht.example"]
        assert (letter["From"], letter["To"]) == ("Nördlicht <post@nordlicht.example>", NIA["email"])
        assert letter["Subject"] == "Ada Lindqvist invites you to Nordlicht"
        assert {"Date", "Message-ID"} <= set(letter.keys())
        text = letter.get_content()
        assert text.startswith("Hello Zoë,")
        assert house.ask("GET", text[text.index("/invite/") :].split()[0]).status_code == 200
        assert not (settings.data / "mail").exists()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_goes_by_tls_where_the_server_has_it(
    tmp_path: Path, certificate: ssl.SSLContext, scheme: str
) -> None:
    tls = {"ssl_context": certificate} if scheme == "smtps" else {"tls_context": certificate}
    with post_office(authenticator=allowed, **tls) as (box, where):
        settings = Settings(data=tmp_path, smtp_url=f"{scheme}://{SIGNED_IN}{where}")
        mail.send(settings, "zoe@nordlicht.example", "Schöne Grüße", "Hällo\n")
        letter = box.letter()
        assert (letter["Subject"], letter.get_content().strip()) == ("Schöne Grüße", "Hällo")
        assert box.secure == [scheme == "smtp"]  # by STARTTLS; the other server speaks nothing but TLS


def test_mail_does_not_go_to_a_server_with_a_certificate_nobody_believes(
    tmp_path: Path, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with post_office(tls_context=certificate) as (box, where):
        settings = Settings(data=tmp_path, smtp_url=f"smtp://{where}")
        mail.send(settings, "zoe@nordlicht.example", "Hello", "Hello\n")
        assert box.envelopes == []


def test_a_mail_that_cannot_be_sent_fails_nothing_and_is_logged(
    settings: Settings, loop: asyncio.AbstractEventLoop, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(mail, "log", log)
    with post_office(authenticator=allowed) as (box, where):
        urls = (
            f"smtp://127.0.0.1:{free_port()}",
            f"smtp://wrong:password@{where}",
            f"smtp://{SIGNED_IN}{where}",
        )
        for at, url in enumerate(urls):
            with house_with(settings, loop, url) as house:
                agency = Troupe(house, engine.cast()["agency"])
                made(agency.admin.post("/users", {**NIA, "email": f"nobody@{at}.example"}))
            (call,) = log.calls
            assert (call.method_name, call.args) == ("error", ("mail",)), url
            assert "password" not in str(call.kwargs)
            assert "p/ss" not in str(call.kwargs)
            log.calls.clear()
        assert box.envelopes == []
