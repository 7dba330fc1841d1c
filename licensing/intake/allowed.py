"""Which addresses may ask for keys where a shop does not sign what it sends."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

MOST_NETWORKS: Final = 100  # of one connection
Network = IPv4Network | IPv6Network


def networks_in(text: str) -> list[Network]:
    """One address or network a line, such as 192.0.2.7 or 2001:db8::/32; empty lines count for nothing.

    Raises ValueError with the first line that is neither, for the form that asks for them.
    """
    return [network_of(line) for line in map(str.strip, text.splitlines()) if line]


def network_of(line: str) -> Network:
    try:
        return ip_network(line, strict=False)
    except ValueError as error:
        raise ValueError(f"“{line}” is no address and no network, such as 192.0.2.0/24.") from error


def plain_network(line: str) -> str:
    """The network in its plain form. Raises ValueError, with a sentence for people, for one of everybody, too."""
    network = network_of(line)
    if network.prefixlen == 0:
        raise ValueError(f"“{line}” is everybody. Name the shop's own addresses.")
    return str(network)


def is_allowed(address: str, networks: str) -> bool:
    """Whether the address is in one of the networks. Nobody is where there is none, or a line that cannot be read."""
    try:
        client, allowed = plain(ip_address(address)), networks_in(networks)
    except ValueError:
        return False
    return any(client in network for network in allowed)


def plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """::ffff:192.0.2.7 is what an IPv6 socket calls 192.0.2.7."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
