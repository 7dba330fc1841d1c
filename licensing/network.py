"""Whose network a request comes from, for limits and for shops' requests for keys."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

NOWHERE = "0.0.0.0"  # noqa: S104 - not an address we bind: what a Unix socket's nameless peer counts as


def client_ip(request: HttpRequest) -> str:
    """The visitor's IP address: that of the connection, or what the outermost of our own proxies saw.

    Only the last `TRUSTED_PROXIES` entries of X-Forwarded-For were written by machines we trust; whatever
    stands to their left was written by the visitor. With fewer entries than proxies, the request came round
    them: the connection's own address counts. Always a valid IP address; rule: threats.md row 13.
    """
    peer = plain_ip(request.META.get("REMOTE_ADDR", "")) or NOWHERE
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies:
        return peer
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return (plain_ip(hops[-proxies]) if len(hops) >= proxies else "") or peer


def plain_ip(text: str) -> str:
    """The IP address in text, without port and brackets; empty if there is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
