"""Where a generator may be asked: named hosts only, and never an address that a name was bent to (threats, row 29)."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

PORTS: Final = {"https": 443, "http": 80}
NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # RFC 6052; RFC 8215
LAST_32_BITS: Final = (*NAT64, IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"))  # RFC 4291; RFC 2765
GLOBAL_UNICAST: Final = IPv6Network(
    "2000::/3"
)  # all that is given out of IPv6; Python calls more of it global
THIS_NETWORK: Final = ip_network("0.0.0.0/8")
_PLAIN = re.compile(r"[!-~]+")  # no spaces, control characters or letters beyond ASCII: names as xn--…

Address = tuple[socket.AddressFamily, tuple[Any, ...]]  # as `socket.connect` takes it


class NotAllowed(Exception):
    """The settings do not let us ask there; the message says why, to people."""


@dataclass(frozen=True, slots=True)
class Target:
    """A generator's URL, taken apart. `internal`: the settings name it as one of the vendor's own network."""

    scheme: str
    host: str
    port: int
    path: str
    internal: bool


def target_of(url: str) -> Target:
    """Raises `NotAllowed` for a host that no setting names, plain HTTP to the outside, and URLs with a password."""
    parts, port = taken_apart(url, HERE)
    host = parts.hostname or ""
    internal = is_named(host, port, parts.scheme, settings.GENERATOR_INTERNAL_HOSTS)
    if not internal and not is_named(host, port, parts.scheme, settings.GENERATOR_HOSTS):
        raise NotAllowed(f"The host {host} (port {port}) is not named in GENERATOR_HOSTS.")
    if parts.scheme == "http" and not internal:
        raise NotAllowed("Codes travel by https only, except to hosts named in GENERATOR_INTERNAL_HOSTS.")
    return Target(scheme=parts.scheme, host=host, port=port, path=path_of(parts), internal=internal)


def path_of(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@dataclass(frozen=True, slots=True)
class Called:
    """How a URL is spoken of to people: what it is, one that would do, and what else to do than write a password."""

    what: str
    example: str
    instead: str


HERE: Final = Called("The generator's URL", "https://keys.example.com/make", "Use the option “secret”.")


def taken_apart(url: str, called: Called) -> tuple[SplitResult, int]:
    """Raises `NotAllowed`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed(f"{called.what} cannot be read.") from None
    if not _PLAIN.fullmatch(url) or parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise NotAllowed(f"{called.what} must be like {called.example}.")
    if "@" in parts.netloc or parts.fragment:
        raise NotAllowed(f"{called.what} must have no user, password or #. {called.instead}")
    return parts, port or PORTS[parts.scheme]


def is_named(host: str, port: int, scheme: str, entries: Iterable[str]) -> bool:
    """An entry without a port allows the scheme's own one."""
    with_port = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    bare = f"[{host}]" if ":" in host else host
    return any(entry == with_port or (entry == bare and port == PORTS[scheme]) for entry in entries)


def addresses_of(target: Target) -> list[Address]:
    """Where the host's name points, asked once: connect to these and to nothing else, or the name may change between.

    Raises `NotAllowed` if any of them lies where a generator must not be, OSError if the name is not known.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    for *_, sockaddr in found:
        if not is_allowed(str(sockaddr[0]), internal=target.internal):
            raise NotAllowed(
                f"The host {target.host} points to an address inside a network, or to none at all."
            )
    return [(family, sockaddr) for family, _, _, _, sockaddr in found]


def is_allowed(address: str, *, internal: bool) -> bool:
    """Public addresses; for the vendor's own network private and loopback ones too. Never link-local: clouds keep
    their machines' credentials at 169.254.169.254."""
    inner = innermost(ip_address(address.partition("%")[0]))
    nowhere = inner.is_link_local or inner.is_multicast or inner.is_unspecified
    if nowhere or (inner.version == 4 and inner in THIS_NETWORK):
        return False
    return internal or (inner.is_global and (inner.version == 4 or inner in GLOBAL_UNICAST))


def innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if int(address) > 1 and any(address in network for network in LAST_32_BITS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
