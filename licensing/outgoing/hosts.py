"""Where an endpoint may be: any public host, by https. Never inside a network, whatever its name is bent to (threats.md
row 29): the name is looked up once for each attempt, and only an address that was checked is connected to."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from django.conf import settings

from licensing.keys.sources.hosts import Called, NotAllowed, Target, is_allowed, path_of, taken_apart

ENDPOINT: Final = Called(
    "The address", "https://hooks.example.com/licenses", "What is sent is signed: check that instead."
)
PORTS: Final = frozenset({443, 8443})
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def target_of(url: str) -> Target:
    """Raises `NotAllowed` with words for people. This machine itself, and plain http, only where `NOTIFY_LOOPBACK` lets
    it: in the demo, and while an endpoint is being developed."""
    parts, port = taken_apart(url, ENDPOINT)
    host = parts.hostname or ""
    here = settings.NOTIFY_LOOPBACK and host in LOOPBACK
    if not here:
        refuse_unless_public(parts.scheme, host, port)
    return Target(scheme=parts.scheme, host=host, port=port, path=path_of(parts), internal=here)


def refuse_unless_public(scheme: str, host: str, port: int) -> None:
    """A host that is an address is judged at once; a name is, at each attempt."""
    if scheme != "https":
        raise NotAllowed("Events are sent by https only.")
    if port not in PORTS:
        raise NotAllowed("Events are sent to port 443 or 8443 only.")
    with suppress(ValueError):  # a name
        if not is_allowed(str(ip_address(host)), internal=False):
            raise NotAllowed("That is an address inside a network, or none at all.")
