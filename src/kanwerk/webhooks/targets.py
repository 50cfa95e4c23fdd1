"""Targets: which addresses webhooks may be sent to. Asked when one is made, and of every address dialled."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kanwerk.core.languages import Phrase
from kanwerk.core.problems import Invalid, invalid

LONGEST = 2048
LOOK_UP_SECONDS = 2.0
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")  # at its end, a host is an address in an odd form
_NAME = re.compile(r"(?=.{1,253}\.?$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
# Not the internet's (RFC 6890 and what came after it), or a door to it that leads elsewhere.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # metadata of Azure
        "169.254.0.0/16",  # and of most others
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",  # Teredo among others
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # leaves out mapped addresses, NAT64, what is local


class Target(NamedTuple):
    """An address to send to, taken apart."""

    scheme: str
    host: str
    port: int


class Reach:
    """What may be reached: the internet, and the networks that the operator allows."""

    def __init__(self, allowed: Sequence[str]) -> None:
        """Take the networks of ``KANWERK_WEBHOOK_ALLOW``."""
        self.allowed = [ipaddress.ip_network(each) for each in allowed]

    def allows(self, address: str) -> bool:
        """Whether the operator allows an address by name of its network: also without TLS."""
        found = ipaddress.ip_address(address)
        return any(found in network for network in self.allowed)

    def refuses(self, address: str, *, encrypted: bool) -> bool:
        """Whether nothing may be sent to an address."""
        if self.allows(address):
            return False
        return not encrypted or not is_public(address)

    def check(self, url: str) -> Target:
        """Return an address taken apart; ``Invalid`` at ``/url`` when it cannot be one to send to."""
        target = taken_apart(url)
        if is_address(target.host):
            self.check_all(target, [target.host])
        elif target.host.lower().rstrip(".").rpartition(".")[2] == "localhost":
            self.check_all(target, ["127.0.0.1"])
        elif target.scheme == "http" and not self.allowed:
            raise _refused("The address begins with https://.")
        return target

    def check_all(self, target: Target, addresses: Sequence[str]) -> None:
        """Raise ``Invalid`` at ``/url`` when one of the addresses behind a name may not be reached."""
        encrypted = target.scheme == "https"
        for address in addresses:
            if self.refuses(address, encrypted=encrypted):
                if not encrypted and is_public(address):
                    raise _refused("The address begins with https://.")
                raise _refused(
                    Phrase(
                        "Nothing is sent to %(address)s: it is not an address of the internet.",
                        address=address,
                    )
                )


async def look_behind(url: str, allowed: Sequence[str]) -> None:
    """Raise ``Invalid`` at ``/url`` when the name leads where nothing is sent to now; one that does not
    resolve yet is accepted.
    """
    reach = Reach(allowed)
    try:
        target = reach.check(url)
        if is_address(target.host):
            return
        look = asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        found = await asyncio.wait_for(look, LOOK_UP_SECONDS)
    except (
        Invalid,
        OSError,
        UnicodeError,
    ):  # what is wrong with the URL itself is told with all other faults
        return
    reach.check_all(target, [str(each[4][0]) for each in found])


def is_address(host: str) -> bool:
    """Whether a host is an address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: none of a network behind us, of this machine, of many."""
    found: Any = ipaddress.ip_address(address)
    if found.version != 4 and found not in _GLOBAL_UNICAST:  # noqa: PLR2004  # the protocol's own number
        return False
    return not any(found in network for network in _NOT_PUBLIC)


def taken_apart(url: str) -> Target:
    """Return scheme, host and port; ``Invalid`` at ``/url`` for what is no plain address of the web."""
    if len(url) > LONGEST:
        raise _refused(
            Phrase(
                "At most %(num)s character is allowed.",
                "At most %(num)s characters are allowed.",
                num=LONGEST,
            )
        )
    if not _CHARACTERS.fullmatch(url):
        raise _refused("Write the address in ASCII: other letters percent-encoded, the host as xn--….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("This is no address of the web.") from None
    if parts.scheme not in ("https", "http") or not url.startswith(f"{parts.scheme}://"):
        raise _refused("The address begins with https://.")
    if "@" in parts.netloc:
        raise _refused("The address holds a name or a password; check the signature instead.")
    if "#" in url:
        raise _refused("What follows # is never sent; leave it out.")
    host = parts.hostname or ""
    bracketed = parts.netloc.startswith("[")
    if not (is_address(host) and "%" not in host and bracketed == (":" in host)) and (
        bracketed or not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2])
    ):
        raise _refused("This is no address of the web.")
    if port == 0 or parts.netloc.endswith(":"):
        raise _refused("The port is a number from 1 to 65535.")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80))


def _refused(sentence: str) -> Invalid:
    return invalid("/url", sentence)
