"""What is wrong with the text of a variable: each check gives the words for it, or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from licensing.addresses import AddressError, canonical

# In lower case, since "HTTPS://" would pass for a plain one, and without a leading dot, by which Django means all
# hosts below.
ORIGIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")
PAGE_PATH = re.compile(r"/[A-Za-z0-9._~/%-]*")


def one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def strong_secret(value: str) -> str | None:
    weak = len(value) < 40 or len(set(value)) < 12 or value.startswith("django-insecure")
    return "is too weak: at least 40 random characters" if weak else None


def origin_check(demo: bool) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if not ORIGIN.fullmatch(value):
            return "must be an origin, scheme and host only, in lower case (foreign names as xn--…)"
        parts = urlsplit(value)
        if not (parts.hostname and port_is_possible(value)):
            return "has a port that cannot be"
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            return "must be https: links in mails prove mailboxes"
        return "must be on 127.0.0.1 in the demo" if demo and not is_loopback(parts.hostname) else None

    return check


def calling_origin_check(value: str) -> str | None:
    """An origin whose scripts may call the API, as browsers send it: compared as it stands."""
    if not ORIGIN.fullmatch(value) or not port_is_possible(value):
        return "must be an origin, scheme and host only, in lower case (foreign names as xn--…)"
    parts = urlsplit(value)
    if parts.port == {"https": 443, "http": 80}[parts.scheme]:
        return "names the port that browsers leave out"
    return None if parts.scheme == "https" or is_loopback(parts.hostname or "") else "must be https"


def page_check(value: str) -> str | None:
    """A page of the vendor's that visitors are led back to: whole and without a query, as it is compared."""
    parts = urlsplit(value)
    origin = f"{parts.scheme}://{parts.netloc}"
    if problem := calling_origin_check(origin):
        return problem
    plain = PAGE_PATH.fullmatch(value.removeprefix(origin))
    return None if plain else "must be a whole address with a path and nothing after it"


def port_is_possible(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def web_check(value: str) -> str | None:
    return None if value.startswith(("https://", "http://")) else "must begin with https://"


def loopback_check(value: str) -> str | None:
    return None if is_loopback(value) else "must be 127.0.0.1 in the demo, which has no locks on its doors"


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def database_check(server: bool) -> Callable[[str], str | None]:
    schemes = ("postgres", "postgresql") if server else ("sqlite",)

    def check(value: str) -> str | None:
        return None if urlsplit(value).scheme in schemes else f"must be a {schemes[-1]} URL in this mode"

    return check


def redis_check(value: str) -> str | None:
    return None if urlsplit(value).scheme in ("redis", "rediss", "unix") else "must be a redis URL"


def smtp_check(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not port_is_possible(value):
        return "must be smtp://… or smtps://…"
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked not in ({}, {"tls": ["starttls"]}):
        return "may have ?tls=starttls after the host and nothing else"
    if parts.scheme == "smtp" and parts.password and not asked and not is_loopback(parts.hostname):
        return "would send the password in clear: use smtps:// or ?tls=starttls"
    return None


def address_check(value: str) -> str | None:
    try:
        canonical(value)
    except AddressError as error:
        return f"is not an address ({error})"
    return None


def bounce_check(value: str) -> str | None:
    """A mail's own proof (50 characters) goes into the local part, which may have 64 (RFC 5321, 4.5.3.1.1)."""
    return address_check(value) or (
        None if value.index("@") <= 14 else "may have at most 14 characters before the @"
    )


def colour_check(value: str) -> str | None:
    good = len(value) == 7 and value[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in value[1:])
    return None if good else "must be a colour such as #1f5fbf"
