import asyncio
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from kanwerk.webhooks.sending import Answer, Sending
from kanwerk.webhooks.targets import Reach
from tests.webhooks.conftest import HERE
from tests.webhooks.receiver import Receiver, answering, silent

BODY = b'{"type":"client.created"}'


def post(
    url: str, loop: asyncio.AbstractEventLoop, allowed: tuple[str, ...] = HERE, **options: Any
) -> Answer:
    async def once() -> Answer:
        async with Sending(Reach(allowed), **options) as sending:
            return await sending.post(url, {"webhook-id": "1"}, BODY)

    return loop.run_until_complete(once())


def test_an_answer_is_kept_as_far_as_4_kb(loop: asyncio.AbstractEventLoop) -> None:
    with Receiver(answering("201 Created", "ä".encode() * 4000)) as receiver:
        found = post(receiver.url, loop)
    assert (found.code, found.error, found.body) == (201, None, "ä" * 2048)
    assert receiver.got[0].body == BODY


def test_a_gigabyte_is_not_read(loop: asyncio.AbstractEventLoop) -> None:
    pieces = 0

    async def endless(_: Any, writer: asyncio.StreamWriter) -> None:
        nonlocal pieces
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(16384):
            writer.write(bytes(65536))
            await writer.drain()
            pieces += 1

    with Receiver(endless) as receiver:
        found = post(receiver.url, loop)
        assert (found.code, len(found.body or "")) == (200, 4096)
    assert pieces < 4096  # what fits on the way is far less


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        (silent, "no whole answer within 0.5 seconds"),
        (answering("200 OK", after=1.0), "no whole answer within 0.5 seconds"),
    ],
)
def test_who_answers_too_late_has_not_answered(
    loop: asyncio.AbstractEventLoop, manner: Any, words: str
) -> None:
    with Receiver(manner) as receiver:
        found = post(receiver.url, loop, seconds=0.5)
    assert found.code is None
    assert words in str(found.error)


def test_fifteen_seconds_are_the_limit_and_a_drip_does_not_stretch_it(
    loop: asyncio.AbstractEventLoop,
) -> None:
    async def drip(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
        for _ in range(400):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    with Receiver(drip) as receiver:
        began = time.monotonic()
        found = post(receiver.url, loop)
    assert found.code is None
    assert 14.5 < time.monotonic() - began < 35  # of the 40 that it goes on for


def test_a_redirect_is_a_failure_and_leads_nowhere(loop: asyncio.AbstractEventLoop) -> None:
    with Receiver() as behind:
        for place in ("http://169.254.169.254/latest/meta-data", behind.url):
            with Receiver(answering("302 Found", Location=place)) as receiver:
                found = post(receiver.url, loop)
            assert found.code == 302
            assert "redirects are not followed" in str(found.error)
        assert behind.got == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:1::"),
    ],
)
def test_no_address_of_a_network_behind_us_is_dialled(loop: asyncio.AbstractEventLoop, address: str) -> None:
    family = 10 if ":" in address else 2
    for hosts in ([(family, address)], [(2, "93.184.215.14"), (family, address)]):
        found = post("https://hooks.example/", loop, (), look=lambda *_, hosts=hosts: hosts)
        assert found.code is None
        assert "Nothing is sent to" in str(found.error)
    literal = f"[{address}]" if ":" in address else address
    assert "Nothing is sent to" in str(post(f"https://{literal}/", loop, ()).error)


def test_a_name_that_changes_its_mind_is_dialled_where_it_was_looked_at(
    loop: asyncio.AbstractEventLoop,
) -> None:
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[tuple[int, str]]:
        asked.append(host)
        return [(2, "127.0.0.1" if len(asked) == 1 else "127.0.0.2")]

    with Receiver() as receiver:
        found = post(f"http://hooks.example:{receiver.port}/", loop, ("127.0.0.1/32",), look=rebinding)
        assert found.code == 200
        assert asked == ["hooks.example"]
        assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
        again = post(f"http://hooks.example:{receiver.port}/", loop, ("127.0.0.1/32",), look=rebinding)
    assert "Nothing is sent to 127.0.0.2" in str(again.error)
    assert len(receiver.got) == 1


def _trusting(authority: trustme.CA) -> ssl.SSLContext:
    found = ssl.create_default_context()
    authority.configure_trust(found)
    return found


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(found)
    return found


def test_tls_is_verified_for_the_name(loop: asyncio.AbstractEventLoop) -> None:
    authority = trustme.CA()
    now = datetime.now(UTC)
    look = lambda *_: [(2, "127.0.0.1")]  # noqa: E731
    cases = [
        (authority.issue_cert("hooks.example"), _trusting(authority), None),
        (authority.issue_cert("other.example"), _trusting(authority), "The certificate is not valid"),
        (authority.issue_cert("hooks.example"), None, "The certificate is not valid"),
        (
            authority.issue_cert("hooks.example", not_after=now - timedelta(days=1)),
            _trusting(authority),
            "The certificate is not valid",
        ),
    ]
    for certificate, trust, words in cases:
        with Receiver(trust=_serving(certificate)) as receiver:
            found = post(f"https://hooks.example:{receiver.port}/", loop, look=look, trust=trust)
        assert (found.code == 200) is (words is None), found
        assert words is None or words in str(found.error)


def test_a_receiver_that_is_not_there_is_told_of_in_our_words(loop: asyncio.AbstractEventLoop) -> None:
    def unknown(*_: object) -> list[tuple[int, str]]:
        raise OSError(-2, "secret words of the resolver")

    with Receiver() as receiver:
        port = receiver.port
    assert post(f"http://127.0.0.1:{port}/", loop).error == "The connection was refused."
    assert post("https://nowhere.example/", loop, look=unknown).code is None
