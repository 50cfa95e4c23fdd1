"""Connections to receivers: which are made, kept, closed."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from kanwerk.webhooks import sending as module
from kanwerk.webhooks.sending import Answer, Sending
from kanwerk.webhooks.targets import Reach
from tests.webhooks.receiver import OK, Receiver, answering

HERE = "127.0.0.1/32"
Run = Callable[[Coroutine[Any, Any, Answer]], Answer]


@pytest.fixture
def run(loop: asyncio.AbstractEventLoop) -> Run:
    return loop.run_until_complete


def leads_to(*addresses: str) -> Any:
    """Make a name server that answers with these, whatever it is asked."""

    def look(_: str, __: int) -> list[tuple[int, str]]:
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, each) for each in addresses]

    return look


async def post(url: str, *allowed: str, **options: Any) -> Answer:
    """Send once to a URL."""
    async with Sending(Reach(allowed), **options) as sending:
        return await sending.post(url, {"webhook-id": "x"}, b"{}")


def named(receiver: Receiver, name: str = "erp.example.com") -> str:
    return receiver.url.replace("127.0.0.1", name)


def test_an_answer_is_read_and_a_connection_kept(run: Run, receiver: Receiver) -> None:
    async def three() -> Answer:
        async with Sending(Reach([HERE])) as sending:
            for _ in range(3):
                answer = await sending.post(receiver.url, {"webhook-id": "x"}, b"{}")
            return answer

    answer = run(three())
    assert answer._replace(seconds=0) == Answer(200, "ok", None, 0)
    assert (len(receiver.got), receiver.opened) == (3, 1)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("201 Created", None),
        ("204 No", None),
        ("302 Found", "It redirects (302), and redirects are not followed."),
        ("308 Moved", "It redirects (308), and redirects are not followed."),
        ("400 Bad", "It answered with 400."),
        ("410 Gone", "It answered with 410: gone."),
        ("500 Oh", "It answered with 500."),
        ("999 Strange", "It answered with 999."),
    ],
)
def test_only_2xx_counts(run: Run, receiver: Receiver, status: str, error: str | None) -> None:
    with Receiver() as inside:
        receiver.manner = answering(status, b"", Location=inside.url)
        answer = run(post(receiver.url, HERE))
        assert (answer.code, answer.error) == (int(status[:3]), error)
        assert inside.got == []


def test_http_goes_to_networks_that_are_allowed_only(run: Run, receiver: Receiver) -> None:
    assert run(post(named(receiver), HERE, look=leads_to("127.0.0.1"))).code == 200
    assert run(post(named(receiver), HERE, look=leads_to("8.8.8.8"))).error == module.not_allowed("8.8.8.8")
    assert run(post("http://8.8.8.8/", HERE)).error == module.not_allowed("8.8.8.8")
    assert receiver.got[0].headers["host"] == f"erp.example.com:{receiver.port}"


def test_forms_of_an_address_that_the_system_understands_lead_nowhere(run: Run) -> None:
    for host in ("127.1", "2130706433", "0x7f000001", "017700000001"):
        answer = run(post(f"https://{host}:1/"))
        assert answer.error in ("This is no address of the web.", module.not_allowed("127.0.0.1")), host
    answer = run(post("https://localhost:1/"))
    assert answer.error in (module.not_allowed("127.0.0.1"), module.not_allowed("::1"))


def test_a_name_server_that_hangs_is_not_waited_for(run: Run) -> None:
    hangs, looked = threading.Event(), []

    def look(name: str, _: int) -> list[tuple[int, str]]:
        hangs.wait(20)
        looked.append(name)
        return []

    answer = run(post("https://erp.example.com/", look=look, seconds=0.2))
    assert answer.error == "There was no whole answer within 0.2 seconds."
    assert looked == []
    hangs.set()


def test_what_cannot_be_read_is_a_failure(run: Run, receiver: Receiver) -> None:
    for said in (b"", b"nothing of HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"):

        async def manner(_: Any, writer: asyncio.StreamWriter, said: bytes = said) -> None:
            writer.write(said)
            writer.close()

        receiver.manner = manner
        answer = run(post(receiver.url, HERE))
        assert answer.code is None, said
        assert answer.error is not None
        assert answer.error.endswith("."), said
    refused = receiver.url.replace(str(receiver.port), "1")
    assert run(post(refused, HERE)).error == "The connection was refused."


def test_a_connection_that_has_gone_stale_is_no_failure(run: Run, receiver: Receiver) -> None:
    async def closing(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        if len(receiver.got) == 1:
            receiver.manner = slamming

    async def slamming(_: Any, writer: asyncio.StreamWriter) -> None:
        receiver.manner = OK
        writer.close()

    async def twice() -> Answer:
        async with Sending(Reach([HERE])) as sending:
            await sending.post(receiver.url, {"webhook-id": "x"}, b"{}")
            return await sending.post(receiver.url, {"webhook-id": "x"}, b"{}")

    receiver.manner = closing
    assert run(twice()).code == 200
    assert len(receiver.got) == 3


def test_proxies_of_the_environment_are_not_used(
    run: Run, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert run(post(receiver.url, HERE)).code == 200


def test_connections_to_too_many_receivers_are_not_kept(
    run: Run, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 1)
    with Receiver() as other:

        async def both() -> Answer:
            async with Sending(Reach([HERE])) as sending:
                for _ in range(3):
                    await sending.post(receiver.url, {"webhook-id": "x"}, b"{}")
                    answer = await sending.post(other.url, {"webhook-id": "x"}, b"{}")
                return answer

        assert run(both()).code == 200
        assert (receiver.opened, other.opened) == (1, 3)
